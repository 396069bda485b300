import Yams

/// One key of a configuration: its name, meaning, type, bounds and field.
public struct ConfigurationKey<Root: Sendable>: Sendable {
  /// The full name, sections joined by dots, such as `data.synthetic.seed`.
  public let name: String
  /// What it means, in a sentence.
  public let summary: String
  /// What it may be, in words.
  public let expectation: String

  /// Sets the field, or says what is wrong with the node.
  let decode: @Sendable (Node, inout Root) -> ConfigurationError.Problem?
  /// The field's value as YAML on one line.
  let encode: @Sendable (Root) -> String

  init<Value: ConfigurationValue>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, _ summary: String,
    _ requirement: ConfigurationRequirement<Value>? = nil
  ) {
    self.name = name
    self.summary = summary
    expectation = Value.expectation(requirement?.words)
    decode = { node, root in
      guard let value = Value(yaml: node) else {
        return .wrongType(key: name, expected: Value.expectation(nil), found: node.words)
      }
      if let requirement, !requirement.holds(value) {
        let words = "must be \(requirement.words)" + (Value.isOptional ? ", or null" : "")
        return .outOfRange(key: name, requirement: words, found: value.yaml)
      }
      root[keyPath: field] = value
      return nil
    }
    encode = { $0[keyPath: field].yaml }
  }

  private init(
    name: String, summary: String, expectation: String,
    decode: @escaping @Sendable (Node, inout Root) -> ConfigurationError.Problem?,
    encode: @escaping @Sendable (Root) -> String
  ) {
    self.name = name
    self.summary = summary
    self.expectation = expectation
    self.decode = decode
    self.encode = encode
  }

  /// The key of a value that has this key's root as its part.
  func lifted<Whole>(to field: any WritableKeyPath<Whole, Root> & Sendable) -> ConfigurationKey<
    Whole
  > {
    ConfigurationKey<Whole>(
      name: name, summary: summary, expectation: expectation,
      decode: { [decode] node, whole in decode(node, &whole[keyPath: field]) },
      encode: { [encode] in encode($0[keyPath: field]) })
  }
}

/// Something that must hold between keys; an error names the first.
struct ConfigurationRule<Root: Sendable>: Sendable {
  let key: String
  /// Follows "it".
  let requirement: String
  let holds: @Sendable (Root) -> Bool

  init(_ key: String, _ requirement: String, holds: @escaping @Sendable (Root) -> Bool) {
    self.key = key
    self.requirement = requirement
    self.holds = holds
  }
}

/// All keys of a configuration, from which reading, writing, checking and listing derive.
public struct ConfigurationSchema<Root: Sendable>: Sendable {
  /// A group of keys.
  public struct Section: Sendable {
    /// The full name, such as `data.synthetic`.
    public let name: String
    /// What its keys are about.
    public let summary: String

    init(_ name: String, _ summary: String) {
      self.name = name
      self.summary = summary
    }
  }

  /// The value of every key that is not given.
  public let defaults: Root
  /// The sections in the order of listing.
  public let sections: [Section]
  /// The keys in the order of listing; those of a section follow each other.
  public let keys: [ConfigurationKey<Root>]
  let rules: [ConfigurationRule<Root>]

  init(
    defaults: Root, sections: [Section], keys: [ConfigurationKey<Root>],
    rules: [ConfigurationRule<Root>]
  ) {
    self.defaults = defaults
    self.sections = sections
    self.keys = keys
    self.rules = rules
  }

  func key(named name: String) -> ConfigurationKey<Root>? { keys.first { $0.name == name } }

  func isSection(_ name: String) -> Bool { sections.contains { $0.name == name } }

  /// The key or section whose name is closest to one that does not exist.
  ///
  /// A right name in a wrong section is closer than a wrong name in the right one.
  func nearest(to unknown: String) -> String {
    // No name is as long: what follows decides on nothing and only costs time.
    let unknown = String(unknown.prefix(64))
    func last(_ name: String) -> String { name.split(separator: ".").last.map(String.init) ?? "" }
    func distance(_ name: String) -> Int {
      min(editDistance(unknown, name), editDistance(last(unknown), last(name)) + 1)
    }
    let names = keys.map(\.name) + sections.map(\.name)
    return zip(names, names.map(distance)).min { $0.1 < $1.1 }?.0 ?? ""
  }

  /// A configuration as YAML that reads back the same: every key, with its section.
  public func yaml(of root: Root) -> String {
    var text = ""
    var open: [Substring] = []
    for key in keys {
      var path = key.name.split(separator: ".")
      let name = path.removeLast()
      for (depth, section) in path.enumerated() where depth >= open.count || open[depth] != section
      {
        open = Array(open.prefix(depth))
        text += "\(String(repeating: "  ", count: depth))\(section):\n"
        open.append(section)
      }
      open = path
      text += "\(String(repeating: "  ", count: path.count))\(name): \(key.encode(root))\n"
    }
    return text
  }

  /// Every key with its type, default and meaning, for a help page.
  public var listing: String {
    var text = ""
    var section: String?
    for key in keys {
      let keySection = key.name.lastIndex(of: ".").map { String(key.name[..<$0]) }
      if keySection != section, let summary = sections.first(where: { $0.name == keySection }) {
        text += "\n\(summary.name): \(summary.summary)\n"
      } else if keySection != section {
        text += "\n"
      }
      section = keySection
      text += "  \(key.name) = \(key.encode(defaults))\n"
      text += "      \(key.summary) [\(key.expectation)]\n"
    }
    return text.first == "\n" ? String(text.dropFirst()) : text
  }
}

/// The number of letters to insert, delete, replace or swap with the next to turn one text into
/// the other.
func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var beforeLast: [Int] = []
  var last = Array(0...second.count)
  for row in 0..<first.count {
    var current = [row + 1]
    for column in 0..<second.count {
      let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
      var distance = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforeLast, last) = (last, current)
  }
  return last[second.count]
}
