/// Reads, transforms and batches a set on threads of its own, ahead of use.
///
/// ```swift
/// let loader = try DataLoader(
///   dataset: camVid, batchSize: 4,
///   transform: Compose([Resize(height: 256, width: 352), RandomHorizontalFlip()]),
///   normalisation: .imageNet, shuffle: true, dropLast: true, seed: 0)
/// let batches = try loader.batches(epoch: 3)
/// while let batch = try batches.next() { train(on: batch) }
/// ```
///
/// The order and all random numbers depend on the seed, the epoch and the place in the epoch, never on
/// the threads. Starting an epoch at batch `k` gives exactly what remained after `k` batches, so that
/// (epoch, batch) is all there is to remember of a loader.
public struct DataLoader: Sendable {
  /// The set that is read.
  public let dataset: any SegmentationDataset
  /// Samples in a batch; the last of an epoch may have fewer.
  public let batchSize: Int
  /// The number of batches in every epoch.
  public let batchCount: Int

  private let transform: any Transform
  private let normalisation: Normalisation
  private let shuffle: Bool
  private let dropLast: Bool
  private let seed: UInt64
  private let workers: Int
  private let prefetch: Int

  /// Describes the loading; nothing is read yet.
  ///
  /// - Parameters:
  ///   - dataset: The set; wrap it in a ``CachedDataset`` to decode each file only once.
  ///   - batchSize: Samples in a batch.
  ///   - transform: What to do with each sample, every time it is loaded.
  ///   - normalisation: How pixels become numbers.
  ///   - shuffle: Whether each epoch has an order of its own.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - seed: Of the order and of the transforms.
  ///   - workers: The number of threads.
  ///   - prefetch: The number of batches that may be under way or waiting, which bounds the memory; nil
  ///     is two, or as many as give every thread a sample.
  /// - Throws: ``DataLoaderError`` when the set is empty or not one batch comes out of it.
  /// - Precondition: `workers` and `prefetch` are at least 1.
  public init(
    dataset: any SegmentationDataset, batchSize: Int, transform: any Transform = Compose([]),
    normalisation: Normalisation, shuffle: Bool = false, dropLast: Bool = false, seed: UInt64 = 0,
    workers: Int = 2, prefetch: Int? = nil
  ) throws(DataLoaderError) {
    precondition(
      workers > 0 && prefetch ?? 1 > 0, "a loader needs a thread and a batch to work ahead")
    guard batchSize > 0 else { throw .badBatchSize(batchSize) }
    guard dataset.count > 0 else { throw .emptyDataset }
    batchCount = EpochPlan.batchCount(
      samples: dataset.count, batchSize: batchSize, dropLast: dropLast)
    guard batchCount > 0 else {
      throw .noCompleteBatch(batchSize: batchSize, samples: dataset.count)
    }
    self.dataset = dataset
    self.batchSize = batchSize
    self.transform = transform
    self.normalisation = normalisation
    self.shuffle = shuffle
    self.dropLast = dropLast
    self.seed = seed
    self.workers = workers
    self.prefetch = prefetch ?? max(2, (workers + batchSize - 1) / batchSize)
  }

  /// Starts to load an epoch.
  ///
  /// - Parameters:
  ///   - epoch: The epoch's number, which decides on order and random numbers.
  ///   - batch: The first batch to give; the ones before are not read.
  /// - Throws: ``DataLoaderError/noThread(code:)``.
  /// - Precondition: `batch` is 0 to ``batchCount``.
  public func batches(epoch: Int, startingAt batch: Int = 0) throws(DataLoaderError)
    -> BatchIterator
  {
    precondition(
      (0...batchCount).contains(batch), "an epoch has batches 0 to \(batchCount), not \(batch)")
    let plan = EpochPlan(
      samples: dataset.count, batchSize: batchSize, dropLast: dropLast, shuffle: shuffle,
      seed: seed, epoch: epoch)
    let pipeline = LoadingPipeline(
      dataset: dataset, transform: transform, normalisation: normalisation, plan: plan,
      firstBatch: batch)
    return try BatchIterator(pipeline, workers: workers, prefetch: prefetch)
  }
}

/// The batches of one epoch, in order. Letting go of it stops its threads.
public final class BatchIterator {
  private let pipeline: LoadingPipeline
  private let workers: Int
  private var batch: Int

  init(_ pipeline: LoadingPipeline, workers: Int, prefetch: Int) throws(DataLoaderError) {
    self.pipeline = pipeline
    self.workers = workers
    batch = pipeline.firstBatch
    pipeline.permit(samples: prefetch * pipeline.plan.batchSize)
    for _ in 0..<workers {
      do {
        try startThread { [pipeline] in pipeline.work() }
      } catch {
        pipeline.stop(workers: workers)
        throw error
      }
    }
  }

  deinit { pipeline.stop(workers: workers) }

  /// The next batch, waiting for it where it is not ready yet; nil after the last.
  ///
  /// - Throws: ``DataLoaderError`` at the place of the batch that could not be made, naming the sample.
  ///   The call after that gives the batch that follows.
  public func next() throws(DataLoaderError) -> Batch? {
    guard batch < pipeline.plan.batchCount else { return nil }
    defer { batch += 1 }
    return try pipeline.take(batch).get()
  }
}
