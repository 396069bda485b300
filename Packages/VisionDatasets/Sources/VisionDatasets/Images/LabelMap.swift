/// One label per pixel: a train id (0 to 18) or ``LabelMap/ignored``.
public struct LabelMap: Sendable, Equatable {
  /// The label of a pixel that takes part in neither loss nor metrics.
  public static let ignored: UInt8 = 255

  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height × width` labels, row-major.
  public var labels: [UInt8]

  /// Wraps existing labels.
  ///
  /// - Precondition: `labels.count == width * height`.
  public init(width: Int, height: Int, labels: [UInt8]) {
    precondition(
      labels.count == width * height,
      "a \(width)x\(height) label map has \(width * height) values, not \(labels.count)")
    self.width = width
    self.height = height
    self.labels = labels
  }
}
