public import ArgumentParser
public import Training

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

  /// What the labels of a folder set hold; nil where it was not given.
  @Option(
    help: """
      What the labels of a folder set hold: identity (train ids), cityscapes, camvid, or a list such as \
      '{7: 0, 8: 1}' from value to train id (default: identity).
      """)
  public var mapping: TrainingConfiguration.LabelMapping?

  /// The split; nil where it was not given.
  @Option(help: "The split (default: val, and train where pseudo labels are made).")
  public var split: String?

  /// The look of synthetic streets; nil where it was not given.
  @Option(help: "The look of synthetic streets (default: source).")
  public var look: TrainingConfiguration.Look?

  /// The number of synthetic streets; nil where it was not given.
  @Option(help: "The number of synthetic streets (default: 50).")
  public var count: Int?

  /// The seed of synthetic streets; nil where it was not given.
  @Option(help: "The seed of synthetic streets (default: 0).")
  public var seed: Int?

  /// No options given.
  public init() {}

  /// True where not one of these options was given.
  public var areAbsent: Bool {
    dataset == nil && root == nil && labels == nil && mapping == nil && split == nil && look == nil
      && count == nil && seed == nil
  }

  /// Refuses options that the kind of set does not read.
  public func validate() throws {
    if let count, count <= 0 {
      throw ValidationError("--count is 1 or more, not \(count)")
    }
    guard let dataset else { return }
    if dataset != .folder, labels != nil || mapping != nil {
      throw ValidationError(
        "--labels and --mapping are for --dataset folder; \(dataset.rawValue) says itself what its "
          + "labels hold")
    }
    if dataset == .synthetic, root != nil {
      throw ValidationError("--root is for sets of files; synthetic streets are drawn")
    }
    if dataset != .synthetic, look != nil || count != nil || seed != nil {
      throw ValidationError("--look, --count and --seed are for --dataset synthetic")
    }
  }

  /// The set that the options describe.
  ///
  /// - Parameters:
  ///   - size: What synthetic streets are drawn at.
  ///   - split: The split where none was given.
  /// - Throws: `ValidationError` where no kind was given.
  public func description(
    size: TrainingConfiguration.ImageSize, split defaultSplit: String
  ) throws -> DatasetDescription {
    guard let dataset else {
      let kinds = TrainingConfiguration.DatasetKind.allCases.map(\.rawValue)
      throw ValidationError("--dataset is needed: one of \(kinds.joined(separator: ", "))")
    }
    var streets = TrainingConfiguration.Synthetic()
    streets.look = look ?? .source
    streets.count = count ?? 50
    streets.validationCount = streets.count
    streets.seed = seed ?? 0
    return DatasetDescription(
      kind: dataset, root: root, labels: labels, mapping: mapping ?? .named(.identity),
      split: split ?? defaultSplit, synthetic: streets, size: size)
  }
}
