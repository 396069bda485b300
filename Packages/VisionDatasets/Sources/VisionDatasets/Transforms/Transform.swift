/// A change to a photograph and its labels together.
///
/// A transform is a value without state: all chance comes from the generator it is handed, so that the
/// same generator gives the same sample on any thread.
public protocol Transform: Sendable {
  /// The changed sample.
  func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample
}

/// Several transforms, one after the other.
public struct Compose: Transform {
  /// The transforms in order.
  public let transforms: [any Transform]

  /// Chains transforms; an empty list changes nothing.
  public init(_ transforms: [any Transform]) { self.transforms = transforms }

  /// Applies each to what the one before gave.
  public func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample {
    transforms.reduce(sample) { $1.apply($0, using: &generator) }
  }
}
