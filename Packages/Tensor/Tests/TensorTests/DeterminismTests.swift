import Tensor
import TensorTesting
import Testing

extension Serial {
  /// The same inputs give the same bits, on sizes that several threads share.
  @Suite struct DeterminismTests {
    @Test(arguments: [DType.float32, .bfloat16]) func sameBits(dtype: DType) throws {
      let inputs = [
        Array64(uniform: "bits.x", shape: [2, 24, 40, 36]).tensor(dtype),
        Array64(uniform: "bits.w", shape: [19, 24, 3, 3], scale: 0.2).tensor(),
        Array64(uniform: "bits.b", shape: [19]).tensor(),
        Array64(uniform: "bits.s", shape: [19], scale: 0.2, offset: 1).tensor(),
        Array64(uniform: "bits.t", shape: [19]).tensor(),
      ]
      let labels = LossTests.labels("bits.labels", [2, 160, 144], classes: 19)
      func step() -> (value: Tensor, gradients: [Tensor?]) {
        valueWithGradients(at: inputs) {
          let y = $0[0].conv2d(weight: $0[1], bias: $0[2], padding: 1)
            .batchNorm(scale: $0[3], shift: $0[4], relu: true).output
          let loss = y.crossEntropy(labels: labels)
          return loss + y.spatialMean().sum() + y.softmax().sum() + y.binaryCrossEntropy(target: 1)
        }
      }
      let first = step()
      for _ in 0..<3 {
        let again = step()
        #expect(again.value.item.bitPattern == first.value.item.bitPattern)
        for (a, b) in zip(again.gradients, first.gradients) {
          let a = try #require(a), b = try #require(b)
          #expect(a.withBytes { Array($0) } == b.withBytes { Array($0) })
        }
      }
    }

    @Test func sums() {
      let x = Array64(uniform: "bits.sum", shape: [1_000_003])
      let tensor = x.tensor()
      let first = tensor.sum().item
      #expect((0..<3).allSatisfy { _ in tensor.sum().item == first })
      #expect(abs(Double(first) - x.rounded(to: .float32).sum().values[0]) < 1e-4)
    }
  }
}
