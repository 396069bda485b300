import Adversarial
import BiSeNet
import Checkpoint
import Foundation
public import PseudoLabel
import SegmentationMetrics
import Tensor
import VisionDatasets

/// The whole of the paper as one chain: source only, target only, FCD, FCD-Light, pseudo labels from one,
/// two and three layers, and the three self-supervised runs; then a report with the paper's tables.
///
/// Each stage has a folder below the output folder. A chain that was stopped goes on where it was; a stage
/// that is complete is not done again.
public struct Reproduction: Sendable {
  /// The adaptation that all stages derive from: its domains, network and optimisation.
  public var configuration: TrainingConfiguration
  /// How pseudo labels are made.
  public var labelling = PseudoLabelling()
  /// How often labels are made and trained on.
  public var rounds = 1
  /// Whether self-supervised runs go on from the adapted network; otherwise, as in the paper, they
  /// start again, with a fresh discriminator either way.
  public var continuesAdapted = false
  /// Whether the other backbone is trained on the target, for Table I.
  public var trainsOtherBackbone = false
  /// A file of ImageNet weights for the other backbone; nil starts it at random.
  public var otherPretrained: String?
  /// Whether the runs on the target's labels have the paper's flips, scales and crops; otherwise they
  /// see the pictures as the adaptations do.
  public var augmentsTargetOnly = false
  /// How many pictures the figure shows.
  public var pictures = 3

  /// A chain from an adaptation's configuration.
  ///
  /// - Throws: ``ReproductionError/noAdaptation(_:)`` where it is of another method.
  public init(_ configuration: TrainingConfiguration) throws(ReproductionError) {
    guard configuration.method == .adaptation else {
      throw .noAdaptation(configuration.method)
    }
    guard configuration.target.size.fitsNetwork else {
      throw .unlabellable(configuration.target.size)
    }
    self.configuration = configuration
  }

  /// The stages in their order.
  public var stages: [ReproductionStage] {
    ReproductionStage.chain(rounds: rounds, otherBackbone: trainsOtherBackbone)
  }

  /// Runs what is not complete yet and writes `report/`.
  ///
  /// - Throws: What opening the sets and weights throws before any stage, then what a stage throws; the
  ///   stages before it stay complete.
  public func run(output: any ProgressOutput = StandardError()) throws -> ReproductionReport {
    // What cannot be opened must not be found out when its stage's turn comes, days later.
    for set in [configuration.trainingSet, configuration.adaptedSet, configuration.validationSet] {
      _ = try set.openLabelledOrNot()
    }
    let model = configuration.model
    for path in [model.pretrained, model.initial, otherPretrained].compactMap({ $0 }) {
      _ = try openCheckpoint(at: path)
    }
    var results: [ReproductionStage: StageResult] = [:]
    let stages = stages
    for (index, stage) in stages.enumerated() {
      let place = "[\(index + 1)/\(stages.count)] \(stage.name)"
      if case .pseudoLabels(let layers, _) = stage.kind {
        try label(layers, stage, place, output)
      } else {
        results[stage] = try train(stage, place, output)
      }
    }
    let report = try ReproductionReport(self, results)
    try report.write(to: "\(configuration.output)/report", output: output)
    return report
  }

  func folder(of stage: ReproductionStage) -> String { "\(configuration.output)/\(stage.name)" }

  /// A training stage's configuration.
  func configuration(of stage: ReproductionStage) -> TrainingConfiguration {
    var derived = configuration
    derived.output = folder(of: stage)
    derived.adaptation.pseudoLabels = nil
    switch stage.kind {
    case .sourceOnly: derived.method = .sourceOnly
    case .targetOnly, .otherBackbone:
      derived.method = .supervised
      derived.data = configuration.target
      if augmentsTargetOnly { derived.augmentation = TrainingConfiguration.Augmentation() }
      if stage.kind == .otherBackbone {
        derived.model.backbone = derived.model.backbone == .resnet18 ? .resnet101 : .resnet18
        derived.model.pretrained = otherPretrained
        derived.model.initial = nil  // of this backbone
      }
    case .adaptation(let discriminator): derived.adaptation.discriminator = discriminator
    case .pseudoLabels: break
    case .selfSupervised(let layers, let round):
      let labels = ReproductionStage(.pseudoLabels(layers: layers, round: round))
      derived.adaptation.discriminator = .fcd
      derived.adaptation.pseudoLabels = folder(of: labels)
      if continuesAdapted {
        derived.model.pretrained = nil
        derived.model.initial = "\(folder(of: labels))/teacher.safetensors"
      }
    }
    return derived
  }

