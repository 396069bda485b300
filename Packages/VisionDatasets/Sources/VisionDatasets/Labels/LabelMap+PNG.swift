public import PNG

extension LabelMap {
  /// Reads a label file: 8-bit (or shallower) grey values or palette indices, never colours.
  ///
  /// - Throws: `PNGError` when the file is no sound PNG; ``DatasetError`` when it holds colours, a
  ///   value that the mapping refuses, or another encoding than the mapping is for.
  public init(contentsOf path: String, mapping: LabelMapping) throws {
    let picture = try Self.stored(in: path)
    let values = picture.samples8
    try mapping.check(values, file: path)
    let table = mapping.table
    self.init(
      width: picture.width, height: picture.height, labels: values.map { table[Int($0)] })
  }

  /// The values of a label file as they are stored.
  static func stored(in path: String) throws -> PNGImage {
    let picture = try PNGImage.decode(contentsOf: path, depth: .stored)
    guard picture.format == .grey || picture.format == .palette, case .bits8 = picture.samples
    else {
      throw DatasetError.notLabels(
        file: path, found: "\(picture.bitDepth)-bit \(picture.format) samples")
    }
    return picture
  }

  /// The labels as an 8-bit grey picture, which any evaluator reads.
  public func greyPNG(_ encoding: LabelEncoding = .trainIDs) -> PNGImage {
    let values = encoding.values
    return PNGImage(
      width: width, height: height, format: .grey, samples: labels.map { values[Int($0)] })
  }

  /// The labels as a palette picture: the indices are the encoded values, the colours are those of
  /// Cityscapes, so that it can be looked at and read back alike.
  public func palettePNG(_ encoding: LabelEncoding = .trainIDs) -> PNGImage {
    let values = encoding.values
    var palette = [PNGImage.PaletteEntry](
      repeating: .init(red: 0, green: 0, blue: 0), count: 256)
    for meaning in CityscapesClass.allCases {
      let colour = meaning.colour
      palette[Int(values[Int(meaning.rawValue)])] = .init(
        red: colour.red, green: colour.green, blue: colour.blue)
    }
    return PNGImage(
      width: width, height: height, format: .palette, samples: labels.map { values[Int($0)] },
      palette: palette)
  }
}
