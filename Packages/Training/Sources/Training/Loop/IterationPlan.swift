import VisionDatasets

/// Which batches an iteration goes through, and what schedules count.
struct IterationPlan {
  /// The batches that one step of the optimiser takes the mean of.
  let accumulate: Int
  /// Iterations in an epoch: batches that are left over at its end are no iteration of their own.
  let iterationsPerEpoch: Int

  private let batchesPerEpoch: Int
  private let schedulesCountEpochs: Bool

  /// - Parameter loader: Of the set whose passes are epochs.
  /// - Throws: `DataLoaderError` where one pass does not fill an iteration.
  init(_ configuration: TrainingConfiguration, loader: DataLoader) throws(DataLoaderError) {
    accumulate = configuration.optimisation.accumulate
    batchesPerEpoch = loader.batchCount
    iterationsPerEpoch = batchesPerEpoch / accumulate
    schedulesCountEpochs = configuration.optimisation.scheduleStep == .epoch
    guard iterationsPerEpoch > 0 else {
      throw .noCompleteBatch(
        batchSize: loader.batchSize * accumulate, samples: loader.dataset.count)
    }
  }

  /// The number, over all epochs, of an iteration's batch `part` of the set whose passes are epochs.
  func batch(_ part: Int, of iteration: Int) -> Int {
    iteration / iterationsPerEpoch * batchesPerEpoch
      + iteration % iterationsPerEpoch * accumulate + part
  }

  /// What schedules count at an iteration.
  func time(_ iteration: Int) -> Int {
    schedulesCountEpochs ? iteration / iterationsPerEpoch : iteration
  }
}
