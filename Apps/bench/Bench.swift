import AppOptions
import ArgumentParser
import BiSeNet
import NN
import SegmentationMetrics
import Tensor
import Training
import VisionDatasets

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Times inference, training and adaptation steps, loading, and the export of pseudo labels.",
    discussion: """
      Keys of --format json: medianSeconds, minimumSeconds, maximumSeconds, repetitions, \
      peakBytes (of tensors), allocations (blocks taken from the system per repetition), \
      reorders (tensors laid out anew per repetition), gigaflopsPerSecond (of the network as \
      defined; training counts three times the forward pass), floorShare (of the median, what \
      that arithmetic would take at the rate of one large convolution, of floats in int8 too), \
      residentBytes (the most that the process had in memory); with --profile also operations (name, calls, seconds).

      Apps/bench/peers/compare.py runs the same work in PyTorch, interleaved with this, and prints \
      the ratios.
      """,
    subcommands: [Infer.self, TrainStep.self, AdaptStep.self, Load.self, ExportLabels.self])
}

struct Work: ParsableArguments {
  enum Network: String, ExpressibleByArgument, CaseIterable { case resnet18, resnet101 }

  @Option(help: "The context path's network.")
  var backbone = Network.resnet18

  @Option(help: "The input, height x width, multiples of 8.")
  var size = TrainingConfiguration.ImageSize(height: 512, width: 1024)

  @Option(help: "Images at a time.")
  var batch = 1

  @Option(help: "The type that is computed in; int8 is for infer and export.")
  var precision = InferencePrecision.float32

  @Option(help: "Timed repetitions, after one that is not.")
  var repetitions = 5

  @Flag(help: "Say where the time went, by operation.")
  var profile = false

  @Option(help: "How the result is printed.")
  var format = Format.table

  func validate() throws {
    guard batch > 0, repetitions > 0 else {
      throw ValidationError("--batch and --repetitions are 1 or more")
    }
  }

  /// The means over whole pictures have one value per image and channel to take statistics of.
  func validateForTraining() throws {
    guard precision != .int8 else {
      throw ValidationError("--precision int8 is for infer and export")
    }
    guard batch > 1 else {
      throw ValidationError("--batch is 2 or more in training, for its batch statistics")
    }
  }

  /// Of the images.
  var shape: Shape { [batch, 3, size.height, size.width] }

  var dtype: DType { precision.floats == .bfloat16 ? .bfloat16 : .float32 }

  var network: Backbone { backbone == .resnet18 ? .resnet18 : .resnet101 }

  /// Multiplications with addition of one forward pass.
  var macs: Int {
    BiSeNet.complexity(backbone: network, image: shape).reduce(0) { $0 + $1.macs }
  }

  /// With weights at random, for inference.
  func untrainedNetwork() -> BiSeNet {
    let store = ParameterStore()
    func network(_ mode: Scope.Mode) -> BiSeNet {
      BiSeNet(store.scope(mode), backbone: self.network)
    }
    _ = network(.training)
    guard precision == .int8 else { return network(.inference) }
    let calibration = Calibration()
    _ = network(.calibrating(calibration)).mainLogits(noiseImage(.float32))
    return network(.quantised(calibration))
  }

  /// Images that look random.
  func noiseImage(_ dtype: DType) -> Tensor {
    Tensor(noise(shape.count), shape: shape, dtype: dtype)
  }
}

/// What steps of the optimiser have in common.
struct StepOptions: ParsableArguments {
  @Option(help: "Batches a step.")
  var accumulate = 1

  @Flag(help: "Run residual blocks again on the way back instead of keeping their activations.")
  var recompute = false

  func validate() throws {
    guard accumulate > 0 else { throw ValidationError("--accumulate is 1 or more") }
  }
}

struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "An image to the class of every pixel.")

  @OptionGroup var work: Work

  func run() throws {
    let shape = work.shape
    let network = work.untrainedNetwork()
    let image = work.noiseImage(work.dtype)
    try work.measure(flops: 2 * work.macs) {
      _ = network.mainLogits(image).argmaxOverChannels(height: shape[2], width: shape[3])
    }
  }
}

struct TrainStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "A supervised step: three losses, gradients, the optimiser.")

  @OptionGroup var work: Work
  @OptionGroup var step: StepOptions

  func validate() throws { try work.validateForTraining() }

  func run() throws {
    let batch = try work.randomBatch()
    var configuration = TrainingConfiguration()
    configuration.precision = work.precision.floats
    let store = ParameterStore()
    let network = BiSeNet(
      store.scope(.training), backbone: work.network, recomputesActivations: step.recompute)
    let supervised = SupervisedStep(
      network: network, store: store, optimizer: configuration.makeOptimizer(store.parameters),
      configuration: configuration)
    try work.measure(flops: 6 * work.macs * step.accumulate) {
      _ = supervised(accumulating: step.accumulate, learningRate: 1e-3) { _ in batch }
    }
  }
}

extension Work {
  /// Labelled images that look random.
  func randomBatch() throws -> Batch {
    let shape = shape
    let pixels = shape[2] * shape[3]
    let noise = noise(shape[0] * 3 * pixels).map { UInt8((($0 + 1) * 127).rounded()) }
    let samples = (0..<shape[0]).map { index in
      let image = Array(noise[index * 3 * pixels..<(index + 1) * 3 * pixels])
      return Sample(
        name: "\(index)", image: RGBImage(width: shape[3], height: shape[2], pixels: image),
        label: LabelMap(
          width: shape[3], height: shape[2], labels: (0..<pixels).map { UInt8($0 / 64 % 19) }))
    }
    return try Batch(samples, normalisation: .imageNet)
  }
}

/// Values in [-1, 1) that look random.
private func noise(_ count: Int) -> [Float] {
  (0..<count).map { Float(($0 &* 2_654_435_761) & 0xFFFF) / 32768 - 1 }
}
