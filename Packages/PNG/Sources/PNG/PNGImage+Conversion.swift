extension PNGImage {
  /// The samples as bytes: the very array when they are 8-bit, else each rounded from 0–65535 to
  /// 0–255.
  public var samples8: [UInt8] {
    switch samples {
    case .bits8(let values): values
    case .bits16(let values):
      // (255 v + 32895) >> 16 is v / 257 to the nearest, for every 16-bit v.
      values.map { UInt8((UInt32($0) * 255 + 32895) >> 16) }
    }
  }

  /// The picture as 8-bit RGB: palette indices looked up, grey repeated, alpha dropped, 16 bits
  /// rounded to 8. Costs nothing when it is 8-bit RGB already.
  ///
  /// An index beyond the palette becomes black, as in libpng.
  public func convertedToRGB8() -> PNGImage {
    let source = samples8
    if format == .rgb {
      return PNGImage(width: width, height: height, format: .rgb, samples: source)
    }
    let colours = palette.map { ($0.red, $0.green, $0.blue) }
    let table = (0..<256).map { $0 < colours.count ? colours[$0] : (0, 0, 0) }
    let channels = format.channels
    let pixelCount = width * height
    let rgb = [UInt8](unsafeUninitializedCapacity: pixelCount * 3) { out, count in
      for pixel in 0..<pixelCount {
        let first = source[pixel * channels]
        let colour: (UInt8, UInt8, UInt8) =
          switch format {
          case .palette: table[Int(first)]
          case .grey, .greyAlpha: (first, first, first)
          case .rgb, .rgba:
            (first, source[pixel * channels + 1], source[pixel * channels + 2])
          }
        out[pixel * 3] = colour.0
        out[pixel * 3 + 1] = colour.1
        out[pixel * 3 + 2] = colour.2
      }
      count = pixelCount * 3
    }
    return PNGImage(width: width, height: height, format: .rgb, samples: rgb)
  }
}
