/// Picture files and, where there is truth, the label file of each: sorted by name, so that the same
/// files always give the same order.
public struct PairedFiles: Sendable, Equatable {
  /// The files of one sample.
  public struct Pair: Sendable, Equatable {
    /// What the sample is called; a picture's file name without `.png` in most layouts.
    public let name: String
    /// Where the picture is.
    public let image: String
    /// Where its labels are; nil where there is no truth.
    public let label: String?

    /// Names the files of one sample.
    public init(name: String, image: String, label: String?) {
      self.name = name
      self.image = image
      self.label = label
    }
  }

  /// All pairs, sorted by name.
  public let pairs: [Pair]

  /// Pairs that a layout found; they are sorted here.
  public init(pairs: [Pair]) {
    self.pairs = pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Lists the PNGs of a folder and pairs each with the file of the same name among the labels.
  ///
  /// - Parameters:
  ///   - images: The folder of pictures.
  ///   - labels: The folder of labels; nil for a set without truth.
  ///   - layout: What the folders are part of, for messages.
  ///   - missingFiles: Whether a picture without labels is an error.
  /// - Throws: ``DatasetError`` when a folder is not there, no picture is found or one has no labels.
  public init(
    images: String, labels: String?, layout: String, missingFiles: MissingFiles = .refused
  ) throws(DatasetError) {
    let names = try FolderListing.files(in: images, layout: layout)
    let pictures = names.filter(FolderListing.isPNG)
    guard !pictures.isEmpty else {
      throw .noPictures(folder: images, fileCount: names.count)
    }
    var known: Set<String> = []
    let labels = missingFiles == .unlabelled ? nil : labels
    if let labels { known = Set(try FolderListing.files(in: labels, layout: layout)) }
    var pairs: [Pair] = []
    for file in pictures {
      let label = labels.map { $0 + "/" + file }
      if let label, missingFiles == .refused, !known.contains(file) {
        throw .missingLabel(image: images + "/" + file, expected: label)
      }
      pairs.append(
        Pair(name: String(file.dropLast(4)), image: images + "/" + file, label: label))
    }
    self.init(pairs: pairs)
  }

  /// Decodes one pair.
  ///
  /// - Throws: `PNGError` or ``DatasetError``, naming the files.
  public func sample(at index: Int, mapping: LabelMapping) throws -> Sample {
    let pair = pairs[index]
    let image = try RGBImage(contentsOf: pair.image)
    guard let labelFile = pair.label else {
      return Sample(name: pair.name, image: image, label: nil)
    }
    let label = try LabelMap(contentsOf: labelFile, mapping: mapping)
    guard label.width == image.width, label.height == image.height else {
      throw DatasetError.sizeMismatch(
        image: pair.image, imageSize: "\(image.width)x\(image.height)",
        label: labelFile, labelSize: "\(label.width)x\(label.height)")
    }
    return Sample(name: pair.name, image: image, label: label)
  }
}
