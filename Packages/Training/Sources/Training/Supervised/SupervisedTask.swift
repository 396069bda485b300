import BiSeNet
import NN
import SegmentationMetrics
import VisionDatasets

/// Learning from labelled pictures alone.
final class SupervisedTask: TrainingTask {
  let store: ParameterStore
  let state: TrainingState
  let datasets: [any SegmentationDataset]
  private let plan: IterationPlan
  private var batches: BatchSequence
  private let step: SupervisedStep
  private let schedule: LearningRateSchedule

  init(_ configuration: TrainingConfiguration) throws {
    let loader = try configuration.loader(of: configuration.trainingSet, in: configuration.data)
    plan = try IterationPlan(configuration, loader: loader)
    batches = BatchSequence(loader)
    store = try configuration.makeGenerator()
    datasets = [loader.dataset]
    let optimizer = configuration.makeOptimizer(store.parameters)
    state = TrainingState(store: store, companions: optimizer.state)
    step = SupervisedStep(
      network: configuration.network(over: store), store: store, optimizer: optimizer,
      configuration: configuration)
    schedule = configuration.makeSchedule(
      base: configuration.optimisation.learningRate,
      iterationsPerEpoch: plan.iterationsPerEpoch)
  }

  var iterationsPerEpoch: Int { plan.iterationsPerEpoch }

  func rehearse(_ iteration: Int) throws {
    let batch = try batches.peek(plan.batch(0, of: iteration))
    _ = step(accumulating: min(2, plan.accumulate), learningRate: 0) { _ in batch }
  }

  func iterate(_ iteration: Int) throws -> IterationRecord {
    let rate = schedule.rate(at: plan.time(iteration), iteration: iteration)
    let losses = try step(accumulating: plan.accumulate, learningRate: rate) { part in
      try batches.batch(plan.batch(part, of: iteration))
    }
    return IterationRecord(
      members: losses.members(rate: rate),
      detail: "loss \(formatted(losses.total, decimals: 3))",
      firstNotFinite: losses.firstNotFinite)
  }
}
