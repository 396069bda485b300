import Adversarial
import NN
import Tensor
import TensorTesting
import Testing

/// A discriminator with the reference's parameters.
func filledDiscriminator(_ kind: Discriminator.Kind) -> (Discriminator, ParameterStore) {
  let store = ParameterStore()
  let network = Discriminator(store.scope(.training), kind: kind)
  for parameter in store.parameters {
    parameter.update(
      ReferenceFigures.parameter(
        prefix: kind == .fcd ? "fcd" : "fcd_light", name: parameter.name, shape: parameter.shape))
  }
  return (network, store)
}

@Suite struct DiscriminatorTests {
  struct Expected: Decodable {
    let output: GoldenSummary
    let loss_as_source: Double
    let input_gradient: GoldenSummary
    let parameters: Int
  }

  /// Our float32 within ten times the deviation of PyTorch's own.
  @Test(.enabled(if: ReferenceFigures.isPresent), arguments: Discriminator.Kind.allCases)
  func outputLossAndInputGradientAreTheReferences(_ kind: Discriminator.Kind) throws {
    let name = kind == .fcd ? "discriminator" : "discriminator_light"
    let expected = try ReferenceFigures.load(name, as: Expected.self)
    let (network, store) = filledDiscriminator(kind)
    #expect(store.parameterCount == expected.parameters)
    let x = ReferenceFigures.fill("logits", [4, 19, 64, 128], scale: 3).softmax()
    let bound = 10 * (expected.output.torchFloat32Error ?? 0)
    #expect(
      expected.output.mismatches(of: network(x), named: "output", bound: bound) == [])
    let (loss, gradients) = valueWithGradients(at: [x]) {
      DomainLogits(map: network.map($0[0]), height: 64, width: 128).loss(as: .source)
    }
    #expect(abs(Double(loss.item) - expected.loss_as_source) < 1e-6)
    let slopes = expected.input_gradient
    #expect(
      slopes.mismatches(
        of: try #require(gradients[0]), named: "input gradient",
        bound: 10 * (slopes.torchFloat32Error ?? 0), absolute: 1e-9) == [])
  }

  @Test(arguments: [
    (Discriminator.Kind.fcd, 2_781_121, 15_439_233_024, 30_952_915_968),
    (.fcdLight, 189_424, 1_067_712_512, 2_178_416_640),
  ])
  func complexityIsThePapers(
    _ kind: Discriminator.Kind, parameters: Int, macs: Int, flops: Int
  ) {
    let complexity = Discriminator.complexity(kind: kind, input: [1, 19, 512, 1024])
    #expect(complexity.layers.reduce(0) { $0 + $1.parameters } == parameters)
    #expect(complexity.layers.reduce(0) { $0 + $1.macs } == macs)
    #expect(complexity.flopsOfThePaper == flops)
  }

  @Test func namesAreTheReferences() {
    let (_, full) = filledDiscriminator(.fcd)
    #expect(
      full.parameters.map(\.name)
        == (0..<5).flatMap { ["layers.\($0).weight", "layers.\($0).bias"] })
    let (_, light) = filledDiscriminator(.fcdLight)
    #expect(
      light.parameters.map(\.name)
        == (0..<5).flatMap { ["layers.\($0).0.weight", "layers.\($0).1.weight"] })
  }

  /// PyTorch's default: uniform within one over the root of the fan-in.
  @Test func weightsBeginAsPyTorchsDo() throws {
    let store = ParameterStore(seed: 3)
    _ = Discriminator(store.scope(.training), kind: .fcd)
    let weights = try #require(store["layers.1.weight"]).parameter.value.floats
    let bound = 1 / (64.0 * 16).squareRoot()
    #expect(weights.allSatisfy { Double(abs($0)) <= bound })
    let square = weights.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    #expect(abs(square / (bound * bound / 3) - 1) < 0.02)
  }

  @Test func accuracyCountsTheMapsElements() {
    let logits = DomainLogits(
      map: Tensor([1, 2, -1, 0], shape: [1, 1, 2, 2]), height: 4, width: 4)
    #expect(logits.accuracy(as: .source) == 0.5)
    #expect(logits.accuracy(as: .target) == 0.5)
  }

  @Test(arguments: Domain.allCases) func theLossIsOfTheEnlargedMap(_ domain: Domain) {
    let map = Tensor([1, 2, -1, 0], shape: [1, 1, 2, 2])
    let loss = DomainLogits(map: map, height: 4, width: 4).loss(as: domain).item
    let expected = map.upsampledBilinear(height: 4, width: 4)
      .binaryCrossEntropy(target: domain == .source ? 1 : 0).item
    #expect(abs(loss - expected) < 1e-6)
  }
}
