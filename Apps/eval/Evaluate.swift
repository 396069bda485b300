import AppOptions
import ArgumentParser
import SegmentationMetrics
import Training
import VisionDatasets

@main
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluates a checkpoint, or label pictures: IoU per class, mIoU, pixel accuracy.",
    discussion: """
      With --checkpoint and --dataset a network is evaluated on a data set. With --predictions and \
      --truth label PNGs are compared with each other and no network is run; pixels count as in the \
      official Cityscapes evaluator.

      mIoU is over the classes that occur in truth or prediction; mIoU19 counts a class that never \
      occurs as 0, as the paper's tables do. Figures at the label's resolution and at the input's \
      are not comparable; the report names which it holds.

      Keys of --format json: mIoU, mIoU19, pixelAccuracy, classes (name to IoU, null where the \
      class does not occur), images, labelResolution.

      Examples:
        eval --checkpoint out/c1/best.safetensors --dataset camvid --root CamVid --split val \\
             --size 256x352 --normalisation imagenet --visualise out/pictures
        eval --predictions out/labels --truth cityscapes/gtFine/val --encoding label-ids
      """)

  @Option(help: "A checkpoint: safetensors or PyTorch's .pth.")
  var checkpoint: String?

  @OptionGroup(title: "Data set") var data: DatasetOptions

  @OptionGroup(title: "Network") var options: NetworkOptions

  @Option(help: "Compare at the label's own resolution (full) or at the input's.")
  var labelResolution = TrainingConfiguration.LabelResolution.full

  @Option(
    help: ArgumentHelp(
      "Write image, truth and prediction side by side into this folder.", valueName: "dir"))
  var visualise: String?

  @OptionGroup(title: "Label pictures") var pictures: LabelPictureOptions

  @Option(help: "How the report is printed.")
  var format = Format.table

  func validate() throws {
    guard (checkpoint == nil) != (pictures.predictions == nil) else {
      throw ValidationError(
        "give either --checkpoint, to run a network, or --predictions, to compare label pictures")
    }
    if checkpoint != nil {
      guard data.dataset != nil else {
        throw ValidationError("--checkpoint needs --dataset: what to evaluate on")
      }
      guard pictures.truth == nil, pictures.encoding == nil, pictures.truthEncoding == nil else {
        throw ValidationError("--truth and the encodings belong to --predictions, not --checkpoint")
      }
    } else if !data.areAbsent || !options.areAbsent || labelResolution != .full || visualise != nil
    {
      throw ValidationError(
        "--dataset, --size, the options beside them, --label-resolution and --visualise belong to "
          + "--checkpoint, not --predictions")
    }
  }

  func run() throws {
    let report =
      if let checkpoint { try evaluate(checkpoint) } else { try pictures.evaluate() }
    print(format == .json ? report.json.text : report.table)
  }

  private func evaluate(_ checkpoint: String) throws -> SegmentationReport {
    let trained = try options.open(checkpoint: checkpoint)
    let set = try data.description(size: trained.size, split: "val").open()
    let pictures = try visualise.map { try Visualisation(folder: $0) }
    let evaluation = Evaluation(
      size: trained.size, labelResolution: labelResolution, precision: options.precision.floats,
      normalisation: trained.normalisation)
    var progress = ProgressReporter("evaluating", unit: "images", total: set.count)
    let report = try evaluation(trained.network, on: set) { outcome in
      try pictures?.write(outcome, image: set.sample(at: outcome.index).image)
      progress.update(completed: outcome.index + 1)
    }
    progress.finish()
    return report
  }
}
