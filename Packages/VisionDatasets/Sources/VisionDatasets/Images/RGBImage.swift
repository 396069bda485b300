/// An 8-bit colour picture: rows from the top, pixels interleaved as R, G, B.
public struct RGBImage: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height × width × 3` values, row-major.
  public var pixels: [UInt8]

  /// Wraps existing pixels.
  ///
  /// - Precondition: `pixels.count == width * height * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height * 3,
      "a \(width)x\(height) RGB image has \(width * height * 3) values, not \(pixels.count)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
