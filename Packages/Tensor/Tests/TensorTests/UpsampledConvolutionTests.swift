import Tensor
import TensorTesting
import Testing

extension Serial {
  /// A convolution over enlarged maps, made before they are enlarged.
  @Suite struct UpsampledConvolutionTests {
    struct Sizes: Sendable {
      let own: Shape
      let maps: [Shape]
      let outputs: Int
    }

    static let sizes = [
      Sizes(own: [2, 5, 8, 4], maps: [[2, 3, 4, 2], [2, 2, 2, 1]], outputs: 19),
      Sizes(own: [1, 2, 7, 5], maps: [[1, 3, 3, 2]], outputs: 16),
      Sizes(own: [1, 3, 4, 4], maps: [[1, 17, 1, 1], [1, 2, 4, 4]], outputs: 3),
      Sizes(own: [1, 2, 6, 1], maps: [[1, 3, 3, 1]], outputs: 33),
      Sizes(own: [1, 2, 9, 13], maps: [[1, 3, 5, 7], [1, 2, 3, 4]], outputs: 19),
    ]

    @Test(arguments: sizes) func equalsTheDefinition(_ sizes: Sizes) {
      let channels = sizes.maps.reduce(sizes.own[1]) { $0 + $1[1] }
      // In bfloat16 each place's product is rounded before it is enlarged, nine per map.
      let messages = checkOperation(
        "conv2d upsampling \(sizes.own) \(sizes.maps)",
        [.activation(sizes.own)] + sizes.maps.map { .activation($0) }
          + [.parameter([sizes.outputs, channels, 3, 3], scale: 0.2)],
        operation: {
          $0[0].conv2d(upsampling: Array($0[1..<$0.count - 1]), weight: $0[$0.count - 1])
        },
        reference: { inputs in
          let own = inputs[0]
          let maps = inputs[1..<inputs.count - 1].map {
            $0.upsampledBilinear(height: own.shape[2], width: own.shape[3])
          }
          return Array64.concatenated([own] + maps)
            .conv2d(weight: inputs[inputs.count - 1], padding: 1)
        })
      #expect(messages == [])
    }

    @Test(arguments: [DType.float32, .bfloat16]) func inferenceAddsBiasAndReLU(dtype: DType) {
      let x = Array64(uniform: "up.x", shape: [2, 32, 8, 10]).tensor(dtype)
      let map = Array64(uniform: "up.m", shape: [2, 24, 4, 5]).tensor(dtype)
      let weight = Array64(uniform: "up.w", shape: [19, 56, 3, 3], scale: 0.1).tensor()
      let bias = Array64(uniform: "up.b", shape: [19]).tensor()
      let fused = x.conv2dForInference(
        upsampling: [map], weight: weight, bias: bias, relu: true)
      let plain = Tensor.concatenated([x, map.upsampledBilinear(height: 8, width: 10)])
        .conv2d(weight: weight, bias: bias, padding: 1).relu()
      #expect(relativeL2(fused, Array64(plain)) < (dtype == .float32 ? 1e-6 : 1e-2))
      #expect(fused.floats.contains(0))
    }

    /// A map that needs no gradient does not move the gradient of the next one.
    @Test func aConstantMapKeepsTheOthersPlaces() throws {
      let x = Array64(uniform: "up.x", shape: [2, 5, 8, 10]).tensor()
      let constant = Array64(uniform: "up.c", shape: [2, 3, 4, 5]).tensor()
      let recorded = Array64(uniform: "up.r", shape: [2, 3, 4, 5]).tensor()
      let weight = Array64(uniform: "up.w", shape: [7, 11, 3, 3]).tensor()
      let seed = Array64(uniform: "up.s", shape: [2, 7, 8, 10]).tensor()
      let (_, fused) = valueWithGradients(at: [recorded]) {
        (x.conv2d(upsampling: [constant, $0[0]], weight: weight) * seed).sum()
      }
      let (_, plain) = valueWithGradients(at: [recorded]) {
        let enlarged = [constant, $0[0]].map { $0.upsampledBilinear(height: 8, width: 10) }
        return (Tensor.concatenated([x] + enlarged).conv2d(weight: weight, padding: 1) * seed).sum()
      }
      #expect(relativeL2(try #require(fused[0]), try #require(plain[0])) < 1e-6)
    }

    /// The parts of a weight are kept with it, so they have to go when it changes.
    @Test func followsItsParameter() {
      let x = Array64(uniform: "up.p", shape: [1, 16, 4, 4]).tensor()
      let map = Array64(uniform: "up.q", shape: [1, 16, 2, 2]).tensor()
      let weight = Parameter(
        name: "w", Array64(uniform: "up.v", shape: [3, 32, 3, 3]).tensor())
      let before = x.conv2d(upsampling: [map], weight: weight.value).floats
      weight.mutate { storage in
        storage.withElements(of: Float.self) { values in
          for index in values.indices { values[index] *= 2 }
        }
      }
      let after = x.conv2d(upsampling: [map], weight: weight.value).floats
      #expect(zip(before, after).allSatisfy { abs($1 - 2 * $0) < 1e-5 })
    }
  }
}
