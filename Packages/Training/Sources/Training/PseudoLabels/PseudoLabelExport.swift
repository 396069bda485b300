public import BiSeNet
import Checkpoint
public import PseudoLabel
public import SegmentationMetrics
import Tensor
public import VisionDatasets

/// Labels a data set with a network's own predictions and writes them as PNGs, to train on.
///
/// `<folder>/labels/<name>.png` holds the labels at the size of the network's input,
/// `<folder>/palette/<name>.png` the same to look at, and `<folder>/statistics.json` what it came to.
/// The last is written last: where it is, the export is complete.
///
/// One image is in memory at a time, and what the loader reads ahead. With
/// ``PseudoLabel/ThresholdRule/medianDataset`` the network runs over the set twice.
public struct PseudoLabelExport: Sendable {
  /// An output of the network.
  public enum Head: String, Sendable, CaseIterable {
    /// The fused head.
    case main
    /// The auxiliary head on the context at 1/16.
    case sixteenth
    /// The auxiliary head on the context at 1/32.
    case thirtySecond

    /// The first so many layers in the paper's sense: main; main and thirty-second; all three.
    ///
    /// - Precondition: 1, 2 or 3.
    public static func layers(_ count: Int) -> [Head] {
      switch count {
      case 1: [.main]
      case 2: [.main, .thirtySecond]
      case 3: [.main, .sixteenth, .thirtySecond]
      default: preconditionFailure("labels come from 1, 2 or 3 layers, not \(count)")
      }
    }
  }

  /// Fusion, rule and threshold.
  public var labelling: PseudoLabelling
  /// The heads that are asked, the one that wins ties first.
  public var heads: [Head]
  /// The size of the network's input, and of the labels.
  public var size: TrainingConfiguration.ImageSize
  /// The type that the network computes in.
  public var precision: TrainingConfiguration.Precision
  /// How pixels become numbers.
  public var normalisation: Normalisation
  /// What the label PNGs hold.
  public var encoding: LabelEncoding
  /// Whether palette PNGs are written beside them.
  public var palette: Bool
  /// Threads that read ahead.
  public var workers: Int
  /// Which set is labelled, as ``DatasetDescription/identity`` has it, for `statistics.json`; nil where
  /// that is nobody's business.
  public var origin: String?

  /// An export at a size.
  public init(
    _ labelling: PseudoLabelling = PseudoLabelling(), heads: [Head] = Head.layers(1),
    size: TrainingConfiguration.ImageSize,
    precision: TrainingConfiguration.Precision = .float32, normalisation: Normalisation,
    encoding: LabelEncoding = .trainIDs, palette: Bool = false, workers: Int = 2,
    origin: String? = nil
  ) {
    self.labelling = labelling
    self.heads = heads
    self.size = size
    self.precision = precision
    self.normalisation = normalisation
    self.encoding = encoding
    self.palette = palette
    self.workers = workers
    self.origin = origin
  }

  /// Labels every image of a set.
  ///
  /// - Parameters:
  ///   - network: Built for inference.
  ///   - dataset: Its labels are compared with what is kept, and never copied.
  ///   - folder: Made where it is missing. Files of an earlier export are replaced.
  ///   - output: Where progress is shown.
  /// - Returns: What `statistics.json` holds.
  /// - Throws: `DataLoaderError` where an image cannot be read, ``UnusablePrediction`` where the
  ///   network gives NaN, `PNGError` or `CheckpointError` where a file cannot be written.
  /// - Precondition: At least one head.
  public func callAsFunction(
    _ network: BiSeNet, on dataset: any SegmentationDataset, to folder: String,
    output: any ProgressOutput = StandardError()
  ) throws -> PseudoLabelStatistics {
    precondition(!heads.isEmpty, "labels come from at least one head")
    let files = try PseudoLabelFiles(folder, encoding: encoding, palette: palette)
    let shared = try sharedThresholds(network, dataset, output)
    var statistics: PseudoLabelStatistics?
    try predict(network, dataset, "labelling", output) { prediction, batch in
      let labels = PseudoLabels(
        prediction, thresholds: shared ?? labelling.thresholds(for: prediction))
      if statistics == nil { try files.removeStatistics() }
      try files.write(labels.map, name: batch.names[0])
      var counted =
        statistics
        ?? PseudoLabelStatistics(labelling, classNames: Self.classNames(prediction.classes))
      statistics = nil  // so that its arrays are changed in place
      counted.add(labels, name: batch.names[0], truth: batch.labels)
      statistics = counted
    }
    guard let statistics else { throw DataLoaderError.emptyDataset }
    try files.write(statistics.json(settings))
    return statistics
  }

