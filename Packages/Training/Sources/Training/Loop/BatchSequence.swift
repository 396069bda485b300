import VisionDatasets

/// The batches of one epoch after another, from any place: a loader's batch number `n`, counted over all
/// epochs, is the same whoever asks and whenever.
struct BatchSequence {
  private let loader: DataLoader
  private var open: (iterator: BatchIterator, next: Int)?
  private var ahead: (index: Int, batch: Batch)?

  init(_ loader: DataLoader) { self.loader = loader }

  /// Batch number `index`, counted from 0 over all epochs.
  ///
  /// - Throws: `DataLoaderError`.
  mutating func batch(_ index: Int) throws -> Batch {
    if let (known, batch) = ahead.take(), known == index { return batch }
    let epoch = index / loader.batchCount, place = index % loader.batchCount
    if open?.next != index || place == 0 {
      open = (try loader.batches(epoch: epoch, startingAt: place), index)
    }
    guard let batch = try open?.iterator.next() else {
      fatalError("an epoch has \(loader.batchCount) batches")
    }
    open?.next = index + 1
    return batch
  }

  /// The same, which will be asked for next.
  mutating func peek(_ index: Int) throws -> Batch {
    let batch = try batch(index)
    ahead = (index, batch)
    return batch
  }
}
