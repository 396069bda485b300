/// The layout in which courses hand out subsets of GTA5 and Cityscapes: flat `images/` and `labels/`,
/// the lists `train.txt` and `val.txt`, and `info.json` with the map from label id to train id.
///
/// A list's lines may carry a city (`aachen/…`), which is left out; labels have the picture's name or
/// the one that Cityscapes gives them. The map of `info.json` is used even where it is not the standard
/// one, which ``remarks`` then says; without the file, label ids are Cityscapes'.
public struct SubsetDataset: FileBackedDataset {
  /// Where the files are.
  public let files: PairedFiles
  /// What `info.json` says; nil where there is none.
  public let info: SubsetInfo?
  /// Those of ``GTA5Dataset/mismatchedNames`` that the list names and that are left out.
  public let skipped: [String]

  /// Lists a split.
  ///
  /// - Parameters:
  ///   - root: The folder that holds `images/`, `labels/` and the lists.
  ///   - split: `train` for `train.txt`, and so on.
  ///   - missingFiles: Whether a listed file that is not there is an error.
  /// - Throws: ``DatasetError`` when a folder, the list or a listed file is missing, the list is
  ///   empty, or `info.json` cannot be used.
  public init(
    root: String, split: String, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    let listed = try PairedFiles(
      list: "\(root)/\(split).txt", images: root + "/images", labels: root + "/labels",
      missingFiles: missingFiles)
    (files, skipped) = listed.leavingOut(GTA5Dataset.mismatchedNames)
    let description = root + "/info.json"
    info =
      FolderListing.exists(description) ? try SubsetInfo(contentsOf: description) : nil
  }

  /// The map of `info.json`, or Cityscapes label ids where there is none.
  public var mapping: LabelMapping { info?.mapping ?? .cityscapesLabelIDs }

  /// Which values `info.json` maps in another way than Cityscapes does.
  public var remarks: [String] {
    guard let info, !info.contradictions.isEmpty else { return [] }
    let pairs = info.contradictions.map { "\($0) to \(info.mapping[$0])" }
    return [
      "\(info.file): label2train takes \(pairs.joined(separator: ", ")), unlike the standard map "
        + "of Cityscapes; it is used as it stands"
    ]
  }
}
