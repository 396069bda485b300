public import PNG

/// How labels are written to a grey PNG.
public enum LabelEncoding: Sendable, CaseIterable {
  /// 0 to 18, ignored pixels 255.
  case trainIDs
  /// Cityscapes label ids (7 road … 33 bicycle), ignored pixels 0.
  case labelIDs

  /// The file value of each of the 256 labels.
  fileprivate var values: [UInt8] {
    switch self {
    case .trainIDs: Array(0...255)
    case .labelIDs: (0...255).map { CityscapesClass(rawValue: $0)?.labelID ?? 0 }
    }
  }
}

extension LabelMap {
  /// Reads a label file: 8-bit (or shallower) grey values or palette indices, never colours.
  ///
  /// - Throws: `PNGError` when the file is no sound PNG; ``DatasetError`` when it holds colours or
  ///   a value that the mapping refuses.
  public init(contentsOf path: String, mapping: LabelMapping) throws {
    let picture = try PNGImage.decode(contentsOf: path, depth: .stored)
    guard picture.format == .grey || picture.format == .palette, case .bits8 = picture.samples
    else {
      throw DatasetError.notLabels(
        file: path, found: "\(picture.bitDepth)-bit \(picture.format) samples")
    }
    let values = picture.samples8
    if !mapping.refused.isEmpty {
      var present = [Bool](repeating: false, count: 256)
      for value in values { present[Int(value)] = true }
      if let value = mapping.refused.filter({ present[Int($0)] }).min() {
        throw DatasetError.unexpectedLabel(file: path, value: value)
      }
    }
    let table = mapping.table
    self.init(
      width: picture.width, height: picture.height, labels: values.map { table[Int($0)] })
  }

  /// The labels as an 8-bit grey picture, which any evaluator reads.
  public func greyPNG(_ encoding: LabelEncoding = .trainIDs) -> PNGImage {
    let values = encoding.values
    return PNGImage(
      width: width, height: height, format: .grey, samples: labels.map { values[Int($0)] })
  }

  /// The labels as a palette picture: the indices are the train ids, the colours are those of
  /// Cityscapes, so that it can be looked at and read back alike.
  public func palettePNG() -> PNGImage {
    PNGImage(
      width: width, height: height, format: .palette, samples: labels,
      palette: LabelMap.palette.map { .init(red: $0.red, green: $0.green, blue: $0.blue) })
  }
}
