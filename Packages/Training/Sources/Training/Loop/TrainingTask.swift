import NN
import SegmentationMetrics
import VisionDatasets

/// What a run does in an iteration: the part in which methods differ. Everything it depends on beside
/// its ``state`` follows from the configuration and the iteration's number.
protocol TrainingTask: AnyObject {
  /// Iterations in an epoch.
  var iterationsPerEpoch: Int { get }
  /// The network that is evaluated.
  var store: ParameterStore { get }
  /// What must be saved for the run to go on exactly.
  var state: TrainingState { get }

  /// Does what an iteration does, with the batch that it will begin with: what a `Rehearsal` runs.
  ///
  /// - Throws: What reading the data throws.
  func rehearse(_ iteration: Int) throws

  /// The sets that iterations read.
  var datasets: [any SegmentationDataset] { get }

  /// Runs the next iteration, number `iteration` counted from 0 over the whole run.
  ///
  /// - Throws: What reading the data throws.
  func iterate(_ iteration: Int) throws -> IterationRecord
}

/// What one iteration found, for the log, for progress and for the check that it is a number.
struct IterationRecord {
  /// The members of its `step` record.
  let members: [JSONValue.Member]
  /// What progress shows.
  let detail: String
  /// The first term that is not a number or infinite.
  let firstNotFinite: String?
}
