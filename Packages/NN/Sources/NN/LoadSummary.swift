/// What a checkpoint gave to a store.
public struct LoadSummary: Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// Where in the file the tensors are from; nil where they are all that it holds.
  public let origin: String?
  /// How many of the store's tensors were read.
  public let loaded: Int
  /// How many the store has.
  public let expected: Int
  /// The tensors read under another name than the store's.
  public let renamed: [(stored: String, name: String)]
  /// The file's tensors that the store has no place for, or has from their duplicate.
  public let ignored: [String]
  /// The store's tensors that the file may lack and does.
  public let missing: [String]

  /// A summary of what was taken from `path`.
  public init(
    path: String, origin: String?, loaded: Int, expected: Int,
    renamed: [(stored: String, name: String)], ignored: [String], missing: [String]
  ) {
    self.path = path
    self.origin = origin
    self.loaded = loaded
    self.expected = expected
    self.renamed = renamed
    self.ignored = ignored
    self.missing = missing
  }

  /// One line, whatever the number of tensors.
  public var description: String {
    var line = path
    if let origin { line += ", \(origin)" }
    line += ": \(loaded) of \(expected) tensors loaded"
    if let first = renamed.first {
      line += ", \(renamed.count) renamed (\(first.stored) to \(first.name)\(dots(renamed.count)))"
    }
    if let first = ignored.first {
      line += ", \(ignored.count) ignored (\(first)\(dots(ignored.count)))"
    }
    if let first = missing.first {
      line += ", \(missing.count) missing (\(first)\(dots(missing.count)))"
    }
    return line
  }

  private func dots(_ count: Int) -> String { count > 1 ? ", …" : "" }
}

/// Why a checkpoint does not fit a network.
public enum LoadError: Error, Sendable, CustomStringConvertible {
  /// A tensor that the network has is not in the file.
  case missing(path: String, name: String, count: Int, expected: Int)
  /// A tensor has another shape in the file.
  case wrongShape(path: String, name: String, found: [Int], expected: [Int])
  /// A tensor holds NaN or an infinity; `index` counts its elements.
  case notFinite(path: String, name: String, value: Float, index: Int)

  /// One sentence: the file, what was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .missing(let path, let name, let count, let expected):
      "'\(path)' lacks \(count) of the network's \(expected) tensors, the first '\(name)'; "
        + "is it a checkpoint of another network or backbone?"
    case .wrongShape(let path, let name, let found, let expected):
      "'\(path)' has '\(name)' with shape \(found) where the network has \(expected); "
        + "is it a checkpoint of another backbone or number of classes?"
    case .notFinite(let path, let name, let value, let index):
      "'\(path)' has '\(name)' with the value \(value) at element \(index) where finite numbers are "
        + "expected; its training has diverged: give an earlier checkpoint"
    }
  }
}
