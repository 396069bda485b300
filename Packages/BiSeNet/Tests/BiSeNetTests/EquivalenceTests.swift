import BiSeNet
import NN
import Tensor
import TensorTesting
import Testing

/// What the network computes in each of its forms.
@Suite struct EquivalenceTests {
  private func images(_ shape: Shape, _ dtype: DType = .float32) -> Tensor {
    Array64(uniform: "images", shape: shape, scale: 2).tensor(dtype)
  }

  /// 40x72 is 5x9 at 1/8, where 1/16 and 1/32 are rounded up: 3x5 and 2x3.
  @Test(arguments: [(Backbone.resnet18, 32, 64), (.resnet18, 40, 72), (.resnet101, 32, 32)])
  func inferenceEqualsThePlainNetwork(_ backbone: Backbone, height: Int, width: Int) {
    let store = filledStore(backbone)
    let network = BiSeNet(store.scope(.inference), backbone: backbone)
    let images = images([1, 3, height, width])
    let expected = PlainBiSeNet(store, backbone)(Array64(images))
    for (index, output) in network(images).all.enumerated() {
      #expect(output.shape == expected[index].shape)
      #expect(relativeL2(output, expected[index]) < 1e-5, "output \(index)")
    }
  }

  /// Heads before their enlargement give what heads after it give.
  @Test(arguments: Backbone.allCases, [Scope.Mode.training, .inference])
  func fastFormEqualsTheDefinition(_ backbone: Backbone, mode: Scope.Mode) {
    expectFastFormIsTheDefinition(backbone, mode, height: 64, width: 96)
  }

  /// As GTA5's 720 rows are: a multiple of 8 and of no more, so that 1/16 and 1/32 are rounded up.
  @Test(arguments: [Scope.Mode.training, .inference])
  func fastFormEqualsTheDefinitionAtAnOddSize(_ mode: Scope.Mode) {
    expectFastFormIsTheDefinition(.resnet18, mode, height: 72, width: 104)
  }

  private func expectFastFormIsTheDefinition(
    _ backbone: Backbone, _ mode: Scope.Mode, height: Int, width: Int
  ) {
    let store = filledStore(backbone)
    let network = BiSeNet(store.scope(mode), backbone: backbone)
    let images = images([2, 3, height, width])
    let defined = network.asDefined(images)
    for (index, (fast, slow)) in zip(network(images).all, defined.all).enumerated() {
      #expect(fast.shape == [2, 19, height, width])
      #expect(relativeL2(fast, slow) < 1e-5, "output \(index)")
    }
    if case .inference = mode {
      #expect(network.mainLogits(images).floats == network.logits(images).main.floats)
      #expect(network.mainLogits(images).shape == [2, 19, height / 8, width / 8])
    }
  }

