/// Why a configuration was refused, in one sentence that says where the mistake stands.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where a value was given.
  public enum Origin: Hashable, Sendable {
    /// In a file, at a line counted from 1 where it is known.
    case file(path: String, line: Int?)
    /// In an override on the command line, given in full.
    case override(String)
    /// Nowhere: it is the default.
    case defaults
  }

  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file could not be read; the reason is the system's.
    case unreadable(reason: String)
    /// The text is not YAML; the reason is the parser's.
    case notYAML(reason: String)
    /// An override is not of the form `key=value`.
    case notAnOverride
    /// No key has this name; `nearest` is the closest that exists.
    case unknownKey(String, nearest: String)
    /// A key is given twice.
    case duplicateKey(String)
    /// A value has another type.
    case wrongType(key: String, expected: String, found: String)
    /// A value is of the right type and cannot be used.
    case outOfRange(key: String, requirement: String, found: String)
  }

  /// Where the value was given.
  public let origin: Origin
  /// What is wrong.
  public let problem: Problem

  init(_ problem: Problem, at origin: Origin) {
    self.problem = problem
    self.origin = origin
  }

  /// One sentence: the place, what was found and what was expected.
  public var description: String {
    let place =
      switch origin {
      case .file(let path, let line): "'\(path)'" + (line.map { ", line \($0)" } ?? "")
      case .override(let text): "--set \(text)"
      case .defaults: "the configuration"
      }
    let sentence =
      switch problem {
      case .unreadable(let reason): "cannot be read: \(reason); check the path."
      case .notYAML(let reason): "not valid YAML: \(reason)."
      case .notAnOverride: "an override has the form key=value, such as optimisation.epochs=40."
      case .unknownKey(let key, let nearest): "unknown key '\(key)'; did you mean '\(nearest)'?"
      case .duplicateKey(let key): "the key '\(key)' is given twice; keep one."
      case .wrongType(let key, let expected, let found):
        key.isEmpty
          ? "found \(found) where \(expected) is expected."
          : "\(key) is \(found); expected is \(expected)."
      case .outOfRange(let key, let requirement, let found):
        "\(key) is \(found); it \(requirement)."
      }
    return "\(place): \(sentence)"
  }
}
