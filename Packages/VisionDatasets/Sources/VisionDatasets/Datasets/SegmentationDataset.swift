/// A photograph with its labels.
public struct Sample: Sendable, Equatable {
  /// What the sample is called in messages and in the names of written files.
  public var name: String
  /// The photograph.
  public var image: RGBImage
  /// Train ids, of the photograph's size unless a transform says otherwise; nil where there is no
  /// truth.
  public var label: LabelMap?

  /// Puts a sample together.
  public init(name: String, image: RGBImage, label: LabelMap?) {
    self.name = name
    self.image = image
    self.label = label
  }
}

/// A numbered set of samples, which several threads may read at a time.
///
/// To add a set, write one type in a file of its own: list the pairs of files sorted by name when it
/// is made (``PairedFiles`` does that for a folder of pictures and a folder of labels), and decode one
/// pair in ``sample(at:)``.
public protocol SegmentationDataset: Sendable {
  /// The number of samples.
  var count: Int { get }
  /// Whether any sample may have labels; true unless a set says otherwise.
  var hasTruth: Bool { get }
  /// The name of a sample, without reading its files.
  func name(at index: Int) -> String
  /// Reads a sample.
  ///
  /// - Throws: an error whose description names the file.
  func sample(at index: Int) throws -> Sample
}

extension SegmentationDataset {
  /// There are labels.
  public var hasTruth: Bool { true }
}