  private func train(
    _ stage: ReproductionStage, _ place: String, _ output: any ProgressOutput
  ) throws -> StageResult? {
    let derived = configuration(of: stage)
    let moved = try derived.checkContinuation(in: derived.output)
    if let known = try StageResult.read(in: derived.output) {
      for line in moved { output.write("\(place): \(line)\n") }
      output.write(
        "\(place): complete\(known.mIoU.map { ", mIoU \(formatted($0, decimals: 4))" } ?? "")\n")
      return known
    }
    output.write("\(place): training\n")
    let run: TrainingRun
    do {
      run = try TrainingRun(derived)
    } catch let error as DatasetError where derived.method == .supervised {
      // An adaptation does not need the target's labels; only the run to compare it with does.
      output.write(
        "\(place): left out, as the target lacks labels: \(error)\n")
      return nil
    }
    let isFresh =
      try CheckpointRotation(folder: derived.output, keepLast: 1)
      .resumePoint(companion: TrainingState.companion(of:)) == nil
    let clock = ContinuousClock()
    var report: SegmentationReport?
    let time = try clock.measure { report = try run.run(resume: !isFresh, output: output) }
    let rotation = try CheckpointRotation(folder: derived.output, keepLast: 1)
    let result = StageResult(
      try report ?? run.validate(), best: rotation.bestScore, iterations: run.iterations,
      seconds: isFresh ? time.seconds : nil)
    try result.write(in: derived.output)
    return result
  }

  private func label(
    _ layers: Int, _ stage: ReproductionStage, _ place: String, _ output: any ProgressOutput
  ) throws {
    let folder = folder(of: stage)
    let export = export(layers)
    let labels = ExportedLabels(folder: folder)
    if labels.isComplete {
      try labels.check(against: export)
      output.write("\(place): complete\n")
      return
    }
    output.write("\(place): labelling the target's training pictures\n")
    let teacher = try keptTeacher(of: stage, in: folder)
    let network = try TrainedNetwork(checkpoint: teacher).network
    let set = try configuration.adaptedSet.openLabelledOrNot()
    _ = try export(network, on: set, to: folder, output: output)
  }

  /// The labelling network under a name of its own beside its labels, for a run that goes on from it.
  private func keptTeacher(of stage: ReproductionStage, in folder: String) throws -> String {
    let teacher = try lastCheckpoint(of: stage.teacher)
    let kept = "\(folder)/teacher.safetensors"
    let temporary = "\(folder)/.teacher.safetensors\(AtomicFile.temporarySuffix)"
    if let reason = makeFolder(folder) {
      throw CheckpointError.unwritable(path: folder, reason: reason)
    }
    // What a killed chain left is not there, or is replaced.
    try? FileManager.default.removeItem(atPath: temporary)
    if !linkFile(teacher, temporary) {
      try FileManager.default.copyItem(atPath: teacher, toPath: temporary)
    }
    guard renameFile(temporary, kept) else {
      throw CheckpointError.unwritable(path: kept, reason: "it cannot be replaced")
    }
    return kept
  }

  /// How pseudo labels of so many layers are exported.
  func export(_ layers: Int) -> PseudoLabelExport {
    PseudoLabelExport(
      labelling, heads: PseudoLabelExport.Head.layers(layers), size: configuration.target.size,
      precision: configuration.precision, normalisation: configuration.normalisation,
      palette: true, workers: configuration.loading.workers,
      origin: configuration.adaptedSet.identity)
  }

  /// The checkpoint after the last iteration: the paper's choice. The best one is chosen by looking at
  /// the target's labels, which adaptation is not given.
  func lastCheckpoint(of stage: ReproductionStage) throws -> String {
    let rotation = try CheckpointRotation(folder: folder(of: stage), keepLast: 1)
    guard let point = try rotation.resumePoint() else {
      throw CheckpointError.unreadable(
        path: folder(of: stage), reason: "the stage has left no checkpoint")
    }
    return point.path
  }
}

extension TrainingConfiguration {
  /// A small adaptation from synthetic streets in the source look to ones in the target look: what the
  /// chain runs on where nothing else is given.
  public static var syntheticAdaptation: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.method = .adaptation
    configuration.data.height = 96
    configuration.data.width = 192
    configuration.data.synthetic.count = 100
    configuration.target = configuration.data
    configuration.target.synthetic.look = .target
    configuration.target.synthetic.validationCount = 30
    configuration.target.synthetic.seed = 1000
    configuration.loading.normalisation = .imagenet
    configuration.loading.cache = true
    configuration.augmentation.scale = nil
    configuration.optimisation.scheduleStep = .iteration
    configuration.optimisation.epochs = 2
    configuration.optimisation.batchSize = 2
    configuration.precision = .fastest
    configuration.validation.every = 2
    configuration.checkpoint.keepLast = 1
    configuration.output = "out/reproduction"
    return configuration
  }
}
