import Training

/// Runs work over images that says how far it is, and shows that from its first word to its end.
///
/// - Parameters:
///   - label: What is being done, such as `predicting`.
///   - work: Calls what it is given once before the first image, with 0, and after each.
public func reportingProgress<Result>(
  _ label: String, of work: (_ progress: (_ done: Int, _ all: Int) -> Void) throws -> Result
) rethrows -> Result {
  var progress: ProgressReporter?
  let result = try work { done, all in
    if done > 0 {
      progress?.update(completed: done)
    } else {
      progress = ProgressReporter(label, unit: "images", total: all)
    }
  }
  progress?.finish()
  return result
}
