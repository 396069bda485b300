/// What ``DatasetDoctor`` says of a set.
public struct DatasetDiagnosis: Sendable, Equatable {
  /// How many pairs were examined.
  public let pairCount: Int
  /// How many pairs are sound: without an error of their own.
  public let soundCount: Int
  /// Names of samples that the set leaves out.
  public let skipped: [String]
  /// What was found, in the order of the pairs, first what is about the whole set.
  public let findings: [DatasetFinding]
  /// Labelled pixels of each class, by train id (19).
  public let classPixels: [Int]
  /// Pixels that the map takes to no class.
  public let ignoredPixels: Int
  /// How many ignored pixels there are of each of the 256 file values.
  public let ignoredValues: [Int]
  /// Pixels of all readable pictures.
  public let imagePixels: Int
  /// The mean of red, green and blue over all pixels, 0 to 255; nil when no picture could be read.
  public let channelMean: [Double]?
  /// The deviation of red, green and blue over all pixels; nil when no picture could be read.
  public let channelDeviation: [Double]?
  /// How many pictures have each size (columns by rows), such as `2048x1024`.
  public let sizes: [String: Int]

  /// Whether the set can be trained on: nothing found is an error.
  public var isTrainable: Bool { !findings.contains { $0.severity == .error } }

  /// The share of each class among the labelled pixels (19); 0 where nothing is labelled.
  public var classFrequencies: [Double] {
    let labelled = classPixels.reduce(0, +)
    return classPixels.map { labelled > 0 ? Double($0) / Double(labelled) : 0 }
  }

  /// How many findings there are of a kind.
  public func count(of kind: DatasetFinding.Kind) -> Int {
    findings.reduce(0) { $0 + ($1.kind == kind ? 1 : 0) }
  }
}
