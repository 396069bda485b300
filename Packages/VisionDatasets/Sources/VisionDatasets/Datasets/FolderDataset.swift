/// A folder of pictures and a folder of labels with the same file names.
public struct FolderDataset: FileBackedDataset {
  /// Where the files are.
  public let files: PairedFiles
  /// What the values of the label files mean.
  public let mapping: LabelMapping

  /// Lists the folders.
  ///
  /// - Parameters:
  ///   - images: The folder of pictures.
  ///   - labels: The folder of labels; nil when there are none.
  ///   - mapping: What the values of the label files mean; train ids unless told otherwise.
  ///   - missingFiles: Whether a picture without labels is an error.
  /// - Throws: ``DatasetError`` when a folder is missing or empty, or a picture has no labels.
  public init(
    images: String, labels: String?, mapping: LabelMapping = .trainIDs,
    missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    files = try PairedFiles(
      images: images, labels: labels, layout: "a folder of PNG pictures or labels",
      missingFiles: missingFiles)
    self.mapping = mapping
  }
}
