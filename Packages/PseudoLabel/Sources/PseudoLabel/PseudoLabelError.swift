/// Why predictions cannot become pseudo labels; the description is one sentence.
public enum PseudoLabelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A network's output holds NaN or an infinity.
  case notFinite(shape: String)
  /// A confidence is no probability.
  case notProbability(Float)
  /// A label is no class.
  case notClass(label: UInt8, classes: Int)

  /// One sentence: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .notFinite(let shape):
      "the network's output \(shape) holds a value that is not finite; its training diverged or its "
        + "input was normalised in another way: choose an earlier checkpoint"
    case .notProbability(let value):
      "a confidence is \(value), expected a probability from 0 to 1; give the softmax of the "
        + "network's output, or its logits as logits"
    case .notClass(let label, let classes):
      "a predicted label is \(label), expected a class from 0 to \(classes - 1); give the number of "
        + "classes that the network has"
    }
  }
}
