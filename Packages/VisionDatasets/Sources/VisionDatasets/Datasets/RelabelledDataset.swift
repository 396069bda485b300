/// The pictures of another set with labels from a folder, as pseudo labels are exported:
/// `<folder>/<name>.png`, train ids.
public struct RelabelledDataset: SegmentationDataset {
  private let base: any SegmentationDataset
  private let folder: String

  /// Takes the labels of a set from a folder.
  public init(_ base: any SegmentationDataset, labels folder: String) throws(DatasetError) {
    self.base = base
    self.folder = folder
  }

  /// The number of pictures.
  public var count: Int { base.count }

  /// The picture's name.
  public func name(at index: Int) -> String { base.name(at: index) }

  /// The picture and its labels, which may be of another size.
  public func sample(at index: Int) throws -> Sample {
    var sample = try base.sample(at: index)
    sample.label = try LabelMap(
      contentsOf: "\(folder)/\(sample.name).png", mapping: .trainIDs)
    return sample
  }
}
