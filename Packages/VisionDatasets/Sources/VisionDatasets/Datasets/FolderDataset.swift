/// A folder of pictures and a folder of labels with the same file names.
public struct FolderDataset: SegmentationDataset {
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
  /// - Throws: ``DatasetError`` when a folder is missing or empty, or a picture has no labels.
  public init(
    images: String, labels: String?, mapping: LabelMapping = .trainIDs
  ) throws(DatasetError) {
    files = try PairedFiles(
      images: images, labels: labels, layout: "a folder of PNG pictures or labels")
    self.mapping = mapping
  }

  /// The number of pictures.
  public var count: Int { files.pairs.count }

  /// The picture's file name without `.png`.
  public func name(at index: Int) -> String { files.pairs[index].name }

  /// Decodes a picture and its labels.
  public func sample(at index: Int) throws -> Sample {
    try files.sample(at: index, mapping: mapping)
  }
}
