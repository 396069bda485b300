/// Why a PNG could not be read or written; the description is one sentence that names the file.
public enum PNGError: Error, Equatable, CustomStringConvertible {
  /// The file could not be opened or read.
  case unreadable(file: String, reason: String)
  /// The file has no bytes.
  case empty(file: String)
  /// The bytes do not start as a PNG; `found` says what they look like.
  case notPNG(file: String, found: String)
  /// The header declares more pixels than the limit.
  case tooLarge(file: String, width: Int, height: Int, limit: Int)
  /// The bytes end before the picture does.
  case truncated(file: String)
  /// A checksum, the header or the compressed data is wrong.
  case corrupt(file: String, reason: String)
  /// The file could not be written.
  case unwritable(file: String, reason: String)
  /// The picture cannot be a PNG.
  case unencodable(reason: String)

  /// One sentence: the file, what is wrong with it, what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .empty(let file): "\(file): the file is empty, expected a PNG; copy it again"
    case .notPNG(let file, let found):
      "\(file): is \(found), expected a PNG; convert it rather than rename it"
    case .tooLarge(let file, let width, let height, let limit):
      "\(file): the header says \(width)x\(height) pixels, more than the limit of \(limit); "
        + "scale the picture down, or decode it with a higher limit if the file is to be trusted"
    case .truncated(let file): "\(file): the PNG ends too early; copy or download it again"
    case .corrupt(let file, let reason):
      "\(file): the PNG is corrupt (libpng: \(reason)); copy or download it again"
    case .unwritable(let file, let reason):
      "\(file): cannot be written: \(reason); free space or choose another folder; what stood "
        + "there before is untouched"
    case .unencodable(let reason): "cannot be encoded as a PNG: \(reason)"
    }
  }
}
