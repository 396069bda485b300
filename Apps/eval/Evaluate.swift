public import ArgumentParser
import BiSeNet
import Checkpoint
import Foundation
import NN
import SegmentationMetrics
public import Training
import VisionDatasets

@main
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluates a checkpoint on a data set: IoU per class, mIoU, pixel accuracy.",
    discussion: """
      mIoU is over the classes that occur in truth or prediction; mIoU19 counts a class that never \
      occurs as 0, as the paper's tables do. Figures at the label's resolution and at the input's \
      are not comparable; the report names which it holds.

      Keys of --format json: mIoU, mIoU19, pixelAccuracy, classes (name to IoU, null where the \
      class does not occur), images, labelResolution.

      Example:
        eval --checkpoint out/c1/best.safetensors --dataset camvid --root CamVid --split val \\
             --size 256x352 --normalisation imagenet --visualise out/pictures
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: "A safetensors file that train wrote.")
  var checkpoint: String

  @Option(help: "The kind of data set.")
  var dataset: TrainingConfiguration.DatasetKind

  @Option(help: "The data set's root folder (folder: the images).")
  var root: String?

  @Option(help: "The folder of labels of a folder set.")
  var labels: String?

  @Option(help: "What the labels of a folder set hold.")
  var mapping = TrainingConfiguration.LabelMapping.Name.identity

  @Option(help: "The split.")
  var split = "val"

  @Option(help: "The network's input, height x width, multiples of 32.")
  var size = TrainingConfiguration.ImageSize(height: 512, width: 1024)

  @Option(help: "Compare at the label's own resolution (full) or at the input's.")
  var labelResolution = TrainingConfiguration.LabelResolution.full

  @Option(help: "How pixels become numbers: as the network was trained.")
  var normalisation = TrainingConfiguration.Normalisation.paper

  @Option(help: "The type that the network computes in.")
  var precision = TrainingConfiguration.Precision.float32

  @Option(help: "The look of synthetic streets.")
  var look = TrainingConfiguration.Look.source

  @Option(help: "The number of synthetic streets.")
  var count = 50

  @Option(help: "The seed of synthetic streets.")
  var seed = 0

  @Option(
    help: ArgumentHelp(
      "Write image, truth and prediction side by side into this folder.", valueName: "dir"))
  var visualise: String?

  @Option(help: "How the report is printed.")
  var format = Format.table

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count is 1 or more, not \(count)") }
  }

  func run() throws {
    let file = try openCheckpoint(at: checkpoint)
    let backbone = try Backbone(of: file)
    let store = ParameterStore()
    _ = BiSeNet(store.scope(.training), backbone: backbone)
    try store.load(from: file)
    let network = BiSeNet(store.scope(.inference), backbone: backbone)

    var streets = TrainingConfiguration.Synthetic()
    streets.look = look
    streets.count = count
    streets.validationCount = count
    streets.seed = seed
    let set = try DatasetDescription(
      kind: dataset, root: root, labels: labels, mapping: .named(mapping), split: split,
      synthetic: streets, size: size
    ).open()
    let pictures = try visualise.map { try Visualisation(folder: $0) }
    let evaluation = Evaluation(
      size: size, labelResolution: labelResolution, precision: precision,
      normalisation: normalisation == .paper ? .paper : .imageNet)
    var progress = ProgressReporter("evaluating", unit: "images", total: set.count)
    let report = try evaluation(network, on: set) { outcome in
      try pictures?.write(outcome, image: set.sample(at: outcome.index).image)
      progress.update(completed: outcome.index + 1)
    }
    progress.finish()
    print(format == .json ? report.json.text : report.table)
  }
}

extension TrainingConfiguration.DatasetKind: ExpressibleByArgument {}
extension TrainingConfiguration.LabelMapping.Name: ExpressibleByArgument {}
extension TrainingConfiguration.LabelResolution: ExpressibleByArgument {}
extension TrainingConfiguration.Normalisation: ExpressibleByArgument {}
extension TrainingConfiguration.Precision: ExpressibleByArgument {}
extension TrainingConfiguration.Look: ExpressibleByArgument {}

extension TrainingConfiguration.ImageSize: ExpressibleByArgument {
  /// `512x1024`: height and width, multiples of 32.
  public init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let height = parts[0], let width = parts[1],
      height > 0, width > 0, height % BiSeNet.stride == 0, width % BiSeNet.stride == 0
    else { return nil }
    self.init(height: height, width: width)
  }

  /// As it is written on the command line.
  public var defaultValueDescription: String { "\(height)x\(width)" }
}
