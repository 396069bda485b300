import BiSeNet
import NN
import Tensor
import TensorTesting
import Testing

/// A few steps of training on one batch.
@Suite struct LearningTests {
  /// The summed losses of each step, and the parameters after the last.
  private func train(_ dtype: DType, steps: Int) -> (losses: [Float], store: ParameterStore) {
    let store = ParameterStore(seed: 5)
    let network = BiSeNet(store.scope(.training), backbone: .resnet18)
    let optimizer = SGD(store.parameters)
    let shape: Shape = [2, 3, 64, 96]
    let images = Array64(uniform: "images", shape: shape, scale: 2).tensor(dtype)
    // Two classes, told apart by the half of the picture that they fill, and a border that is void.
    let labels = (0..<2 * 64 * 96).map { index -> UInt8 in
      let y = index / 96 % 64, x = index % 96
      return x < 8 ? 255 : y < 32 ? 2 : 11
    }
    let truth = Tensor(labels: labels, shape: [2, 64, 96])
    var losses: [Float] = []
    for _ in 0..<steps {
      let (loss, gradients) = valueWithGradients(of: store.parameters) {
        let parts = network.logits(images).all.map { $0.crossEntropy(labels: truth) }
        return parts[0] + parts[1] + parts[2]
      }
      losses.append(loss.item)
      optimizer.step(gradients, learningRate: 0.01)
    }
    return (losses, store)
  }

  @Test(arguments: [DType.float32, .bfloat16]) func aFewStepsLowerTheLoss(_ dtype: DType) throws {
    let (losses, store) = train(dtype, steps: 8)
    print("\(dtype): losses \(losses)")
    #expect(losses.allSatisfy { $0.isFinite })
    let last = try #require(losses.last)
    #expect(last < 0.5 * losses[0])
    #expect(store.entries.allSatisfy { $0.parameter.value.dtype == .float32 })
  }

  @Test(arguments: [DType.float32, .bfloat16]) func twoRunsGiveTheSameBits(_ dtype: DType) {
    let first = train(dtype, steps: 3), second = train(dtype, steps: 3)
    #expect(first.losses.map(\.bitPattern) == second.losses.map(\.bitPattern))
    for (a, b) in zip(first.store.entries, second.store.entries) {
      let same =
        a.parameter.value.floats.map(\.bitPattern) == b.parameter.value.floats.map(\.bitPattern)
      #expect(same, "\(a.parameter.name)")
    }
  }
}
