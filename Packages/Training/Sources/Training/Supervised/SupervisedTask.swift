import BiSeNet
import NN
import SegmentationMetrics
import VisionDatasets

/// Learning from labelled pictures alone.
final class SupervisedTask: TrainingTask {
  let store: ParameterStore
  let state: TrainingState
  private let loader: DataLoader
  private var batches: BatchSequence
  private let step: SupervisedStep
  private let schedule: LearningRateSchedule
  private let stepsPerEpoch: Bool

  init(_ configuration: TrainingConfiguration) throws {
    loader = try configuration.loader(of: configuration.trainingSet, in: configuration.data)
    batches = BatchSequence(loader)
    store = try configuration.makeGenerator()
    let optimizer = configuration.makeOptimizer(store.parameters)
    state = TrainingState(store: store, companions: optimizer.state)
    step = SupervisedStep(
      network: BiSeNet(
        store.scope(.training), backbone: configuration.model.backbone,
        classes: configuration.model.classes),
      store: store, optimizer: optimizer, configuration: configuration)
    schedule = configuration.makeSchedule(
      base: configuration.optimisation.learningRate, batches: loader.batchCount)
    stepsPerEpoch = configuration.optimisation.scheduleStep == .epoch
  }

  var iterationsPerEpoch: Int { loader.batchCount }

  func iterate(_ iteration: Int) throws -> IterationRecord {
    let rate = schedule.rate(
      at: stepsPerEpoch ? iteration / loader.batchCount : iteration, iteration: iteration)
    let losses = step(try batches.batch(iteration), learningRate: rate)
    return IterationRecord(
      members: losses.members(rate: rate),
      detail: "loss \(formatted(losses.total, decimals: 3))",
      firstNotFinite: losses.firstNotFinite)
  }
}
