import Adversarial
import ArgumentParser
import BiSeNet
import NN
import Tensor
import Training
import VisionDatasets

struct AdaptStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapt",
    abstract: "A step of adversarial adaptation: a batch of each domain, G, D and both optimisers.",
    discussion: """
      gigaflopsPerSecond counts three forward passes of G for each domain, and of D's forward passes \
      two, of its gradients by the input one, by its weights two.
      """)

  @OptionGroup var work: Work
  @OptionGroup var step: StepOptions

  @Option(help: "The discriminator, fcd or fcd-light.")
  var discriminator = "fcd"

  func validate() throws {
    try work.validateForTraining()
    guard Discriminator.Kind(rawValue: discriminator) != nil else {
      throw ValidationError("--discriminator is fcd or fcd-light, not '\(discriminator)'")
    }
  }

  func run() throws {
    let shape = work.shape
    let kind = Discriminator.Kind(rawValue: self.discriminator) ?? .fcd
    let store = ParameterStore(), discriminatorStore = ParameterStore()
    let network = BiSeNet(
      store.scope(.training), backbone: work.network, recomputesActivations: step.recompute)
    let discriminator = Discriminator(discriminatorStore.scope(.training), kind: kind)
    let schedule = LearningRateSchedule(base: 1e-3, decay: .constant, total: 1)
    let adaptation = AdaptationStep(
      generator: { network.logits($0).all },
      generatorLearner: .init(
        parameters: store.parameters, optimizer: SGD(store.parameters), schedule: schedule),
      discriminator: discriminator,
      discriminatorLearner: .init(
        parameters: discriminatorStore.parameters,
        optimizer: Adam(discriminatorStore.parameters, betas: (0.9, 0.99)), schedule: schedule))
    let batch = try work.randomBatch()
    let images = Tensor(batch.images, shape: shape, dtype: work.dtype)
    let labels = Tensor(labels: batch.labels, shape: [shape[0], shape[2], shape[3]])
    let batches = AdaptationStep.Batches(source: images, sourceLabels: labels, target: images)
    let ofD = Discriminator.complexity(kind: kind, input: [shape[0], 19, shape[2], shape[3]])
      .layers.reduce(0) { $0 + $1.macs }
    try work.measure(flops: 2 * (6 * work.macs + 5 * ofD) * step.accumulate) {
      _ = adaptation(accumulating: step.accumulate, time: 0, iteration: 0) { _ in batches }
    }
  }
}
