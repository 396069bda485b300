extension RGBImage {
  /// Pictures beside each other from left to right, aligned at the top, on black: for instance a
  /// photograph, its truth and a prediction.
  ///
  /// - Parameters:
  ///   - images: Pictures of any sizes.
  ///   - gap: Black columns between two pictures.
  public static func sideBySide(_ images: [RGBImage], gap: Int = 4) -> RGBImage {
    let width = images.reduce(0) { $0 + $1.width } + gap * max(images.count - 1, 0)
    let height = images.reduce(0) { max($0, $1.height) }
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    var left = 0
    for image in images {
      for row in 0..<image.height {
        let source = row * image.width * 3
        let target = (row * width + left) * 3
        pixels.replaceSubrange(
          target..<target + image.width * 3,
          with: image.pixels[source..<source + image.width * 3])
      }
      left += image.width + gap
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

extension RGBImage {
  /// Pictures below each other, aligned at the left, on black.
  ///
  /// - Parameters:
  ///   - images: Pictures of any sizes.
  ///   - gap: Black rows between two pictures.
  public static func stacked(_ images: [RGBImage], gap: Int = 4) -> RGBImage {
    let width = images.reduce(0) { max($0, $1.width) }
    let height = images.reduce(0) { $0 + $1.height } + gap * max(images.count - 1, 0)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    func blank(_ count: Int) { pixels += [UInt8](repeating: 0, count: count * 3) }
    for (index, image) in images.enumerated() {
      if index > 0 { blank(gap * width) }
      for row in 0..<image.height {
        let start = row * image.width * 3
        pixels += image.pixels[start..<start + image.width * 3]
        blank(width - image.width)
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
