import Adversarial
import NN
import Tensor
import Testing

/// The step over a generator of one convolution, against the same losses written out with separate
/// forward passes, as the reference writes them.
@Suite struct AdaptationStepTests {
  private struct Networks {
    let store = ParameterStore(seed: 1)
    let discriminatorStore = ParameterStore(seed: 2)
    let heads: [Conv2d]
    let discriminator: Discriminator

    init() {
      let scope = store.scope(.training)
      heads = (0..<2).map { Conv2d(scope["head\($0)"], 3, 5, kernel: 3, padding: 1) }
      discriminator = Discriminator(discriminatorStore.scope(.training), kind: .fcd, classes: 5)
    }

    func generator() -> AdaptationStep.Generator {
      let heads = heads
      return { images in heads.map { $0(images) } }
    }

    func step(lambda: Double, clip: Double? = nil) -> AdaptationStep {
      let schedule = LearningRateSchedule(base: 0.1, decay: .poly(power: 0.9), total: 10)
      return AdaptationStep(
        generator: generator(),
        generatorLearner: .init(
          parameters: store.parameters, optimizer: SGD(store.parameters), schedule: schedule,
          clip: clip),
        discriminator: discriminator,
        discriminatorLearner: .init(
          parameters: discriminatorStore.parameters, optimizer: SGD(discriminatorStore.parameters),
          schedule: schedule),
        lambda: lambda, headWeights: [1, 0.5])
    }
  }

  private let batches: AdaptationStep.Batches
  private let source: Tensor
  private let target: Tensor
  private let labels: Tensor
  private let pseudo: Tensor

  init() {
    func noise(_ salt: Int, _ shape: Shape) -> Tensor {
      let values: [Float] = (0..<shape.count).map { index in
        let bits = ((index + salt) &* 2_654_435_761) & 0xFFFF
        return Float(bits) / 32768 - 1
      }
      return Tensor(values, shape: shape)
    }
    source = noise(1, [2, 3, 32, 64])
    target = noise(7, [2, 3, 64, 32])
    let classes: [UInt8] = (0..<4096).map { UInt8($0 % 6) }
    labels = Tensor(labels: classes, shape: [2, 32, 64])
    let kept: [UInt8] = (0..<4096).map { index in index % 3 == 0 ? 255 : UInt8(index % 5) }
    pseudo = Tensor(labels: kept, shape: [2, 64, 32])
    batches = .init(
      source: source, sourceLabels: labels, target: target, pseudoLabels: pseudo)
  }

