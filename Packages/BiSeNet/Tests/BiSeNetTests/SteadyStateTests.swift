import BiSeNet
import NN
import Tensor
import Testing

/// What a pass takes from the system and lays out anew once the first ones are over: counts, which
/// unlike times are the same on every run.
@Suite struct SteadyStateTests {
  private func counts(
    of passes: Int, _ body: () -> Void
  ) -> (allocations: Int, reorders: Int) {
    for _ in 0..<2 { body() }
    let before = MemoryStatistics.current
    for _ in 0..<passes { body() }
    let after = MemoryStatistics.current
    return (after.allocations - before.allocations, (after.reorders - before.reorders) / passes)
  }

  @Test(arguments: Backbone.allCases, [DType.float32, .bfloat16])
  func inferenceNeitherAllocatesNorReorders(_ backbone: Backbone, dtype: DType) {
    let store = filledStore(backbone)
    expectSteadiness(BiSeNet(store.scope(.inference), backbone: backbone), dtype)
  }

  @Test(arguments: Backbone.allCases, [DType.float32, .bfloat16])
  func inferenceInBytesNeitherAllocatesNorReorders(_ backbone: Backbone, dtype: DType) {
    let store = filledStore(backbone)
    let calibration = Calibration()
    let observed = BiSeNet(store.scope(.calibrating(calibration)), backbone: backbone)
    _ = observed.mainLogits(Tensor(repeating: 0.5, shape: [1, 3, 64, 96]))
    expectSteadiness(BiSeNet(store.scope(.quantised(calibration)), backbone: backbone), dtype)
  }

  private func expectSteadiness(_ network: BiSeNet, _ dtype: DType) {
    let image = Tensor(repeating: 0.5, shape: [1, 3, 64, 96], dtype: dtype)
    let found = counts(of: 3) {
      _ = network.mainLogits(image).argmaxOverChannels(height: 64, width: 96)
    }
    #expect(found.allocations == 0)
    #expect(found.reorders == 0)
  }

  /// What is left are weights, packed for the pass back (in bfloat16 for both passes): they lie as
  /// their gradients do, which the pass forward reads too. Of the processors counted, those with AVX-512
  /// do fewest.
  @Test(arguments: [DType.float32, .bfloat16]) func aTrainingStepReordersWeights(dtype: DType) {
    let store = filledStore(.resnet18)
    let network = BiSeNet(store.scope(.training), backbone: .resnet18)
    let optimizer = SGD(store.parameters)
    let images = Tensor(repeating: 0.5, shape: [2, 3, 64, 96], dtype: dtype)
    let labels = Tensor(
      labels: (0..<2 * 64 * 96).map { UInt8($0 % 19) }, shape: [2, 64, 96])
    let found = counts(of: 3) {
      let (_, gradients) = valueWithGradients(of: store.parameters) {
        let losses = network.logits(images).all.map { $0.crossEntropy(labels: labels) }
        return losses[0] + losses[1] + losses[2]
      }
      optimizer.step(gradients, learningRate: 1e-4)
    }
    #expect(found.allocations == 0)
    #expect(found.reorders <= (dtype == .bfloat16 ? 64 : Processor.computesBFloat16 ? 30 : 32))
  }
}
