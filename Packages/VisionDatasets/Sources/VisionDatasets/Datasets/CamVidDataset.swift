/// CamVid in the layout of SegNet: `train/` with pictures, `trainannot/` with labels of the same
/// names, and so on for `val` and `test`.
public struct CamVidDataset: SegmentationDataset {
  /// Where the files are.
  public let files: PairedFiles

  /// Lists a split.
  ///
  /// - Parameters:
  ///   - root: The folder that holds `train/` and `trainannot/`.
  ///   - split: `train`, `val` or `test`.
  /// - Throws: ``DatasetError`` when a folder is missing or empty, or a picture has no labels.
  public init(root: String, split: String) throws(DatasetError) {
    files = try PairedFiles(
      images: root + "/" + split, labels: root + "/" + split + "annot",
      layout: "CamVid's \(split)/ and \(split)annot/ in \(root)")
  }

  /// The number of photographs.
  public var count: Int { files.pairs.count }

  /// The photograph's file name without `.png`.
  public func name(at index: Int) -> String { files.pairs[index].name }

  /// Decodes a photograph and its labels, mapped to train ids by ``LabelMapping/camVid``.
  public func sample(at index: Int) throws -> Sample {
    try files.sample(at: index, mapping: .camVid)
  }
}
