import AppOptions
import ArgumentParser
import Foundation
import SegmentationMetrics
import Training

@main
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains BiSeNet on street scenes and adapts it to others, as a configuration says.",
    discussion: """
      The output folder takes configuration.yaml (every key, as used), log.jsonl (one JSON object \
      per iteration and validation), the last checkpoints and best.safetensors. A run that was \
      stopped goes on with --resume, to the same weights, bit for bit, as one that was not.

      Examples:
        train Apps/train/configs/synthetic.yaml
        train Apps/train/configs/camvid.yaml --set data.root=CamVid --set seed=1 --output out/c1
        train Apps/train/configs/camvid.yaml --output out/c1 --resume
        train Apps/train/configs/paper/fcd.yaml --check-data --set data.root=GTA5 \\
              --set target.root=Cityscapes

      Keys of the configuration:

      \(TrainingConfiguration.schema.listing)
      """)

  @Argument(help: "The configuration, a YAML file. Keys left out have the defaults listed above.")
  var config: String

  @OptionGroup var changes: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      "Batches a step, for larger ones than memory allows: --set optimisation.accumulate=N.",
      valueName: "N"))
  var accumulate: Int?

  @Flag(help: "Go on from the newest checkpoint in the output folder.")
  var resume = false

  @Flag(
    help: """
      Do not train: read every pair of the configuration's sets and report what is missing, broken or \
      of another encoding, class frequencies and channel means. The exit status is 1 where the data \
      cannot be trained on.
      """)
  var checkData = false

  @Option(help: "How the last validation, or the report on the data, is printed.")
  var format = Format.table

  func run() throws {
    let configuration = try changes.configuration(
      from: config, further: accumulate.map { ["optimisation.accumulate=\($0)"] } ?? [])
    warnOfUnreadKeys(configuration)
    if checkData {
      let examination = try DatasetExamination(configuration)
      print(format == .json ? examination.json.text : examination.table)
      if !examination.isTrainable { throw ExitCode.failure }
      return
    }
    let run = try TrainingRun(configuration)
    // A complete run has nothing left to train: its report is that of its last checkpoint.
    let report = try run.run(resume: resume) ?? run.validate()
    switch format {
    case .table: print(report?.table ?? "not evaluated: the validation pictures have no labels")
    case .json: print(report?.json.text ?? "null")
    }
  }

  /// A target given to a run that never looks at it is more often a forgotten method than a choice.
  private func warnOfUnreadKeys(_ configuration: TrainingConfiguration) {
    let keys = configuration.unreadKeys
    guard !keys.isEmpty else { return }
    StandardError().write(
      "a run of method \(configuration.method.rawValue) on these sets does not read "
        + "\(keys.joined(separator: ", ")); choose what reads \(keys.count == 1 ? "it" : "them"), or "
        + "leave \(keys.count == 1 ? "it" : "them") out\n")
  }
}
