/// CamVid in the layout of SegNet: `train/` with pictures, `trainannot/` with labels of the same
/// names, and so on for `val` and `test`. Labels are mapped by ``LabelMapping/camVid``.
public struct CamVidDataset: FileBackedDataset {
  /// Where the files are.
  public let files: PairedFiles

  /// Lists a split.
  ///
  /// - Parameters:
  ///   - root: The folder that holds `train/` and `trainannot/`.
  ///   - split: `train`, `val` or `test`.
  ///   - missingFiles: Whether a picture without labels is an error.
  /// - Throws: ``DatasetError`` when a folder is missing or empty, or a picture has no labels.
  public init(
    root: String, split: String, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    files = try PairedFiles(
      images: root + "/" + split, labels: root + "/" + split + "annot",
      layout: "CamVid's \(split)/ and \(split)annot/ in \(root)", missingFiles: missingFiles)
  }

  /// CamVid's eleven classes.
  public var mapping: LabelMapping { .camVid }
}