  /// What `statistics.json` begins with.
  public var settings: [JSONValue.Member] {
    [
      .init("dataset", origin.map { .string($0) } ?? .null),
      .init("layers", .array(heads.map { .string($0.rawValue) })),
      .init("height", .integer(size.height)),
      .init("width", .integer(size.width)),
      .init("encoding", .string(encoding == .trainIDs ? "train-ids" : "label-ids")),
    ]
  }

  /// The thresholds that all images have in common; nil where each has its own.
  private func sharedThresholds(
    _ network: BiSeNet, _ dataset: any SegmentationDataset, _ output: any ProgressOutput
  ) throws -> [Double]? {
    guard labelling.rule == .medianDataset else { return nil }
    var histogram: ConfidenceHistogram?
    try predict(network, dataset, "finding thresholds", output) { prediction, _ in
      if histogram == nil { histogram = ConfidenceHistogram(classes: prediction.classes) }
      histogram?.add(prediction)
    }
    return histogram.map(labelling.thresholds(for:))
  }

  /// Runs the network over the set, one image at a time.
  private func predict(
    _ network: BiSeNet, _ dataset: any SegmentationDataset, _ label: String,
    _ output: any ProgressOutput, each: (FusedPrediction, Batch) throws -> Void
  ) throws {
    let loader = try DataLoader(
      dataset: dataset, batchSize: 1, transform: Resize(height: size.height, width: size.width),
      normalisation: normalisation, workers: workers)
    var progress = ProgressReporter(
      label, unit: "images", total: loader.batchCount, output: output)
    let batches = try loader.batches(epoch: 0)
    var completed = 0
    while let batch = try batches.next() {
      try each(try prediction(network, batch), batch)
      completed += 1
      progress.update(completed: completed)
    }
    progress.finish()
  }

  private func prediction(
    _ network: BiSeNet, _ batch: Batch
  ) throws(UnusablePrediction) -> FusedPrediction {
    let images = batch.tensor(precision)
    let logits: [Tensor]
    if heads == [.main] {
      logits = [network.mainLogits(images)]
    } else {
      let outputs = network.logits(images)
      logits = heads.map { head in
        switch head {
        case .main: outputs.main
        case .sixteenth: outputs.sixteenth
        case .thirtySecond: outputs.thirtySecond
        }
      }
    }
    var layers: [LayerPrediction] = []
    for (head, logits) in zip(heads, logits) {
      do {
        layers.append(try LayerPrediction(logits: logits, height: batch.height, width: batch.width))
      } catch {
        throw UnusablePrediction(image: batch.names[0], head: head, reason: error)
      }
    }
    return labelling.fused(layers)
  }

  /// The names of Cityscapes' classes, as far as the network has them.
  private static func classNames(_ count: Int) -> [String] {
    (0..<count).map { CityscapesClass(rawValue: UInt8($0))?.name ?? "class \($0)" }
  }
}

/// A prediction that no label can be made of.
public struct UnusablePrediction: Error, Sendable, CustomStringConvertible {
  let image: String
  let head: PseudoLabelExport.Head
  let reason: PseudoLabelError

  /// One sentence: the image, what was found, what to do.
  public var description: String { "image \(image), layer \(head.rawValue): \(reason)" }
}
