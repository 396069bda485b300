import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct ConvolutionTests {
    struct Case: CustomTestStringConvertible, Sendable {
      let input: Shape
      let weight: Shape
      var stride = 1
      var padding = 0
      var dilation = 1
      var groups = 1
      var bias = false

      var testDescription: String {
        "\(input) by \(weight), stride \(stride), padding \(padding), dilation \(dilation), "
          + "\(groups) groups, \(bias ? "bias" : "no bias")"
      }
    }

    static let cases = [
      Case(input: [2, 5, 9, 7], weight: [7, 5, 3, 3], padding: 1, bias: true),
      Case(input: [2, 19, 9, 11], weight: [33, 19, 3, 3], stride: 2, padding: 1),
      Case(input: [1, 16, 8, 8], weight: [32, 16, 3, 3], padding: 1, bias: true),
      Case(input: [1, 48, 7, 6], weight: [40, 48, 3, 3], padding: 1),
      Case(input: [2, 32, 7, 9], weight: [64, 32, 3, 3], padding: 1, bias: true),
      Case(input: [3, 64, 1, 1], weight: [32, 64, 3, 3], padding: 1),
      Case(input: [1, 24, 5, 7], weight: [48, 24, 3, 3], padding: 1),
      Case(input: [1, 16, 7, 6], weight: [32, 16, 3, 3]),
      Case(input: [1, 16, 5, 6], weight: [32, 16, 3, 3], padding: 2),
      Case(input: [1, 16, 7, 6], weight: [32, 16, 3, 3], padding: 2, dilation: 2),
      Case(input: [1, 3, 17, 15], weight: [24, 3, 7, 7], stride: 2, padding: 3),
      Case(input: [2, 19, 7, 9], weight: [5, 19, 1, 1], stride: 2),
      Case(input: [1, 24, 5, 7], weight: [19, 24, 1, 1], bias: true),
      Case(input: [2, 33, 1, 1], weight: [33, 33, 1, 1], bias: true),
      Case(input: [1, 5, 9, 11], weight: [19, 5, 3, 3], padding: 2, dilation: 2),
      Case(input: [2, 15, 7, 5], weight: [21, 5, 3, 3], padding: 1, groups: 3, bias: true),
      Case(input: [2, 19, 9, 11], weight: [19, 1, 4, 4], stride: 2, padding: 1, groups: 19),
      Case(input: [1, 18, 5, 3], weight: [18, 1, 3, 3], padding: 1, groups: 18, bias: true),
      Case(input: [2, 19, 10, 13], weight: [5, 19, 4, 4], stride: 2, padding: 1, bias: true),
      Case(input: [1, 24, 6, 7], weight: [1, 24, 4, 4], stride: 2, padding: 1, bias: true),
    ]

    @Test(arguments: cases) func valueAndGradients(_ a: Case) {
      let operands: [Operand] =
        [.activation(a.input), .parameter(a.weight, scale: 0.5)]
        + (a.bias ? [.parameter([a.weight[0]])] : [])
      let messages = checkOperation(
        "conv2d \(a.testDescription)", operands, samples: 24,
        operation: {
          $0[0].conv2d(
            weight: $0[1], bias: a.bias ? $0[2] : nil, stride: a.stride, padding: a.padding,
            dilation: a.dilation, groups: a.groups)
        },
        reference: {
          $0[0].conv2d(
            weight: $0[1], bias: a.bias ? $0[2] : nil, stride: a.stride, padding: a.padding,
            dilation: a.dilation, groups: a.groups)
        })
      #expect(messages == [])
    }

    @Test(arguments: [DType.float32, .bfloat16], [1, 8, 16, 0])
    func fusedEqualsDecomposed(dtype: DType, block: Int) {
      let x = Array64(uniform: "fused.x", shape: [2, 19, 9, 7]).tensor(dtype).relaid(block: block)
      let weight = Array64(uniform: "fused.w", shape: [24, 19, 3, 3], scale: 0.2).tensor()
      let bias = Array64(uniform: "fused.b", shape: [24]).tensor()
      let residual = Array64(uniform: "fused.r", shape: [2, 24, 5, 4]).tensor(dtype)
        .relaid(block: block)
      let before = residual.floats
      let bound = dtype == .float32 ? 1e-6 : 1e-2
      for (hasBias, hasResidual, relu) in [
        (true, true, true), (true, false, true), (false, true, false), (false, true, true),
        (false, false, false),
      ] {
        let fused = x.conv2dForInference(
          weight: weight, bias: hasBias ? bias : nil, stride: 2, padding: 1,
          residual: hasResidual ? residual : nil, relu: relu)
        var twin = x.conv2d(weight: weight, bias: hasBias ? bias : nil, stride: 2, padding: 1)
        if hasResidual { twin = twin + residual }
        if relu { twin = twin.relu() }
        #expect(fused.dtype == dtype)
        #expect(relativeL2(fused, twin) < bound, "bias \(hasBias) sum \(hasResidual) relu \(relu)")
        #expect(residual.floats == before, "the residual is read, not overwritten")
      }
    }

    @Test func weightGradientStaysFloat32() throws {
      let x = Array64(uniform: "mixed.x", shape: [2, 5, 6, 7]).tensor(.bfloat16)
      let weight = Parameter(
        name: "w", Array64(uniform: "mixed.w", shape: [7, 5, 3, 3]).tensor())
      let bias = Parameter(name: "b", Array64(uniform: "mixed.b", shape: [7]).tensor())
      let (value, gradients) = valueWithGradients(of: [weight, bias]) {
        let y = x.conv2d(weight: weight.value, bias: bias.value, padding: 1)
        #expect(y.dtype == .bfloat16)
        return y.sum()
      }
      #expect(value.dtype == .float32)
      #expect(try #require(gradients[weight]).dtype == .float32)
      #expect(try #require(gradients[bias]).dtype == .float32)
      // Every output takes the bias once.
      #expect(gradients[bias]?.floats == [Float](repeating: 2 * 6 * 7, count: 7))
    }

    @Test(arguments: [DType.float32, .bfloat16], [[24, 19], [32, 16]])
    func packedWeightsFollowTheParameter(dtype: DType, channels: [Int]) {
      let x = Array64(uniform: "packed.x", shape: [1, channels[1], 8, 8]).tensor(dtype)
      let first = Array64(uniform: "packed.w", shape: [channels[0], channels[1], 3, 3])
      let weight = Parameter(name: "w", first.tensor())
      let before = x.conv2d(weight: weight.value, padding: 1)
      #expect(before.floats == x.conv2d(weight: first.tensor(), padding: 1).floats)
      for factor in [Float(2), -0.5] {
        weight.mutate { storage in
          storage.withElements(of: Float.self) { elements in
            for index in elements.indices { elements[index] = Float(first.values[index]) * factor }
          }
        }
        let fresh = (Double(factor) * first).tensor()
        #expect(
          x.conv2d(weight: weight.value, padding: 1).floats
            == x.conv2d(weight: fresh, padding: 1).floats)
      }
      weight.update(first.tensor())
      #expect(x.conv2d(weight: weight.value, padding: 1).floats == before.floats)
    }

    /// A weight that operations made may have any type and layout.
    @Test(arguments: [1, 2]) func computedWeights(groups: Int) {
      let messages = checkOperation(
        "conv2d by a computed weight in \(groups) groups",
        [
          .activation([1, 6, 5, 7]), .activation([4, 6 / groups, 3, 3], offset: 0.5),
          .activation([4]),
        ],
        operation: {
          $0[0].conv2d(weight: $0[1].relu(), bias: $0[2].leakyReLU(slope: 0.5), groups: groups)
        },
        reference: {
          $0[0].conv2d(weight: $0[1].relu(), bias: $0[2].leakyReLU(slope: 0.5), groups: groups)
        })
      #expect(messages == [])
    }

    @Test func matrixProducts() {
      for (a, b) in [([5, 7], [7, 3]), ([3, 4, 19], [3, 19, 6])] as [([Int], [Int])] {
        let messages = checkOperation(
          "matmul \(a) \(b)", [.activation(Shape(a)), .activation(Shape(b))],
          operation: { $0[0].matmul($0[1]) }, reference: { $0[0].matmul($0[1]) })
        #expect(messages == [])
      }
    }
  }
}
