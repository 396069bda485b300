/// Why a run stopped.
public enum TrainingFailure: Error, Sendable, CustomStringConvertible {
  /// A loss is not a number or infinite.
  case notFinite(iteration: Int, term: String, lastCheckpoint: String?)
  /// A parameter or a running statistic holds a value that is not a number or infinite.
  case tensorNotFinite(iteration: Int, name: String, lastCheckpoint: String?)
  /// The output folder holds another run's checkpoints, and resuming was not asked for.
  case occupied(folder: String)
  /// A run is resumed with a configuration that would have trained something else.
  case otherConfiguration(folder: String, key: String, was: String, isNow: String)

  /// A run is resumed with data of another size.
  case otherSamples(folder: String, were: String, are: String)

  /// One sentence: what happened, where, and what to do.
  public var description: String {
    switch self {
    case .notFinite(let iteration, let term, let last):
      "the loss of iteration \(iteration) is not finite (\(term)); \(Self.advice(last))"
    case .tensorNotFinite(let iteration, let name, let last):
      "after iteration \(iteration) '\(name)' is not finite; \(Self.advice(last))"
    case .occupied(let folder):
      "'\(folder)' holds the checkpoints of a run; go on with it by --resume, or choose another "
        + "folder by --output"
    case .otherConfiguration(let folder, let key, let was, let isNow):
      "the run in '\(folder)' was started with \(key) \(was) and cannot go on with \(isNow); "
        + "resume it with the configuration it was started with, or choose another folder by "
        + "--output"
    case .otherSamples(let folder, let were, let are):
      "the run in '\(folder)' was started with \(were) training pictures and cannot go on with "
        + "\(are); give it the pictures it was started with, or choose another folder by --output"
    }
  }

  private static func advice(_ last: String?) -> String {
    (last.map { "the last good checkpoint is '\($0)'" } ?? "there is no checkpoint yet")
      + "; lower the learning rate, clip gradients or look at the data"
  }
}
