import BiSeNet
import Checkpoint
import Foundation
import NN
public import SegmentationMetrics
import VisionDatasets

/// A training run of any method: the loop, its validations, its checkpoints and its log.
///
/// The output folder holds `configuration.yaml`, `log.jsonl`, the last checkpoints and
/// `best.safetensors`. A run that was stopped, at whatever moment, goes on with `resume` and ends in the
/// same weights, bit for bit, as one that was not.
public struct TrainingRun {
  private let configuration: TrainingConfiguration
  private let task: any TrainingTask
  private let validation: (any SegmentationDataset)?

  /// Opens the data and builds the networks. An adaptation does not need the target's labels: where
  /// its validation pictures have none, nothing is validated.
  ///
  /// - Throws: What opening data or loading weights throws.
  public init(_ configuration: TrainingConfiguration) throws {
    self.configuration = configuration
    task =
      switch configuration.method {
      case .supervised, .sourceOnly: try SupervisedTask(configuration)
      case .adaptation: try AdaptationTask(configuration)
      }
    let held = try configuration.openValidationSet()
    validation = configuration.loading.cache ? held.map { CachedDataset($0) } : held
  }

  /// The number of iterations in the run.
  public var iterations: Int { configuration.optimisation.epochs * task.iterationsPerEpoch }

  /// Runs to the end and returns the last validation's report; nil where nothing was left to do, and
  /// where there is nothing to validate on.
  ///
  /// - Parameter resume: Go on from the newest checkpoint in the output folder, if there is one.
  /// - Throws: ``TrainingFailure``, or what reading data and writing files throws.
  public func run(resume: Bool, output: any ProgressOutput = StandardError()) throws
    -> SegmentationReport?
  {
    let folder = configuration.output
    var rotation = try CheckpointRotation(
      folder: folder, keepLast: configuration.checkpoint.keepLast)
    var done = 0
    var damaged: [CheckpointError] = []
    var moved: [String] = []
    if let point = try rotation.resumePoint(companion: TrainingState.companion(of:)) {
      guard resume else { throw TrainingFailure.occupied(folder: folder) }
      moved = try configuration.checkContinuation(in: folder)
      try checkSamples(of: point.path)
      try task.state.read(from: point.path)
      done = point.iteration
      damaged = point.damaged
    } else if rotation.bestScore != nil, !resume {
      // Another run's best would outlive every checkpoint of this one with a lower score.
      throw TrainingFailure.occupied(folder: folder)
    }
    try AtomicFile.write(to: "\(folder)/configuration.yaml") { file throws(CheckpointError) in
      try file.append(Array(configuration.describe().utf8))
    }
    let log = try RunLog(path: "\(folder)/log.jsonl", resumingAfter: done > 0 ? done : nil)
    var progress = ProgressReporter(
      "training", unit: "iterations", total: iterations, completed: done, output: output)
    for line in opening(resume: resume, done: done) + moved { progress.message(line) }
    for error in damaged { progress.message("passed over: \(error)") }
    let memory = done < iterations ? try estimateMemory(before: done) : nil
    if let memory { progress.message(memory.message) }
    if let warning = memory?.warning { progress.message(warning) }
    var report: SegmentationReport?
    while done < iterations {
      let epoch = done / task.iterationsPerEpoch
      let record = try task.iterate(done)
      done += 1
      if let term = record.firstNotFinite {
        let last = try rotation.resumePoint()?.path
        throw TrainingFailure.notFinite(iteration: done, term: term, lastCheckpoint: last)
      }
      try log.append(
        iteration: done, event: "step", [.init("epoch", .integer(epoch))] + record.members)
      progress.update(completed: done, detail: "epoch \(epoch + 1), \(record.detail)")
      if isValidationDue(after: done) || isCheckpointDue(after: done),
        let name = task.state.firstNotFinite
      {
        // A loss can hide it, and a checkpoint must not keep it.
        let last = try rotation.resumePoint()?.path
        throw TrainingFailure.tensorNotFinite(iteration: done, name: name, lastCheckpoint: last)
      }
      var score: Double?
      if isValidationDue(after: done), let found = try validate() {
        try log.append(iteration: done, event: "validation", found.members(epoch: epoch))
        progress.message(
          "epoch \(epoch + 1): "
            + (found.mIoU.map {
              "mIoU \(formatted($0, decimals: 4)), "
                + "pixel accuracy \(formatted(found.pixelAccuracy ?? 0, decimals: 4))"
            } ?? "no score, as no pixel of the validation pictures is labelled"))
        score = found.mIoU
        report = found
      }
      if score != nil || isCheckpointDue(after: done) {
        try rotation.save(
          iteration: done, score: score,
          metadata: configuration.inputMetadata.merging([Self.samplesKey: samples]) { $1 },
          write: task.state.write)
        try removeCompanions(of: rotation)
      }
    }
    progress.finish()
    if let comparison = memory?.comparison { progress.message(comparison) }
    return report
  }

