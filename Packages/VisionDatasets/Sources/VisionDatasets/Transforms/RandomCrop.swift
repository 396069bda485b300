/// Cuts a window of fixed size from a random place, the same from photograph and labels.
///
/// What is smaller than the window is padded at the right and the bottom: the photograph by a colour,
/// the labels by ``LabelMap/ignored``.
public struct RandomCrop: Transform {
  /// Rows afterwards.
  public let height: Int
  /// Columns afterwards.
  public let width: Int
  /// The colour of the padding.
  public let fill: (red: UInt8, green: UInt8, blue: UInt8)

  /// A window.
  ///
  /// - Parameters:
  ///   - height: Rows.
  ///   - width: Columns.
  ///   - fill: The colour of the padding; the mean colour of Cityscapes unless told otherwise.
  /// - Precondition: both sides are at least 1.
  public init(
    height: Int, width: Int, fill: (red: UInt8, green: UInt8, blue: UInt8) = (73, 83, 72)
  ) {
    precondition(height > 0 && width > 0, "cannot crop to \(width)x\(height)")
    self.height = height
    self.width = width
    self.fill = fill
  }

  /// The cut sample; takes two random numbers.
  ///
  /// - Precondition: photograph and labels are of one size.
  public func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample {
    let image = sample.image
    if let label = sample.label {
      precondition(
        label.width == image.width && label.height == image.height,
        "\(sample.name): cannot crop \(image.width)x\(image.height) and labels of "
          + "\(label.width)x\(label.height) alike")
    }
    let top = generator.below(max(image.height - height, 0) + 1)
    let left = generator.below(max(image.width - width, 0) + 1)
    let window = Window(
      top: top, left: left, height: height, width: width, sourceHeight: image.height,
      sourceWidth: image.width)
    var sample = sample
    sample.image = RGBImage(
      width: width, height: height,
      pixels: window.cut(image.pixels, fill: [fill.red, fill.green, fill.blue]))
    sample.label = sample.label.map {
      LabelMap(
        width: width, height: height, labels: window.cut($0.labels, fill: [LabelMap.ignored]))
    }
    return sample
  }
}

/// A window and the picture it looks at.
private struct Window {
  let top: Int
  let left: Int
  let height: Int
  let width: Int
  let sourceHeight: Int
  let sourceWidth: Int

  /// The window's values; `fill` is one pixel, as long as there are channels.
  func cut(_ values: [UInt8], fill: [UInt8]) -> [UInt8] {
    let channels = fill.count
    let columns = min(width, sourceWidth - left)
    var out: [UInt8] = []
    out.reserveCapacity(height * width * channels)
    for row in 0..<min(height, sourceHeight - top) {
      let start = ((top + row) * sourceWidth + left) * channels
      out += values[start..<start + columns * channels]
      for _ in columns..<width { out += fill }
    }
    while out.count < height * width * channels { out += fill }
    return out
  }
}
