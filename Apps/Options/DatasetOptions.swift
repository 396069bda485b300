public import ArgumentParser
public import Training
public import VisionDatasets

/// The options that name a data set.
public struct DatasetOptions: ParsableArguments {
  /// The kind; nil where it was not given.
  @Option(help: "The kind of data set.")
  public var dataset: TrainingConfiguration.DatasetKind?

  /// The root folder.
  @Option(help: "The data set's root folder (folder: the images).")
  public var root: String?

  /// The folder of labels of a folder set.
  @Option(help: "The folder of labels of a folder set.")
  public var labels: String?

  /// What the labels of a folder set hold.
  @Option(help: "What the labels of a folder set hold.")
  public var mapping = TrainingConfiguration.LabelMapping.Name.identity

  /// The split.
  @Option(help: "The split.")
  public var split = "val"

  /// The look of synthetic streets.
  @Option(help: "The look of synthetic streets.")
  public var look = TrainingConfiguration.Look.source

  /// The number of synthetic streets.
  @Option(help: "The number of synthetic streets.")
  public var count = 50

  /// The seed of synthetic streets.
  @Option(help: "The seed of synthetic streets.")
  public var seed = 0

  /// No options given.
  public init() {}

  /// Refuses a number of streets below 1.
  public func validate() throws {
    guard count > 0 else { throw ValidationError("--count is 1 or more, not \(count)") }
  }

  /// Opens the set.
  ///
  /// - Parameters:
  ///   - size: What synthetic streets are drawn at.
  ///   - needsLabels: Whether a set without labels is an error.
  /// - Throws: `ValidationError` where no kind was given, and what opening the set throws.
  public func open(
    size: TrainingConfiguration.ImageSize, needsLabels: Bool = true
  ) throws -> any SegmentationDataset {
    guard let dataset else {
      let kinds = TrainingConfiguration.DatasetKind.allCases.map(\.rawValue)
      throw ValidationError("--dataset is needed: one of \(kinds.joined(separator: ", "))")
    }
    var streets = TrainingConfiguration.Synthetic()
    streets.look = look
    streets.count = count
    streets.validationCount = count
    streets.seed = seed
    let set = DatasetDescription(
      kind: dataset, root: root, labels: labels, mapping: .named(mapping), split: split,
      synthetic: streets, size: size)
    return needsLabels ? try set.open() : try set.openLabelledOrNot()
  }
}
