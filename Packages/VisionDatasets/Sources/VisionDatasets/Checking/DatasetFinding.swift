/// Something that ``DatasetDoctor`` found.
public struct DatasetFinding: Sendable, Equatable {
  /// What is the matter.
  public enum Kind: String, Sendable, CaseIterable {
    /// A file is not there.
    case missing
    /// A file is there and cannot be read.
    case unreadable
    /// A file ends too early.
    case truncated
    /// A checksum, the header or the compressed data is wrong.
    case corrupt
    /// A file of another format under the name of a PNG.
    case notPNG = "not PNG"
    /// The header declares more pixels than the limit.
    case tooLarge = "too large"
    /// The labels are of another size than their picture.
    case size
    /// A file has no bytes, or labels in which every pixel is ignored.
    case empty
    /// A file of colours, or of 16-bit values, in place of labels.
    case notLabels = "not labels"
    /// Values that the encoding does not have.
    case values = "values outside the map"
    /// Label ids where train ids were declared, or the reverse.
    case encoding = "wrong encoding"
    /// Something about the whole set.
    case set = "set"
  }

  /// Whether a set with such a finding can be trained on.
  public enum Severity: String, Sendable {
    /// It can.
    case warning
    /// It cannot: a run would end at this file, or learn something wrong from it.
    case error
  }

  /// What is the matter.
  public let kind: Kind
  /// How bad it is.
  public let severity: Severity
  /// The file; nil where it is about the whole set.
  public let file: String?
  /// One sentence, which names the file.
  public let message: String

  /// Puts a finding together.
  public init(kind: Kind, severity: Severity, file: String?, message: String) {
    self.kind = kind
    self.severity = severity
    self.file = file
    self.message = message
  }
}
