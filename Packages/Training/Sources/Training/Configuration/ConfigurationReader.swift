import Foundation
import Yams

/// Fills a configuration from YAML texts and overrides, and remembers where each value stood.
struct ConfigurationReader<Root: Sendable> {
  private let schema: ConfigurationSchema<Root>
  private(set) var value: Root
  private var origins: [String: ConfigurationError.Origin] = [:]

  init(_ schema: ConfigurationSchema<Root>, basedOn base: Root? = nil) {
    self.schema = schema
    value = base ?? schema.defaults
  }

  /// Reads a whole file; `path` is for messages.
  mutating func read(yaml: String, path: String) throws(ConfigurationError) {
    guard let node = try compose(yaml, origin: { .file(path: path, line: $0) }) else { return }
    try apply(node, to: "", line: nil) { .file(path: path, line: $0) }
  }

  /// Reads `key=value`, the value being YAML.
  mutating func read(override text: String) throws(ConfigurationError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ConfigurationError(.notAnOverride, at: .override(text))
    }
    let key = String(text[..<sign])
    let origin: (Int?) -> ConfigurationError.Origin = { _ in .override(text) }
    let node = try compose(String(text[text.index(after: sign)...]), origin: origin)
    try apply(node ?? Node("", Tag(.implicit), .plain), to: key, line: nil, origin: origin)
  }

  /// Checks what must hold between keys.
  func check() throws(ConfigurationError) {
    for rule in schema.rules where !rule.holds(value) {
      let found = schema.key(named: rule.key)?.encode(value) ?? ""
      throw ConfigurationError(
        .outOfRange(key: rule.key, requirement: rule.requirement, found: found),
        at: origins[rule.key] ?? .defaults)
    }
  }

  /// Sets a key, or the keys of a section; `line` is where the name stands, as a value may begin
  /// below it.
  private mutating func apply(
    _ node: Node, to name: String, line: Int?, origin: (Int?) -> ConfigurationError.Origin
  ) throws(ConfigurationError) {
    let place = origin(line ?? node.mark?.line)
    if let key = schema.key(named: name) {
      if let problem = key.decode(node, &value) { throw ConfigurationError(problem, at: place) }
      origins[name] = place
      return
    }
    guard name.isEmpty || schema.isSection(name) else {
      throw ConfigurationError(
        .unknownKey(name, nearest: schema.nearest(to: name)), at: place)
    }
    // A section whose lines are all commented out is null.
    if node.isNull { return }
    guard case .mapping(let pairs) = node else {
      throw ConfigurationError(
        .wrongType(key: name, expected: "a mapping of keys to values", found: node.words),
        at: place)
    }
    for (key, child) in pairs {
      let keyName = key.scalar?.string ?? key.words
      try apply(
        child, to: name.isEmpty ? keyName : "\(name).\(keyName)", line: key.mark?.line,
        origin: origin)
    }
  }

  private func compose(
    _ yaml: String, origin: (Int?) -> ConfigurationError.Origin
  ) throws(ConfigurationError) -> Node? {
    do {
      return try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      switch error {
      case .scanner(let context, let problem, let mark, _),
        .parser(let context, let problem, let mark, _),
        .composer(let context, let problem, let mark, _):
        let words = context.map { "\(problem) (\($0.text))" } ?? problem
        throw ConfigurationError(.notYAML(reason: words), at: origin(mark.line))
      case .duplicatedKeysInMapping(let duplicates, let context):
        let key = duplicates.first ?? ""
        throw ConfigurationError(.duplicateKey(key), at: origin(context.mark.line))
      case .reader(let problem, _, _, _):
        throw ConfigurationError(.notYAML(reason: problem), at: origin(nil))
      default: throw ConfigurationError(.notYAML(reason: "\(error)"), at: origin(nil))
      }
    } catch {
      throw ConfigurationError(.notYAML(reason: "\(error)"), at: origin(nil))
    }
  }
}

extension TrainingConfiguration {
  /// Reads a YAML file and then overrides, in order, each `key=value` with the key's full name and
  /// a value in YAML: `optimisation.epochs=40`, `augmentation.scale=[0.75, 2]`.
  ///
  /// - Throws: ``ConfigurationError``, which names file and line or the override.
  public static func load(
    contentsOf path: String, overrides: [String] = []
  ) throws(ConfigurationError) -> TrainingConfiguration {
    let bytes: Foundation.Data
    do {
      bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ConfigurationError(
        .unreadable(reason: reason(of: error, path: path)), at: .file(path: path, line: nil))
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw ConfigurationError(
        .notYAML(reason: "the text is not UTF-8"), at: .file(path: path, line: nil))
    }
    return try load(yaml: text, path: path, overrides: overrides)
  }

  /// As ``load(contentsOf:overrides:)``, or without a file overrides of a given configuration.
  ///
  /// - Throws: ``ConfigurationError``, which names file and line or the override.
  public static func load(
    contentsOf path: String?, basedOn base: TrainingConfiguration, overrides: [String]
  ) throws(ConfigurationError) -> TrainingConfiguration {
    if let path { return try load(contentsOf: path, overrides: overrides) }
    var reader = ConfigurationReader(schema, basedOn: base)
    for override in overrides { try reader.read(override: override) }
    try reader.check()
    return reader.value
  }

  /// Reads a YAML text and then overrides; `path` stands in messages.
  ///
  /// - Throws: ``ConfigurationError``, which names file and line or the override.
  public static func load(
    yaml: String, path: String, overrides: [String] = []
  ) throws(ConfigurationError) -> TrainingConfiguration {
    var reader = ConfigurationReader(schema)
    try reader.read(yaml: yaml, path: path)
    for override in overrides { try reader.read(override: override) }
    try reader.check()
    return reader.value
  }

  /// The effective configuration as YAML, every key given: what a run writes beside its results.
  public func describe() -> String { Self.schema.yaml(of: self) }

  private static func reason(of error: any Error, path: String) -> String {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return "it is a folder"
    }
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: return "there is no such file"
    case .fileReadNoPermission: return "permission denied"
    default: return error.localizedDescription
    }
  }
}