  @Test func oneForwardPassOfDEqualsTwo() throws {
    let lambda = 0.7
    let ours = Networks(), plain = Networks()
    let losses = ours.step(lambda: lambda)(batches, time: 2, iteration: 2)

    let g = plain.generator(), d = plain.discriminator
    let bce = { (p: Tensor, z: Float) in d(p).binaryCrossEntropy(target: z) }
    let (segmentation, ofSource) = valueWithGradients(of: plain.store.parameters) {
      let outputs = g(source)
      return outputs[0].crossEntropy(labels: labels) + 0.5 * outputs[1].crossEntropy(labels: labels)
    }
    let (onTarget, ofTarget) = valueWithGradients(of: plain.store.parameters) {
      let outputs = g(target)
      return Float(lambda) * bce(outputs[0].softmax(), 1)
        + (outputs[0].crossEntropy(labels: pseudo) + 0.5 * outputs[1].crossEntropy(labels: pseudo))
    }
    let (ofDiscriminator, slopes) = valueWithGradients(of: plain.discriminatorStore.parameters) {
      0.5 * (bce(g(source)[0].softmax(), 1) + bce(g(target)[0].softmax(), 0))
    }
    let rate = 0.1 * 0.8179  // (1 - 2/10)^0.9
    var ofBoth = ofSource
    ofBoth.add(ofTarget)
    SGD(plain.store.parameters).step(ofBoth, learningRate: losses.learningRate)
    SGD(plain.discriminatorStore.parameters).step(
      slopes, learningRate: losses.discriminatorLearningRate)

    #expect(abs(losses.learningRate - rate) < 1e-4)
    #expect(abs(losses.segmentation - Double(segmentation.item)) < 1e-5)
    #expect(
      abs(losses.total - Double(segmentation.item) - Double(onTarget.item)) < 1e-5)
    #expect(
      abs(
        (losses.discriminatorSource + losses.discriminatorTarget) / 2 - Double(ofDiscriminator.item)
      )
        < 1e-6)
    for (a, b) in [(ours.store, plain.store), (ours.discriminatorStore, plain.discriminatorStore)] {
      for (parameter, other) in zip(a.parameters, b.parameters) {
        for (x, y) in zip(parameter.value.floats, other.value.floats) {
          #expect(abs(x - y) < 1e-6, "\(parameter.name)")
        }
      }
    }
  }

  /// The mean of equal batches' gradients is each one's.
  @Test(arguments: [nil, 0.01]) func equalBatchesAccumulateToOne(clip: Double?) throws {
    let once = Networks(), thrice = Networks()
    let expected = once.step(lambda: 0.7, clip: clip)(batches, time: 2, iteration: 2)
    var asked: [Int] = []
    let losses = thrice.step(lambda: 0.7, clip: clip)(accumulating: 3, time: 2, iteration: 2) {
      asked.append($0)
      return batches
    }
    #expect(asked == [0, 1, 2])
    for term in [
      \AdaptationLosses.total, \.adversarial, \.discriminatorSource, \.discriminatorTarget,
      \.accuracySource, \.accuracyTarget,
    ] {
      #expect(abs(losses[keyPath: term] - expected[keyPath: term]) < 1e-6)
    }
    #expect(losses.pseudo?.count == 2 && (losses.gradientNorm == nil) == (clip == nil))
    if let norm = losses.gradientNorm, let other = expected.gradientNorm {
      #expect(abs(norm - other) < 1e-4 * other)
    }
    for (a, b) in [
      (thrice.store, once.store), (thrice.discriminatorStore, once.discriminatorStore),
    ] {
      for (parameter, other) in zip(a.parameters, b.parameters) {
        for (x, y) in zip(parameter.value.floats, other.value.floats) {
          #expect(abs(x - y) < 1e-6, "\(parameter.name)")
        }
      }
    }
  }

  /// G takes the step of its losses on the source alone.
  @Test func withoutPseudoLabelsAndLambdaTheTargetMovesNothingOfG() throws {
    let a = Networks(), b = Networks()
    let alone = AdaptationStep.Batches(source: source, sourceLabels: labels, target: target)
    let losses = a.step(lambda: 0)(alone, time: 0, iteration: 0)
    #expect(losses.pseudo == nil && losses.selfSupervised == nil)
    #expect(losses.total == losses.segmentation)
    let (_, gradients) = valueWithGradients(of: b.store.parameters) {
      let outputs = b.generator()(source)
      return outputs[0].crossEntropy(labels: labels) + 0.5 * outputs[1].crossEntropy(labels: labels)
    }
    SGD(b.store.parameters).step(gradients, learningRate: 0.1)
    for (parameter, other) in zip(a.store.parameters, b.store.parameters) {
      for (x, y) in zip(parameter.value.floats, other.value.floats) { #expect(abs(x - y) < 1e-7) }
    }
  }

  @Test func aLossThatIsNotFiniteChangesNothing() throws {
    let networks = Networks()
    let parameter = networks.discriminatorStore.parameters[0]
    parameter.update(Tensor(repeating: .nan, shape: parameter.shape))
    let trained = networks.store.parameters + networks.discriminatorStore.parameters.dropFirst()
    let before = trained.map(\.value.floats)
    let losses = networks.step(lambda: 1)(batches, time: 0, iteration: 0)
    #expect(losses.firstNotFinite == "adversarial")
    #expect(trained.map(\.value.floats) == before)
  }

  @Test func clippingBoundsTheNorm() throws {
    let networks = Networks()
    let before = networks.store.parameters.map(\.value.floats)
    let losses = networks.step(lambda: 1, clip: 1e-3)(batches, time: 0, iteration: 0)
    #expect(try #require(losses.gradientNorm) > 1e-3)
    var moved = 0.0
    for (parameter, old) in zip(networks.store.parameters, before) {
      for (x, y) in zip(parameter.value.floats, old) {
        moved += Double(x - y) * Double(x - y)
      }
    }
    // Weight decay adds a little to the clipped gradient.
    #expect(moved.squareRoot() < 0.1 * (1e-3 + 1e-3))
  }
}
