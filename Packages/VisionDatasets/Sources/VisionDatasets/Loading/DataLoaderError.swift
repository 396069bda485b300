/// Why a loader cannot be made, or cannot give a batch.
public enum DataLoaderError: Error, CustomStringConvertible {
  /// The set has no samples.
  case emptyDataset
  /// The batch size is less than 1.
  case badBatchSize(Int)
  /// Incomplete batches are dropped, and there is no complete one.
  case noCompleteBatch(batchSize: Int, samples: Int)
  /// The samples of a batch differ in size.
  case unequalSizes(name: String, size: String, firstName: String, firstSize: String)
  /// A sample could not be read.
  case unreadableSample(name: String, any Error)
  /// The system would not start a thread.
  case noThread(code: Int32)

  /// One sentence: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .emptyDataset: "the dataset has no samples; check its folders and its split"
    case .badBatchSize(let size): "a batch has at least 1 sample, not \(size)"
    case .noCompleteBatch(let batchSize, let samples):
      "\(samples) samples do not fill one batch of \(batchSize) and incomplete batches are dropped; "
        + "choose a smaller batch"
    case .unequalSizes(let name, let size, let firstName, let firstSize):
      "\(name) is \(size) but \(firstName) in the same batch is \(firstSize); resize or crop them to "
        + "one size, or use batches of 1"
    case .unreadableSample(let name, let error): "sample \(name): \(error)"
    case .noThread(let code): "no thread could be started to load pictures (error \(code))"
    }
  }
}
