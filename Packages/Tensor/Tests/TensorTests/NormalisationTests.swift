import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct NormalisationTests {
    static let shapes: [Shape] = [
      [2, 3, 5, 7], [2, 19, 5, 4], [3, 24, 3, 3], [1, 33, 4, 5], [4, 16, 1, 1],
    ]

    static func operands(_ shape: Shape) -> [Operand] {
      [
        .activation(shape, scale: 2, offset: 0.5),
        .parameter([shape[1]], scale: 0.5, offset: 1),
        .parameter([shape[1]]),
      ]
    }

    @Test(arguments: shapes, [false, true]) func batchStatistics(shape: Shape, relu: Bool) {
      let messages = checkOperation(
        "batchNorm \(shape) relu \(relu)", Self.operands(shape),
        operation: { $0[0].batchNorm(scale: $0[1], shift: $0[2], relu: relu).output },
        reference: {
          let y = $0[0].batchNorm(scale: $0[1], shift: $0[2]).output
          return relu ? y.relu() : y
        })
      #expect(messages == [])
    }

    @Test(arguments: [DType.float32, .bfloat16], [1, 8, 16, 0])
    func statisticsThemselves(dtype: DType, block: Int) {
      let shape: Shape = [2, 19, 5, 4]
      let x = Array64(uniform: "bn.x", shape: shape, offset: 3).rounded(to: dtype)
      let scale = Array64(uniform: "bn.scale", shape: [19])
      let shift = Array64(uniform: "bn.shift", shape: [19])
      let found = x.tensor(dtype).relaid(block: block).batchNorm(
        scale: scale.tensor(), shift: shift.tensor())
      let expected = x.batchNorm(scale: scale, shift: shift)
      // Statistics are float32 whatever the input is.
      #expect(found.mean.dtype == .float32 && found.variance.dtype == .float32)
      #expect(relativeL2(found.mean, expected.mean) < 1e-6)
      #expect(relativeL2(found.variance, expected.variance) < 1e-5)
    }

    @Test(arguments: shapes) func givenStatistics(shape: Shape) {
      let operands =
        Self.operands(shape) + [
          .parameter([shape[1]]), .parameter([shape[1]], scale: 0.5, offset: 1),
        ]
      let messages = checkOperation(
        "batchNorm by given statistics \(shape)", operands, gradients: false,
        operation: {
          $0[0].batchNorm(scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4])
        },
        reference: {
          $0[0].batchNorm(scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4])
        })
      #expect(messages == [])
    }

    @Test(arguments: [DType.float32, .bfloat16], [1, 8, 16])
    func fusedReLUEqualsDecomposed(dtype: DType, block: Int) throws {
      let inputs = [
        Array64(uniform: "bnrelu.x", shape: [2, 24, 7, 5]).tensor(dtype).relaid(block: block),
        Array64(uniform: "bnrelu.s", shape: [24]).tensor(),
        Array64(uniform: "bnrelu.b", shape: [24]).tensor(),
      ]
      let r = Array64(uniform: "bnrelu.r", shape: [2, 24, 7, 5]).tensor(dtype)
      let fused = valueWithGradients(at: inputs) {
        ($0[0].batchNorm(scale: $0[1], shift: $0[2], relu: true).output * r).sum()
      }
      let twin = valueWithGradients(at: inputs) {
        ($0[0].batchNorm(scale: $0[1], shift: $0[2]).output.relu() * r).sum()
      }
      #expect(abs(fused.value.item - twin.value.item) <= 1e-4 * abs(twin.value.item))
      for (a, b) in zip(fused.gradients, twin.gradients) {
        #expect(relativeL2(try #require(a), try #require(b)) < (dtype == .float32 ? 1e-6 : 1e-2))
      }
    }
  }
}
