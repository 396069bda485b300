import AppOptions
import ArgumentParser
import SegmentationMetrics
import Synchronization
import Training
import VisionDatasets

/// The options of comparing label PNGs.
struct LabelPictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The folder of predicted label PNGs: for each Cityscapes truth one file \
      <city>_<sequence>_<frame>*.png in any folder below, else files with the truth's relative names.
      """, valueName: "dir"))
  var predictions: String?

  @Option(
    help: ArgumentHelp(
      "The folder of true label PNGs, such as gtFine/val; every one needs a prediction.",
      valueName: "dir"))
  var truth: String?

  @Option(help: "What the predictions hold.")
  var encoding: LabelEncoding?

  @Option(
    help: """
      What the truth holds (default: label-ids for *_labelIds.png, train-ids for \
      *_labelTrainIds.png, else as the predictions).
      """)
  var truthEncoding: LabelEncoding?

  func validate() throws {
    guard predictions != nil else { return }
    guard truth != nil, encoding != nil else {
      throw ValidationError("--predictions needs --truth and --encoding (train-ids or label-ids)")
    }
  }

  func evaluate() throws -> SegmentationReport {
    guard let predictions, let truth, let encoding else {
      throw ValidationError("--predictions, --truth and --encoding are needed")
    }
    let pairs = try LabelPairs(predictions: predictions, truth: truth)
    let progress = Mutex(
      ProgressReporter("comparing", unit: "images", total: pairs.pairs.count))
    if !pairs.withoutTruth.isEmpty {
      progress.withLock {
        $0.message(
          "\(pairs.withoutTruth.count) predictions without truth were left out, such as "
            + "'\(pairs.withoutTruth[0])'")
      }
    }
    let evaluation = LabelEvaluation(
      encoding: encoding, truthEncoding: truthEncoding ?? pairs.truthEncoding ?? encoding)
    let report = try evaluation(pairs) { done in progress.withLock { $0.update(completed: done) } }
    progress.withLock { $0.finish() }
    return report
  }
}
