import BiSeNet
import Checkpoint
import Foundation
import NN
public import SegmentationMetrics
import VisionDatasets

/// A supervised training run: the loop, its validations, its checkpoints and its log.
///
/// The output folder holds `configuration.yaml`, `log.jsonl`, the last checkpoints and
/// `best.safetensors`. A run that was stopped, at whatever moment, goes on with `resume` and ends in the
/// same weights, bit for bit, as one that was not.
public struct SupervisedRun {
  /// Why a run stopped.
  public enum Failure: Error, Sendable, CustomStringConvertible {
    /// A loss is not a number or infinite.
    case notFinite(iteration: Int, term: String, lastCheckpoint: String?)
    /// A parameter or a running statistic holds a value that is not a number or infinite.
    case tensorNotFinite(iteration: Int, name: String, lastCheckpoint: String?)
    /// The output folder holds another run's checkpoints, and resuming was not asked for.
    case occupied(folder: String)

    /// One sentence: what happened, where, and what to do.
    public var description: String {
      switch self {
      case .notFinite(let iteration, let term, let last):
        "the loss of iteration \(iteration) is not finite (\(term)); the last good checkpoint is "
          + Self.advice(last)
      case .tensorNotFinite(let iteration, let name, let last):
        "after iteration \(iteration) '\(name)' is not finite; the last good checkpoint is "
          + Self.advice(last)
      case .occupied(let folder):
        "'\(folder)' holds the checkpoints of a run; go on with it by --resume, or choose another "
          + "folder by --output"
      }
    }

    private static func advice(_ last: String?) -> String {
      (last.map { "'\($0)'" } ?? "none yet")
        + "; lower the learning rate, clip gradients or look at the data"
    }
  }

  private let configuration: TrainingConfiguration
  private let store: ParameterStore
  private let optimizer: any Optimizer
  private let loader: DataLoader
  private let validation: any SegmentationDataset
  private let schedule: LearningRateSchedule

  /// Opens the data and builds the network.
  ///
  /// - Throws: What opening data or loading pretrained weights throws.
  public init(_ configuration: TrainingConfiguration) throws {
    self.configuration = configuration
    loader = try configuration.trainingLoader()
    let held = try configuration.validationSet.open()
    validation = configuration.data.cache ? CachedDataset(held) : held
    store = ParameterStore(seed: UInt64(bitPattern: Int64(configuration.seed)))
    _ = BiSeNet(
      store.scope(.training), backbone: configuration.model.backbone,
      classes: configuration.model.classes)
    if let path = configuration.model.pretrained {
      let summary = try store.loadBackbone(from: try openCheckpoint(at: path))
      StandardError().write("\(summary)\n")
    }
    optimizer = configuration.makeOptimizer(store.parameters)
    schedule = configuration.makeSchedule(batches: loader.batchCount)
  }

  /// The number of iterations in the run.
  public var iterations: Int { configuration.optimisation.epochs * loader.batchCount }

  /// Runs to the end and returns the last validation's report.
  ///
  /// - Parameter resume: Go on from the newest checkpoint in the output folder, if there is one.
  /// - Throws: ``Failure``, or what reading data and writing files throws.
  public func run(resume: Bool, output: any ProgressOutput = StandardError()) throws
    -> SegmentationReport?
  {
    let folder = configuration.output
    var rotation = try CheckpointRotation(
      folder: folder, keepLast: configuration.checkpoint.keepLast)
    let state = TrainingState(store: store, optimizer: optimizer)
    var done = 0
    if let point = try rotation.resumePoint() {
      guard resume else { throw Failure.occupied(folder: folder) }
      try state.read(from: point.path)
      done = point.iteration
    } else if rotation.bestScore != nil, !resume {
      // Another run's best would outlive every checkpoint of this one with a lower score.
      throw Failure.occupied(folder: folder)
    }
    try AtomicFile.write(to: "\(folder)/configuration.yaml") { file throws(CheckpointError) in
      try file.append(Array(configuration.describe().utf8))
    }
    let log = try RunLog(path: "\(folder)/log.jsonl", resumingAfter: done > 0 ? done : nil)
    let step = SupervisedStep(
      network: BiSeNet(
        store.scope(.training), backbone: configuration.model.backbone,
        classes: configuration.model.classes),
      store: store, optimizer: optimizer, configuration: configuration)
    var progress = ProgressReporter(
      "training", unit: "iterations", total: iterations, completed: done, output: output)
    if done > 0 { progress.message("resumed after iteration \(done) from '\(folder)'") }
    var report: SegmentationReport?
    while done < iterations {
      let epoch = done / loader.batchCount
      let batches = try loader.batches(epoch: epoch, startingAt: done % loader.batchCount)
      while let batch = try batches.next() {
        let rate = schedule.rate(
          at: configuration.optimisation.scheduleStep == .epoch ? epoch : done, iteration: done)
        let losses = step(batch, learningRate: rate)
        done += 1
        if let term = losses.firstNotFinite {
          let last = try rotation.resumePoint()?.path
          throw Failure.notFinite(iteration: done, term: term, lastCheckpoint: last)
        }
        try log.append(iteration: done, event: "step", losses.members(epoch: epoch, rate: rate))
        progress.update(
          completed: done,
          detail: "epoch \(epoch + 1), loss \(formatted(losses.total, decimals: 3))")
        if isValidationDue(after: done) || isCheckpointDue(after: done),
          let name = state.firstNotFinite
        {
          // A loss can hide it, and a checkpoint must not keep it.
          let last = try rotation.resumePoint()?.path
          throw Failure.tensorNotFinite(iteration: done, name: name, lastCheckpoint: last)
        }
        var score: Double?
        if isValidationDue(after: done) {
          let found = try validate()
          try log.append(iteration: done, event: "validation", found.members(epoch: epoch))
          progress.message(
            "epoch \(epoch + 1): mIoU \(formatted(found.mIoU ?? 0, decimals: 4)), "
              + "pixel accuracy \(formatted(found.pixelAccuracy ?? 0, decimals: 4))")
          score = found.mIoU
          report = found
        }
        if score != nil || isCheckpointDue(after: done) {
          try rotation.save(iteration: done, score: score, write: state.write)
          try removeCompanions(of: rotation)
        }
      }
    }
    progress.finish()
    return report
  }

  /// Evaluates the network as it is on the validation set.
  public func validate() throws -> SegmentationReport {
    let evaluation = Evaluation(
      size: configuration.data.validationSize,
      labelResolution: configuration.validation.labelResolution,
      precision: configuration.precision, normalisation: configuration.normalisation,
      workers: configuration.data.workers)
    let network = BiSeNet(
      store.scope(.inference), backbone: configuration.model.backbone,
      classes: configuration.model.classes)
    return try evaluation(network, on: validation)
  }

  private func isValidationDue(after done: Int) -> Bool {
    let period = configuration.validation.every * loader.batchCount
    return done == iterations || (period > 0 && done % period == 0)
  }

  private func isCheckpointDue(after done: Int) -> Bool {
    switch configuration.checkpoint.every {
    case .iterations(let count): done % count == 0 || done == iterations
    case .epochs(let count): done % (count * loader.batchCount) == 0 || done == iterations
    }
  }

  /// Removes the optimiser's files of checkpoints that the rotation has removed.
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
