public import ArgumentParser
public import Training

/// The type that a trained network computes in.
public enum InferencePrecision: String, ExpressibleByArgument, CaseIterable, Sendable {
  case float32, bfloat16
  /// Convolutions in bytes, their sums exact; what is left in the faster of the two others.
  case int8

  /// The type of what is not computed in bytes.
  public var floats: TrainingConfiguration.Precision {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .int8: .fastest
    }
  }
}
