/// How labels are kept in a grey or palette PNG.
public enum LabelEncoding: Sendable, CaseIterable, CustomStringConvertible {
  /// 0 to 18, ignored pixels 255.
  case trainIDs
  /// Cityscapes label ids (7 road … 33 bicycle), ignored pixels 0.
  case labelIDs

  /// The encoding in words: `train ids`.
  public var description: String {
    switch self {
    case .trainIDs: "train ids"
    case .labelIDs: "Cityscapes label ids"
    }
  }

  /// The file value of each of the 256 labels.
  var values: [UInt8] {
    switch self {
    case .trainIDs: Array(0...255)
    case .labelIDs: (0...255).map { CityscapesClass(rawValue: $0)?.labelID ?? 0 }
    }
  }
}
