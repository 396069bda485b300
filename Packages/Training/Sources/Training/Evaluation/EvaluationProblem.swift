/// Why pictures cannot be evaluated or predicted, in one sentence.
public struct EvaluationProblem: Error, Sendable, CustomStringConvertible {
  /// The file, what was found, what was expected, what to do.
  public let description: String
}
