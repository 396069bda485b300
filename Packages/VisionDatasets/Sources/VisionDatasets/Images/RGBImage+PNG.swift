public import PNG

extension RGBImage {
  /// Reads a PNG of any kind as 8-bit RGB: grey is repeated, a palette looked up, alpha dropped.
  ///
  /// - Throws: `PNGError`, which names the file.
  public init(contentsOf path: String) throws(PNGError) {
    let picture = try PNGImage.decode(contentsOf: path).convertedToRGB8()
    self.init(width: picture.width, height: picture.height, pixels: picture.samples8)
  }

  /// The picture as an 8-bit RGB PNG.
  ///
  /// - Precondition: the picture has at least one pixel.
  public func png() -> PNGImage {
    PNGImage(width: width, height: height, format: .rgb, samples: pixels)
  }

  /// Writes the picture as a PNG, beside its place first and then renamed.
  ///
  /// - Throws: `PNGError`, which names the file.
  public func write(to path: String) throws(PNGError) {
    try png().write(to: path)
  }
}
