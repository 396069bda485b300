/// GTA5 as it is distributed: `images/NNNNN.png` and `labels/NNNNN.png`.
///
/// The palette *index* of a label file is the Cityscapes label id; its colours are not looked at, as
/// several ids share one. Whatever has no train id (34, the licence plate, among others, and 255) is
/// ignored. The pairs of ``mismatchedNames`` are left out.
public struct GTA5Dataset: FileBackedDataset {
  /// The 62 pictures of the full set whose labels are of another size: 15188, 17705 and 20801 to
  /// 20860.
  public static let mismatchedNames: [String] = ([15188, 17705] + (20801...20860)).map { "\($0)" }

  /// Where the files are.
  public let files: PairedFiles
  /// Those of ``mismatchedNames`` that are in the folder (or the list) and left out.
  public let skipped: [String]

  /// Lists the set.
  ///
  /// - Parameters:
  ///   - root: The folder that holds `images/` and `labels/`.
  ///   - list: A text file that names the pictures to use, one a line; nil for all.
  ///   - missingFiles: Whether a picture without labels, or a listed one that is not there, is an
  ///     error.
  /// - Throws: ``DatasetError`` when a folder or file is missing or a list is empty.
  public init(
    root: String, list: String? = nil, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    let images = root + "/images"
    let labels = root + "/labels"
    let found: PairedFiles
    if let list {
      found = try PairedFiles(
        list: list, images: images, labels: labels, missingFiles: missingFiles)
    } else {
      found = try PairedFiles(
        images: images, labels: labels, layout: "GTA5's images/ and labels/ in \(root)",
        missingFiles: missingFiles)
    }
    (files, skipped) = found.leavingOut(Self.mismatchedNames)
  }

  /// Cityscapes label ids.
  public var mapping: LabelMapping { .cityscapesLabelIDs }
}
