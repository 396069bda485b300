import Dispatch
import Synchronization

/// What the threads of one epoch share: samples are begun in order, each batch is put together by the
/// thread that finishes its last sample, and the consumer takes the batches in order.
final class LoadingPipeline: Sendable {
  /// A batch under way.
  private struct Unfinished {
    var samples: [Result<Sample, DataLoaderError>?]
    var missing: Int
  }

  private struct State {
    var nextPlace: Int
    var isStopped = false
    var unfinished: [Int: Unfinished] = [:]
    var finished: [Int: Result<Batch, DataLoaderError>] = [:]
  }

  let plan: EpochPlan
  let firstBatch: Int
  private let dataset: any SegmentationDataset
  private let transform: any Transform
  private let normalisation: Normalisation
  private let lastPlace: Int
  private let state: Mutex<State>
  /// How many samples may still be begun: bounds the memory.
  private let permits = DispatchSemaphore(value: 0)
  /// One for each batch, signalled when it is finished.
  private let arrivals: [DispatchSemaphore]

  init(
    dataset: any SegmentationDataset, transform: any Transform, normalisation: Normalisation,
    plan: EpochPlan, firstBatch: Int
  ) {
    self.dataset = dataset
    self.transform = transform
    self.normalisation = normalisation
    self.plan = plan
    self.firstBatch = firstBatch
    lastPlace = min(plan.batchCount * plan.batchSize, plan.order.count)
    state = Mutex(State(nextPlace: firstBatch * plan.batchSize))
    arrivals = (firstBatch..<plan.batchCount).map { _ in DispatchSemaphore(value: 0) }
  }

  /// Allows so many more samples to be begun.
  func permit(samples: Int) {
    for _ in 0..<samples { permits.signal() }
  }

  /// Lets every thread end after the sample that it is at.
  func stop(workers: Int) {
    state.withLock { $0.isStopped = true }
    permit(samples: workers)
  }

  /// Waits for a batch, removes it and makes room for another.
  func take(_ batch: Int) -> Result<Batch, DataLoaderError> {
    arrivals[batch - firstBatch].wait()
    let result = state.withLock { $0.finished.removeValue(forKey: batch) }
    permit(samples: plan.places(ofBatch: batch).count)
    guard let result else { preconditionFailure("batch \(batch) was announced but is not there") }
    return result
  }

  /// What a thread does until the epoch ends or is stopped.
  func work() {
    while true {
      permits.wait()
      let place = state.withLock { state -> Int? in
        guard !state.isStopped, state.nextPlace < lastPlace else { return nil }
        defer { state.nextPlace += 1 }
        return state.nextPlace
      }
      guard let place else {
        // At the end of the epoch the permits that are left wake the other threads too.
        permits.signal()
        return
      }
      deliver(load(place), at: place)
    }
  }

  private func load(_ place: Int) -> Result<Sample, DataLoaderError> {
    let index = plan.order[place]
    do {
      var generator = plan.generator(at: place)
      return .success(transform.apply(try dataset.sample(at: index), using: &generator))
    } catch {
      return .failure(.unreadableSample(name: dataset.name(at: index), error))
    }
  }

  private func deliver(_ sample: Result<Sample, DataLoaderError>, at place: Int) {
    let batch = place / plan.batchSize
    let places = plan.places(ofBatch: batch)
    let complete = state.withLock { state -> [Result<Sample, DataLoaderError>]? in
      var unfinished =
        state.unfinished.removeValue(forKey: batch)
        ?? Unfinished(
          samples: Array(repeating: nil, count: places.count), missing: places.count)
      unfinished.samples[place - places.lowerBound] = sample
      unfinished.missing -= 1
      if unfinished.missing == 0 { return unfinished.samples.compactMap(\.self) }
      state.unfinished[batch] = unfinished
      return nil
    }
    guard let complete else { return }
    let result = Result { () throws(DataLoaderError) in
      var samples: [Sample] = []
      // The first failure in the batch's order is the one reported, whichever came first in time.
      for sample in complete { samples.append(try sample.get()) }
      return try Batch(samples, normalisation: normalisation)
    }
    state.withLock { $0.finished[batch] = result }
    arrivals[batch - firstBatch].signal()
  }
}