  /// The gradients too, by every parameter: the enlargement and the heads change places on the way back.
  @Test func gradientOfTheFastFormEqualsTheDefinitions() throws {
    let (height, width) = (72, 104)
    let store = filledStore(.resnet18)
    let network = BiSeNet(store.scope(.training), backbone: .resnet18)
    let images = images([2, 3, height, width])
    let labels = Tensor(
      labels: (0..<2 * height * width).map { UInt8($0 / 8 % 19) }, shape: [2, height, width])
    func gradients(_ heads: (Tensor) -> [Tensor]) throws -> [[Double]] {
      let (_, gradients) = valueWithGradients(of: store.parameters) {
        let losses = heads(images).map { $0.crossEntropy(labels: labels) }
        return losses[0] + losses[1] + losses[2]
      }
      return try store.parameters.map { Array64(try #require(gradients[$0])).values }
    }
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let fast = try gradients { network.logits($0).all }
    let slow = try gradients { network.asDefined($0).all }
    let whole = norm(slow.map(norm))
    var largest = 0.0
    for (parameter, (fast, slow)) in zip(store.parameters, zip(fast, slow)) {
      let scale = max(norm(slow), 1e-3 * whole)
      let deviation = norm(zip(fast, slow).map { $0 - $1 }) / scale
      largest = max(largest, deviation)
      #expect(deviation < 1e-3, "\(parameter.name)")
    }
    print("the fast form's gradients deviate by up to \(largest)")
  }

  /// Blocks that run again on the way back give the same gradients and move running statistics once.
  @Test(arguments: Backbone.allCases)
  func recomputedActivationsChangeNothing(_ backbone: Backbone) throws {
    let labels = Tensor(labels: (0..<2 * 64 * 64).map { UInt8($0 / 8 % 19) }, shape: [2, 64, 64])
    func pass(recomputing: Bool) -> (ParameterStore, Gradients) {
      let store = filledStore(backbone)
      let network = BiSeNet(
        store.scope(.training), backbone: backbone, recomputesActivations: recomputing)
      let (_, gradients) = valueWithGradients(of: store.parameters) {
        let losses = network.logits(images([2, 3, 64, 64])).all
          .map { $0.crossEntropy(labels: labels) }
        return losses[0] + losses[1] + losses[2]
      }
      return (store, gradients)
    }
    let (kept, expected) = pass(recomputing: false)
    let (store, found) = pass(recomputing: true)
    for (parameter, other) in zip(store.parameters, kept.parameters) {
      // What is added to a map's gradient outside the blocks is so in another order.
      let deviation = relativeL2(
        try #require(found[parameter]), Array64(try #require(expected[other])))
      #expect(deviation < 1e-4, "\(parameter.name)")
    }
    for (entry, other) in zip(store.entries, kept.entries) where entry.role != .trainable {
      #expect(
        entry.parameter.value.floats == other.parameter.value.floats, "\(entry.parameter.name)")
    }
  }

  /// In training the running statistics move once a pass, in inference never.
  @Test func runningStatisticsMoveInTrainingAlone() throws {
    let store = filledStore(.resnet18)
    let name = "context_path.layer3.1.bn2"
    let mean = try #require(store[name + ".running_mean"]).parameter
    let count = try #require(store[name + ".num_batches_tracked"]).parameter
    let images = images([2, 3, 32, 64])
    let before = mean.value.floats
    _ = BiSeNet(store.scope(.inference), backbone: .resnet18).logits(images)
    #expect(mean.value.floats == before && count.value.item == 0)
    _ = BiSeNet(store.scope(.training), backbone: .resnet18).logits(images)
    #expect(mean.value.floats != before && count.value.item == 1)
  }

  /// Calibrated on the same images; in both types of what is not in bytes.
  @Test(arguments: Backbone.allCases, [DType.float32, .bfloat16])
  func int8IsCloseToFloat32(_ backbone: Backbone, dtype: DType) {
    let store = filledStore(backbone)
    let shape: Shape = [2, 3, 72, 104]
    let calibration = Calibration()
    let observed = BiSeNet(store.scope(.calibrating(calibration)), backbone: backbone)
    let exact = observed(images(shape))
    let (coarse, records) = OperationObserver.observing {
      BiSeNet(store.scope(.quantised(calibration)), backbone: backbone)(images(shape, dtype))
    }
    for (index, (a, b)) in zip(coarse.all, exact.all).enumerated() {
      #expect(a.dtype == dtype)
      let deviation = relativeL2(a, b)
      print("\(backbone), output \(index): int8 deviates by \(deviation)")
      #expect(deviation < 0.1, "output \(index)")
    }
    // Maps become bytes at the end of the two first layers and numbers again before the heads.
    #expect(records.filter { $0.name == "quantise" }.count == 2)
    #expect(records.filter { $0.name == "dequantise" }.count == 3)
  }

  @Test(arguments: Backbone.allCases)
  func bfloat16IsCloseToFloat32(_ backbone: Backbone) {
    let store = filledStore(backbone)
    let network = BiSeNet(store.scope(.inference), backbone: backbone)
    let exact = network(images([2, 3, 64, 96]))
    let coarse = network(images([2, 3, 64, 96], .bfloat16))
    for (index, (a, b)) in zip(coarse.all, exact.all).enumerated() {
      #expect(a.dtype == .bfloat16)
      let deviation = relativeL2(a, b)
      print("\(backbone), output \(index): bfloat16 deviates by \(deviation)")
      #expect(deviation < 0.05, "output \(index)")
      #expect(deviation > 1e-5, "output \(index) was not computed in bfloat16")
    }
  }
}
