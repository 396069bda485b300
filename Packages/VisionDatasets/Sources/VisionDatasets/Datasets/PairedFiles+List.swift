extension PairedFiles {
  /// The pairs that a list names, from one folder of pictures and one of labels.
  ///
  /// A line is a picture's file name; folders before it (`aachen/`) are left out, and `.png` or
  /// `_leftImg8bit.png` may be. The labels have the picture's name, or `_gtFine_labelIds` where the
  /// picture has `_leftImg8bit`.
  ///
  /// - Parameters:
  ///   - list: The text file, one name a line.
  ///   - images: The folder of pictures.
  ///   - labels: The folder of labels.
  ///   - missingFiles: Whether a file that is not there is an error.
  /// - Throws: ``DatasetError`` when the list or a folder is missing or the list is empty.
  public init(
    list: String, images: String, labels: String, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    let names = try FolderListing.names(inList: list)
    let layout = "a folder of the PNGs that \(list) names"
    let pictures = Set(try FolderListing.files(in: images, layout: layout))
    let isLabelled = missingFiles != .unlabelled
    let truth = isLabelled ? Set(try FolderListing.files(in: labels, layout: layout)) : []
    var pairs: [String: Pair] = [:]
    var absent: [String] = []
    for name in names {
      let candidates =
        FolderListing.isPNG(name)
        ? [name] : [name + ".png", name + CityscapesDataset.imageSuffix]
      let found = candidates.first(where: pictures.contains)
      if found == nil { absent.append(candidates[0]) }
      let picture = found ?? candidates[0]
      let (sample, labelNames) = Self.names(ofPicture: picture)
      let label = labelNames.first(where: truth.contains)
      if label == nil, found != nil, missingFiles == .refused {
        throw .missingLabel(
          image: images + "/" + picture, expected: labels + "/" + labelNames[0])
      }
      pairs[picture] = Pair(
        name: sample, image: images + "/" + picture,
        label: isLabelled ? labels + "/" + (label ?? labelNames[0]) : nil)
    }
    if let first = absent.first, missingFiles != .listed {
      throw .absentFiles(list: list, folder: images, first: first, count: absent.count)
    }
    self.init(pairs: Array(pairs.values))
  }

  /// The pairs without those of some names, and which of the names there were.
  func leavingOut(_ names: [String]) -> (files: PairedFiles, skipped: [String]) {
    let names = Set(names)
    let kept = pairs.filter { !names.contains($0.name) }
    return (PairedFiles(pairs: kept), pairs.map(\.name).filter(names.contains))
  }

  /// What a sample is called and what its labels may be called, the usual name first.
  private static func names(ofPicture file: String) -> (sample: String, labels: [String]) {
    let suffix = CityscapesDataset.imageSuffix
    guard file.hasSuffix(suffix) else { return (String(file.dropLast(4)), [file]) }
    let frame = String(file.dropLast(suffix.count))
    return (frame, [frame + CityscapesDataset.labelSuffix, file])
  }
}
