public import BiSeNet
import Checkpoint
import NN
public import VisionDatasets

/// A network from a checkpoint, built for inference, with what is known of how it was trained.
public struct TrainedNetwork: Sendable {
  /// The metadata keys that say how the network reads pictures: as the run's validation did.
  public enum MetadataKey: String, CaseIterable, Sendable {
    /// `paper` or `imagenet`.
    case normalisation
    /// `rgb` or `bgr`.
    case channelOrder
    /// Rows of the network's input.
    case height
    /// Columns of the network's input.
    case width
  }

  /// The network, its running statistics in use.
  public let network: BiSeNet
  /// The size of its input.
  public let size: TrainingConfiguration.ImageSize
  /// How pixels become its numbers.
  public let normalisation: Normalisation
  /// One line on what was loaded, renamed, ignored and missing; nil where the file holds the network
  /// under its own names and nothing else.
  public let remark: String?

  /// Opens a checkpoint. What is nil is read from its metadata; where that is silent, too, the size
  /// is 512x1024 and the normalisation the paper's, red first.
  ///
  /// The number of classes is the checkpoint's own.
  ///
  /// - Parameters:
  ///   - calibration: What convolutions in bytes are calibrated on; without it there are none.
  ///   - progress: Called before the first of those pictures and after each with the number of those behind
  ///     it and the number of all.
  /// - Throws: `CheckpointError` or ``UnknownNetwork`` where it is no such checkpoint,
  ///   ``UnknownMetadata`` where its metadata says what nobody understands; of the calibration's pictures
  ///   ``EvaluationProblem`` where there are none, `DataLoaderError` for the first that cannot be read, and
  ///   ``UnusablePrediction`` where the network gives NaN.
  public init(
    checkpoint path: String, size: TrainingConfiguration.ImageSize? = nil,
    normalisation: TrainingConfiguration.Normalisation? = nil,
    channelOrder: TrainingConfiguration.ChannelOrder? = nil,
    calibration: CalibrationPictures? = nil,
    progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws {
    let file = try openCheckpoint(at: path)
    let backbone = try Backbone(of: file)
    let classes = try file.classCount()
    let store = ParameterStore()
    func built(_ mode: Scope.Mode) -> BiSeNet {
      BiSeNet(store.scope(mode), backbone: backbone, classes: classes)
    }
    _ = built(.training)
    let loaded = try store.load(from: file)
    let isPlain = loaded.renamed.isEmpty && loaded.ignored.isEmpty && loaded.missing.isEmpty
    remark = isPlain ? nil : "\(loaded)"
    self.size = try size ?? file.inputSize() ?? .init(height: 512, width: 1024)
    let values = try normalisation ?? file.choice(.normalisation) ?? .paper
    let order = try channelOrder ?? file.choice(.channelOrder) ?? .rgb
    self.normalisation = values.values.ordered(order == .rgb ? .rgb : .bgr)
    guard let calibration else {
      network = built(.inference)
      return
    }
    let observations = Calibration()
    try calibration.run(
      built(.calibrating(observations)), size: self.size, normalisation: self.normalisation,
      progress: progress)
    network = built(.quantised(observations))
  }
}

extension TrainingConfiguration.Normalisation {
  /// The numbers, red first.
  var values: VisionDatasets.Normalisation { self == .paper ? .paper : .imageNet }
}

/// A checkpoint whose metadata says what is not understood.
public struct UnknownMetadata: Error, Sendable, CustomStringConvertible {
  let path: String
  let key: TrainedNetwork.MetadataKey
  let value: String
  let expected: String
  let option: String

  /// One sentence: the file, what was found, what was expected, what to do.
  public var description: String {
    "'\(path)': its metadata gives \(key.rawValue) as '\(value)', expected \(expected); give "
      + "\(option) to overrule it"
  }
}

extension CheckpointFile {
  fileprivate func choice<Choice>(_ key: TrainedNetwork.MetadataKey) throws -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let text = metadata[key.rawValue] else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    throw UnknownMetadata(
      path: path, key: key, value: text,
      expected: Choice.allCases.map(\.rawValue).joined(separator: " or "),
      option: key == .channelOrder ? "--channel-order" : "--normalisation")
  }

  fileprivate func inputSize() throws -> TrainingConfiguration.ImageSize? {
    guard let height = try extent(.height), let width = try extent(.width) else { return nil }
    return .init(height: height, width: width)
  }

  private func extent(_ key: TrainedNetwork.MetadataKey) throws -> Int? {
    guard let text = metadata[key.rawValue] else { return nil }
    if let extent = Int(text), extent > 0, extent % BiSeNet.stride == 0 { return extent }
    throw UnknownMetadata(
      path: path, key: key, value: text, expected: "a multiple of \(BiSeNet.stride)",
      option: "--size")
  }
}
