import Adversarial
import BiSeNet
import Yams

/// A value that a YAML file can give.
///
/// Scalars are read here and not by YAML 1.1's rules, by which `1e-4` is a text, `no` a boolean
/// and `1:30` the number 90.
protocol ConfigurationValue: Sendable, Equatable {
  /// What is expected, such as "a whole number"; of an optional value, when it is given.
  static var expectation: String { get }

  /// Whether null is a value.
  static var isOptional: Bool { get }

  /// Nil where the node holds something else.
  init?(yaml: Node)

  /// The value as YAML on one line.
  var yaml: String { get }
}

extension ConfigurationValue {
  static var isOptional: Bool { false }

  /// What is expected, with further words on it.
  static func expectation(_ words: String?) -> String {
    expectation + (words.map { ", \($0)" } ?? "") + (isOptional ? ", or null" : "")
  }
}

extension Node {
  /// The text of an unquoted scalar.
  var plainText: String? {
    guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else {
      return nil
    }
    return scalar.string
  }

  var isNull: Bool {
    plainText.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false
  }

  /// The node in an error's sentence.
  var words: String {
    switch self {
    case .scalar(let scalar): isNull ? "null" : "'\(scalar.string.prefix(80))'"
    case .mapping: "a mapping"
    case .sequence(let sequence):
      sequence.allSatisfy { $0.scalar != nil }
        ? "[\(sequence.prefix(8).map { $0.scalar?.string ?? "" }.joined(separator: ", "))]"
        : "a list"
    case .alias: "an alias"
    }
  }
}

extension Bool: ConfigurationValue {
  static var expectation: String { "true or false" }

  init?(yaml: Node) {
    switch yaml.plainText {
    case "true", "True", "TRUE": self = true
    case "false", "False", "FALSE": self = false
    default: return nil
    }
  }

  var yaml: String { self ? "true" : "false" }
}

extension Int: ConfigurationValue {
  static var expectation: String { "a whole number" }

  init?(yaml: Node) {
    guard let value = yaml.plainText.flatMap({ Int($0) }) else { return nil }
    self = value
  }

  var yaml: String { String(self) }
}

extension Double: ConfigurationValue {
  static var expectation: String { "a number" }

  init?(yaml: Node) {
    guard let text = yaml.plainText, text.allSatisfy({ "0123456789+-.eE".contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    self = value
  }

  var yaml: String { String(self) }
}

extension String: ConfigurationValue {
  static var expectation: String { "a text" }

  init?(yaml: Node) {
    guard case .scalar(let scalar) = yaml, !yaml.isNull else { return nil }
    self = scalar.string
  }

  var yaml: String {
    let isPlain =
      first?.isLetter == true
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
    // Words that other readers of YAML take for something else are quoted, too.
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    if isPlain, !reserved.contains(lowercased()) { return self }
    var quoted = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\x" + (digits.count == 1 ? "0" : "") + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
  static var expectation: String { Wrapped.expectation }

  static var isOptional: Bool { true }

  init?(yaml: Node) {
    if yaml.isNull {
      self = .none
    } else if let value = Wrapped(yaml: yaml) {
      self = .some(value)
    } else {
      return nil
    }
  }

  var yaml: String { self?.yaml ?? "null" }
}

extension [Double]: ConfigurationValue {
  static var expectation: String { "a list of numbers" }

  init?(yaml: Node) {
    guard case .sequence(let nodes) = yaml else { return nil }
    let values = nodes.compactMap { Double(yaml: $0) }
    guard values.count == nodes.count else { return nil }
    self = values
  }

  var yaml: String { "[\(map(\.yaml).joined(separator: ", "))]" }
}

extension ClosedRange<Double>: ConfigurationValue {
  static var expectation: String { "a list [smallest, largest] of two numbers" }

  init?(yaml: Node) {
    guard let bounds = [Double](yaml: yaml), bounds.count == 2, bounds[0] <= bounds[1] else {
      return nil
    }
    self = bounds[0]...bounds[1]
  }

  var yaml: String { [lowerBound, upperBound].yaml }
}

extension ConfigurationValue where Self: RawRepresentable<String> & CaseIterable {
  static var expectation: String { allCases.map(\.rawValue).joined(separator: " | ") }

  init?(yaml: Node) {
    guard let value = String(yaml: yaml).flatMap(Self.init(rawValue:)) else { return nil }
    self = value
  }

  var yaml: String { rawValue }
}

extension Discriminator.Kind: ConfigurationValue {}
extension TrainingConfiguration.Method: ConfigurationValue {}
extension Backbone: ConfigurationValue {}
extension TrainingConfiguration.DatasetKind: ConfigurationValue {}
extension TrainingConfiguration.Normalisation: ConfigurationValue {}
extension TrainingConfiguration.ChannelOrder: ConfigurationValue {}
extension TrainingConfiguration.Look: ConfigurationValue {}
extension TrainingConfiguration.OptimizerKind: ConfigurationValue {}
extension TrainingConfiguration.ScheduleKind: ConfigurationValue {}
extension TrainingConfiguration.ScheduleStep: ConfigurationValue {}
extension TrainingConfiguration.Precision: ConfigurationValue {}
extension TrainingConfiguration.LabelResolution: ConfigurationValue {}
extension TrainingConfiguration.LabelMapping.Name: ConfigurationValue {}

extension TrainingConfiguration.ImageSize: ConfigurationValue {
  static var expectation: String { "a list [height, width] of two whole numbers" }

  init?(yaml: Node) {
    guard case .sequence(let nodes) = yaml, nodes.count == 2,
      let height = Int(yaml: nodes[0]), let width = Int(yaml: nodes[1])
    else { return nil }
    self.init(height: height, width: width)
  }

  var yaml: String { "[\(height), \(width)]" }
}

extension TrainingConfiguration.Interval: ConfigurationValue {
  static var expectation: String { "a span such as '500 iterations' or '1 epoch'" }

  init?(yaml: Node) {
    let words = String(yaml: yaml)?.split(separator: " ") ?? []
    guard words.count == 2, let count = Int(words[0]) else { return nil }
    switch words[1] {
    case "iteration", "iterations": self = .iterations(count)
    case "epoch", "epochs": self = .epochs(count)
    default: return nil
    }
  }

  var yaml: String {
    switch self {
    case .iterations(let count): "\(count) iteration\(count == 1 ? "" : "s")"
    case .epochs(let count): "\(count) epoch\(count == 1 ? "" : "s")"
    }
  }
}

extension TrainingConfiguration.LabelMapping: ConfigurationValue {
  static var expectation: String {
    "\(Name.expectation), or a mapping {value: train id, ...} of whole numbers"
  }

  init?(yaml: Node) {
    if let name = Name(yaml: yaml) {
      self = .named(name)
      return
    }
    guard case .mapping(let pairs) = yaml, !pairs.isEmpty else { return nil }
    var table: [Int: Int] = [:]
    for (value, trainID) in pairs {
      guard let value = Int(yaml: value), let trainID = Int(yaml: trainID) else { return nil }
      table[value] = trainID
    }
    self = .table(table)
  }

  /// A mapping as a configuration's file has it; nil for any other text.
  public init?(text: String) {
    guard let node = try? Yams.compose(yaml: text) else { return nil }
    self.init(yaml: node)
  }

  var yaml: String {
    switch self {
    case .named(let name): name.rawValue
    case .table(let table):
      "{\(table.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    }
  }
}
