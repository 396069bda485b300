/// Cityscapes as it is distributed: `leftImg8bit/<split>/<city>/<name>_leftImg8bit.png` with
/// `gtFine/<split>/<city>/<name>_gtFine_labelIds.png`, grey label ids.
///
/// A sample is called `<city>/<name>`, as `aachen/aachen_000000_000019`: what is written under these
/// names lies in a folder for each city. The labels of the `test` split are dummies in which every
/// pixel is ignored; where that split has no `gtFine` at all, it is a set without truth.
public struct CityscapesDataset: FileBackedDataset {
  /// What a picture's file name ends in.
  public static let imageSuffix = "_leftImg8bit.png"
  /// What a label file's name ends in.
  public static let labelSuffix = "_gtFine_labelIds.png"

  /// Where the files are.
  public let files: PairedFiles

  /// Lists a split.
  ///
  /// - Parameters:
  ///   - root: The folder that holds `leftImg8bit/` and `gtFine/`.
  ///   - split: `train`, `val` or `test`.
  ///   - missingFiles: Whether a picture without labels is an error.
  /// - Throws: ``DatasetError`` when a folder is missing or empty, or a picture has no labels.
  public init(
    root: String, split: String, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    let images = "\(root)/leftImg8bit/\(split)"
    let layout = "Cityscapes' leftImg8bit/\(split)/<city>/*\(Self.imageSuffix) in \(root)"
    let truth = "\(root)/gtFine/\(split)"
    let isLabelled =
      missingFiles != .unlabelled && (split != "test" || FolderListing.exists(truth))
    if isLabelled, missingFiles == .refused, !FolderListing.exists(truth) {
      throw .missingFolder(
        truth, expected: "Cityscapes' gtFine/\(split)/<city>/*\(Self.labelSuffix) in \(root)")
    }
    var pairs: [PairedFiles.Pair] = []
    var others = 0
    for city in try FolderListing.files(in: images, layout: layout) {
      guard let names = try? FolderListing.files(in: images + "/" + city, layout: layout) else {
        others += 1
        continue
      }
      let labels = Set(
        (try? FolderListing.files(in: truth + "/" + city, layout: layout)) ?? [])
      for file in names {
        guard file.hasSuffix(Self.imageSuffix) else {
          others += 1
          continue
        }
        let frame = String(file.dropLast(Self.imageSuffix.count))
        let image = "\(images)/\(city)/\(file)"
        let label = "\(truth)/\(city)/\(frame)\(Self.labelSuffix)"
        if isLabelled, missingFiles == .refused, !labels.contains(frame + Self.labelSuffix) {
          throw .missingLabel(image: image, expected: label)
        }
        pairs.append(
          .init(name: "\(city)/\(frame)", image: image, label: isLabelled ? label : nil))
      }
    }
    guard !pairs.isEmpty else { throw .noPictures(folder: images, fileCount: others) }
    files = PairedFiles(pairs: pairs)
  }

  /// Cityscapes label ids.
  public var mapping: LabelMapping { .cityscapesLabelIDs }
}
