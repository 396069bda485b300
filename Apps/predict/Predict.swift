import AppOptions
import ArgumentParser
import SegmentationMetrics
import Training
import VisionDatasets

@main
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predicts the classes of every PNG in a folder: label PNGs and coloured overlays.",
    discussion: """
      Pictures may have any sizes; each is resized to the network's input, and its prediction comes \
      back at its own size. Files go to <output>/labels and <output>/overlays under the pictures' \
      own paths; x_leftImg8bit.png becomes x_pred_labelIds.png (or x_pred_trainIds.png), which \
      Cityscapes' evaluator and test server accept: upload the folder labels of --encoding label-ids.

      A picture that cannot be read ends the run; what was written before stays. With --keep-going \
      the rest is predicted, each such picture is named, and the exit code is 1 all the same.

      Keys of --format json: images, unreadable, seconds, imagesPerSecond (decoding and encoding \
      included), size, labels, overlays (null where none were written).

      Example:
        predict --checkpoint out/c1/best.safetensors --images leftImg8bit/test --output out/test \\
                --encoding label-ids
      """)

  @Option(help: "A checkpoint.")
  var checkpoint: String

  @Option(help: ArgumentHelp("The folder of PNGs; those below it count, too.", valueName: "dir"))
  var images: String

  @Option(help: ArgumentHelp("Where the predictions go.", valueName: "dir"))
  var output: String

  @OptionGroup(title: "Network") var options: NetworkOptions

  @Option(help: "What the label PNGs hold.")
  var encoding = LabelEncoding.trainIDs

  @Option(
    help: ArgumentHelp(
      "The share of the classes' colours in the overlays, 0 to 1.", valueName: "share"))
  var overlay = 0.5

  @Flag(help: "Write label PNGs and no overlays.")
  var noOverlay = false

  @Flag(help: "Pass over pictures that cannot be read.")
  var keepGoing = false

  @Option(help: "How the summary is printed.")
  var format = Format.table

  func validate() throws {
    guard (0...1).contains(overlay) else {
      throw ValidationError("--overlay is 0 to 1, not \(overlay)")
    }
  }

  func run() throws {
    let trained = try options.open(checkpoint: checkpoint)
    let prediction = Prediction(
      size: trained.size, precision: options.precision.floats, normalisation: trained.normalisation,
      encoding: encoding, overlay: noOverlay ? nil : overlay, keepsGoing: keepGoing)
    let summary = try reportingProgress("predicting") { progress in
      try prediction(trained.network, images: images, output: output, progress: progress)
    }
    for sentence in summary.unreadable { StandardError().write("passed over: \(sentence)\n") }
    print(format == .json ? json(summary, trained.size).text : text(summary, trained.size))
    if !summary.unreadable.isEmpty { throw ExitCode.failure }
  }

  private func text(
    _ summary: Prediction.Summary, _ size: TrainingConfiguration.ImageSize
  ) -> String {
    var text =
      "\(summary.images) \(summary.images == 1 ? "image" : "images") in "
      + "\(formatted(.seconds(summary.seconds))), "
      + "\(formatted(significant: summary.imagesPerSecond)) per second from file to file, network "
      + "at \(size.defaultValueDescription)\nlabels in '\(output)/labels'"
    if !noOverlay { text += ", overlays in '\(output)/overlays'" }
    if !summary.unreadable.isEmpty { text += "\n\(summary.unreadable.count) could not be read" }
    return text
  }

  private func json(
    _ summary: Prediction.Summary, _ size: TrainingConfiguration.ImageSize
  ) -> JSONValue {
    .object([
      .init("images", .integer(summary.images)),
      .init("unreadable", .array(summary.unreadable.map { .string($0) })),
      .init("seconds", .number(summary.seconds)),
      .init("imagesPerSecond", .number(summary.imagesPerSecond)),
      .init("size", .string(size.defaultValueDescription)),
      .init("labels", .string("\(output)/labels")),
      .init("overlays", noOverlay ? .null : .string("\(output)/overlays")),
    ])
  }
}
