extension LabelMap {
  /// The colour of each of the 256 labels: the classes in the Cityscapes palette, the rest black.
  static let palette: [(red: UInt8, green: UInt8, blue: UInt8)] = (0...255).map {
    CityscapesClass(rawValue: $0)?.colour ?? (0, 0, 0)
  }

  /// The labels as a picture in the Cityscapes palette; ignored pixels are black.
  public func coloured() -> RGBImage {
    let palette = LabelMap.palette
    let pixels = [UInt8](unsafeUninitializedCapacity: labels.count * 3) { out, count in
      for (pixel, label) in labels.enumerated() {
        let colour = palette[Int(label)]
        out[pixel * 3] = colour.red
        out[pixel * 3 + 1] = colour.green
        out[pixel * 3 + 2] = colour.blue
      }
      count = labels.count * 3
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
