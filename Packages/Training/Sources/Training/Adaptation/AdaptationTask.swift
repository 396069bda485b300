import Adversarial
import BiSeNet
import NN
import SegmentationMetrics
import VisionDatasets

/// Adversarial adaptation from labelled source pictures to target pictures, with pseudo labels where
/// there are some.
///
/// An epoch is a pass over the source. The target's pictures go round at their own pace: batch `n` of
/// the run is batch `n` of the target's epochs one after another, whatever the length of either.
final class AdaptationTask: TrainingTask {
  let store: ParameterStore
  let state: TrainingState
  let datasets: [any SegmentationDataset]
  private let plan: IterationPlan
  private var sourceBatches: BatchSequence
  private var targetBatches: BatchSequence
  private let step: AdaptationStep
  private let precision: TrainingConfiguration.Precision
  private let usesPseudoLabels: Bool

  init(_ configuration: TrainingConfiguration) throws {
    let source = try configuration.loader(of: configuration.trainingSet, in: configuration.data)
    plan = try IterationPlan(configuration, loader: source)
    sourceBatches = BatchSequence(source)
    let target = try configuration.loader(
      of: configuration.adaptedSet, in: configuration.target,
      pseudoLabels: configuration.adaptation.pseudoLabels, needsLabels: false, stream: 1)
    targetBatches = BatchSequence(target)
    datasets = [source.dataset, target.dataset]
    store = try configuration.makeGenerator()
    let generator = configuration.network(over: store)
    let discriminatorStore = ParameterStore(seed: UInt64(bitPattern: Int64(configuration.seed)))
    let discriminator = Discriminator(
      discriminatorStore.scope(.training)["discriminator"],
      kind: configuration.adaptation.discriminator,
      classes: configuration.model.classes)
    let optimizer = configuration.makeOptimizer(store.parameters)
    let betas = configuration.adaptation.adamBetas
    let discriminatorOptimizer = Adam(discriminatorStore.parameters, betas: (betas[0], betas[1]))
    state = TrainingState(
      store: store,
      companions: optimizer.state + discriminatorStore.parameters + discriminatorOptimizer.state)
    step = AdaptationStep(
      generator: { generator.logits($0).all },
      generatorLearner: .init(
        parameters: store.parameters, optimizer: optimizer,
        schedule: configuration.makeSchedule(
          base: configuration.optimisation.learningRate,
          iterationsPerEpoch: plan.iterationsPerEpoch),
        clip: configuration.optimisation.clipGradientNorm),
      discriminator: discriminator,
      discriminatorLearner: .init(
        parameters: discriminatorStore.parameters, optimizer: discriminatorOptimizer,
        schedule: configuration.makeSchedule(
          base: configuration.adaptation.learningRate,
          iterationsPerEpoch: plan.iterationsPerEpoch)),
      lambda: configuration.adaptation.lambda,
      headWeights: configuration.optimisation.lossWeights)
    precision = configuration.precision
    usesPseudoLabels = configuration.adaptation.pseudoLabels != nil
  }

  var iterationsPerEpoch: Int { plan.iterationsPerEpoch }

  func rehearse(_ iteration: Int) throws {
    let labelled = try sourceBatches.peek(plan.batch(0, of: iteration))
    let unlabelled = try targetBatches.peek(iteration * plan.accumulate)
    _ = step(accumulating: min(2, plan.accumulate), time: 0, iteration: 0) { _ in
      tensors(labelled, unlabelled)
    }
  }

  private func tensors(_ labelled: Batch, _ unlabelled: Batch) -> AdaptationStep.Batches {
    AdaptationStep.Batches(
      source: labelled.tensor(precision), sourceLabels: labelled.labelTensor,
      target: unlabelled.tensor(precision),
      pseudoLabels: usesPseudoLabels ? unlabelled.labelTensor : nil)
  }

  func iterate(_ iteration: Int) throws -> IterationRecord {
    let losses = try step(
      accumulating: plan.accumulate, time: plan.time(iteration), iteration: iteration
    ) { part in
      tensors(
        try sourceBatches.batch(plan.batch(part, of: iteration)),
        try targetBatches.batch(iteration * plan.accumulate + part))
    }
    return IterationRecord(
      members: losses.members, detail: losses.detail, firstNotFinite: losses.firstNotFinite)
  }
}

extension AdaptationLosses {
  /// The members of a `step` record.
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("learningRate", .number(learningRate)),
      .init("discriminatorLearningRate", .number(discriminatorLearningRate)),
      .init("loss", .number(total)), .init("segmentation", .number(segmentation)),
      .init("main", .number(heads[0])), .init("sixteenth", .number(heads[1])),
      .init("thirtySecond", .number(heads[2])), .init("adversarial", .number(adversarial)),
      .init("discriminatorSource", .number(discriminatorSource)),
      .init("discriminatorTarget", .number(discriminatorTarget)),
      .init("accuracySource", .number(accuracySource)),
      .init("accuracyTarget", .number(accuracyTarget)),
    ]
    if let selfSupervised { members.append(.init("selfSupervised", .number(selfSupervised))) }
    if let gradientNorm { members.append(.init("gradientNorm", .number(gradientNorm))) }
    return members
  }

  /// What progress shows.
  var detail: String {
    var words = "seg \(formatted(segmentation, decimals: 3))"
    words += ", adv \(formatted(adversarial, decimals: 3))"
    if let selfSupervised { words += ", ssl \(formatted(selfSupervised, decimals: 3))" }
    let share = { (value: Double) in formatted(100 * value, decimals: 0) }
    let loss = (discriminatorSource + discriminatorTarget) / 2
    words += ", D \(formatted(loss, decimals: 3)) (right on \(share(accuracySource)) % of source, "
    return words + "\(share(accuracyTarget)) % of target)"
  }
}
