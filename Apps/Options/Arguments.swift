public import ArgumentParser
public import PseudoLabel
public import Training
public import VisionDatasets

/// How a report is printed.
public enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// For people.
  case table
  /// For programs.
  case json
}

extension TrainingConfiguration.DatasetKind: ExpressibleByArgument {}
extension TrainingConfiguration.LabelResolution: ExpressibleByArgument {}
extension TrainingConfiguration.Normalisation: ExpressibleByArgument {}
extension TrainingConfiguration.ChannelOrder: ExpressibleByArgument {}
extension TrainingConfiguration.Precision: ExpressibleByArgument {}
extension TrainingConfiguration.Look: ExpressibleByArgument {}
extension Fusion: ExpressibleByArgument {}
extension ThresholdRule: ExpressibleByArgument {}

extension TrainingConfiguration.ImageSize: ExpressibleByArgument {
  /// `512x1024`: height and width, multiples of 8; nil for anything else.
  public init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let height = parts[0], let width = parts[1], height > 0, width > 0
    else { return nil }
    self.init(height: height, width: width)
    guard fitsNetwork else { return nil }
  }

  /// As it is written on the command line.
  public var defaultValueDescription: String { "\(height)x\(width)" }
}

extension TrainingConfiguration.LabelMapping: ExpressibleByArgument {
  /// A mapping's name, or its pairs as a configuration has them: `{7: 0, 8: 1}`.
  public init?(argument: String) { self.init(text: argument) }
}

extension LabelEncoding: ExpressibleByArgument {
  /// `train-ids` or `label-ids`; nil for anything else.
  public init?(argument: String) {
    guard let encoding = Self.allCases.first(where: { $0.argument == argument }) else { return nil }
    self = encoding
  }

  /// What is written on the command line.
  public static var allValueStrings: [String] { allCases.map(\.argument) }

  /// As it is written on the command line.
  public var defaultValueDescription: String { argument }

  private var argument: String { self == .trainIDs ? "train-ids" : "label-ids" }
}

/// - Throws: `ValidationError` where a `--layers` names no layers of the paper's.
public func checkLayers(_ count: Int) throws {
  guard (1...3).contains(count) else {
    throw ValidationError("--layers is 1, 2 or 3, not \(count)")
  }
}