  /// What whoever started the run should know before the first iteration.
  private func opening(resume: Bool, done: Int) -> [String] {
    var lines: [String] = []
    let folder = configuration.output
    if done == iterations {
      lines.append("nothing left to train: the run in '\(folder)' is complete")
    } else if done > 0 {
      lines.append("resumed after iteration \(done) from '\(folder)'")
    } else {
      if resume {
        lines.append("no checkpoint in '\(folder)' to go on from: beginning with iteration 1")
      }
      if configuration.model.pretrained == nil, configuration.model.initial == nil {
        lines.append("all weights start at random, as model.pretrained is not given")
      }
    }
    if validation == nil {
      lines.append(
        "the target's validation pictures have no labels: nothing is validated, and no checkpoint "
          + "is the best")
    } else if configuration.method != .sourceOnly, !configuration.validationSet.hasSplits {
      lines.append("a folder set without splits: validations are of the training pictures")
    }
    return lines
  }

  /// The metadata key of the numbers of pictures that a run goes through, `200, 123`: the order of the
  /// pictures depends on them.
  private static let samplesKey = "samples"

  private var samples: String { task.datasets.map { String($0.count) }.joined(separator: ", ") }

  private func checkSamples(of checkpoint: String) throws {
    guard let was = try openCheckpoint(at: checkpoint).metadata[Self.samplesKey], was != samples
    else { return }
    throw TrainingFailure.otherSamples(folder: configuration.output, were: was, are: samples)
  }

  private func estimateMemory(before iteration: Int) throws -> MemoryEstimate? {
    let picture = try Batch(blank: configuration.evaluatedDomain.validationSize)
    return try MemoryEstimate(datasets: task.datasets + (validation.map { [$0] } ?? [])) {
      try task.rehearse(iteration)
      if validation == nil { return }
      _ = try networkToEvaluate().classes(picture, precision: configuration.precision)
    }
  }

  private func networkToEvaluate() -> BiSeNet {
    BiSeNet(
      task.store.scope(.inference), backbone: configuration.model.backbone,
      classes: configuration.model.classes)
  }

  /// Evaluates the network as it is on the validation set; nil where that has no labels.
  public func validate() throws -> SegmentationReport? {
    guard let validation else { return nil }
    let evaluation = Evaluation(
      size: configuration.evaluatedDomain.validationSize,
      labelResolution: configuration.validation.labelResolution,
      precision: configuration.precision, normalisation: configuration.normalisation,
      workers: configuration.loading.workers)
    return try evaluation(networkToEvaluate(), on: validation)
  }

  private func isValidationDue(after done: Int) -> Bool {
    let period = configuration.validation.every * task.iterationsPerEpoch
    return done == iterations || (period > 0 && done % period == 0)
  }

  private func isCheckpointDue(after done: Int) -> Bool {
    switch configuration.checkpoint.every {
    case .iterations(let count): done % count == 0 || done == iterations
    case .epochs(let count): done % (count * task.iterationsPerEpoch) == 0 || done == iterations
    }
  }

  /// Removes the companions of checkpoints that the rotation has removed.
  private func removeCompanions(of rotation: CheckpointRotation) throws {
    let kept = Set(
      try rotation.iterations().map { TrainingState.companion(of: rotation.path(iteration: $0)) })
    let names = try? FileManager.default.contentsOfDirectory(atPath: rotation.folder)
    for name in names ?? []
    where name.hasPrefix("iteration-") && name.hasSuffix(".optimizer.safetensors") {
      let path = "\(rotation.folder)/\(name)"
      // A file that cannot be removed costs space and nothing else.
      if !kept.contains(path) { try? FileManager.default.removeItem(atPath: path) }
    }
  }
}
