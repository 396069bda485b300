/// A set whose samples are pairs of PNG files: what ``DatasetDoctor`` can examine file by file.
///
/// A type that gives ``files`` and ``mapping`` has the rest of ``SegmentationDataset`` by default.
public protocol FileBackedDataset: SegmentationDataset {
  /// Where the files are.
  var files: PairedFiles { get }
  /// What the values of the label files mean.
  var mapping: LabelMapping { get }
  /// Names of samples that are there but left out, because their files are known not to fit.
  var skipped: [String] { get }
  /// Sentences about the set as a whole that its user should know.
  var remarks: [String] { get }
}

extension FileBackedDataset {
  /// The number of pairs.
  public var count: Int { files.pairs.count }

  /// Whether any pair has a label file, if there are pairs.
  public var hasTruth: Bool { files.pairs.isEmpty || files.pairs.contains { $0.label != nil } }

  /// Nothing is left out.
  public var skipped: [String] { [] }

  /// Nothing to remark.
  public var remarks: [String] { [] }

  /// The name of a pair.
  public func name(at index: Int) -> String { files.pairs[index].name }

  /// Decodes a picture and its labels, mapped to train ids.
  ///
  /// - Throws: `PNGError` or ``DatasetError``, naming the files.
  public func sample(at index: Int) throws -> Sample {
    try files.sample(at: index, mapping: mapping)
  }
}

/// What opening a set does about files that should be there and are not.
public enum MissingFiles: Sendable {
  /// The first one is an error.
  case refused
  /// They are listed as if they were there, so that ``DatasetDoctor`` reports every one; reading such
  /// a sample throws.
  case listed
  /// Labels are not looked for: the set is one without truth, whether it has some or not.
  case unlabelled
}
