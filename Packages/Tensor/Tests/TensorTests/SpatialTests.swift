import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct SpatialTests {
    /// Values that differ within each plane and are exact in bfloat16, so that no window has two
    /// largest elements, between which the gradient would be a matter of convention.
    static func distinct(_ shape: Shape) -> Array64 {
      let area = shape[2] * shape[3]
      return Array64(
        (0..<shape.count).map { Double(($0 % area * 37 + $0 / area * 11) % 211 - 105) / 64 },
        shape: shape)
    }

    @Test(arguments: [(3, 2, 1), (2, 2, 0), (3, 1, 1), (3, 2, 0), (17, 2, 8)])
    func maxPool(kernel: Int, stride: Int, padding: Int) {
      for shape in [[2, 19, 9, 7], [1, 3, 8, 11], [1, 33, 5, 6], [1, 16, 10, 12]] as [Shape] {
        let messages = checkOperation(
          "maxPool2d \(shape) kernel \(kernel) stride \(stride) padding \(padding)",
          [.activation(Self.distinct(shape))],
          operation: { $0[0].maxPool2d(kernel: kernel, stride: stride, padding: padding) },
          reference: { $0[0].maxPool2d(kernel: kernel, stride: stride, padding: padding) })
        #expect(messages == [])
      }
    }

    static let sizes: [(from: [Int], to: [Int])] = [
      ([5, 7], [10, 14]), ([3, 4], [24, 32]), ([5, 7], [12, 9]), ([9, 11], [4, 5]),
      ([8, 6], [4, 3]), ([1, 1], [3, 5]), ([6, 5], [6, 15]), ([7, 9], [3, 20]),
    ]

    @Test(arguments: sizes) func bilinear(from: [Int], to: [Int]) {
      for channels in [3, 19] {
        let messages = checkOperation(
          "upsampledBilinear \(channels) channels \(from) to \(to)",
          [.activation([2, channels, from[0], from[1]])],
          operation: { $0[0].upsampledBilinear(height: to[0], width: to[1]) },
          reference: { $0[0].upsampledBilinear(height: to[0], width: to[1]) })
        #expect(messages == [])
      }
    }

    @Test(arguments: sizes) func nearest(from: [Int], to: [Int]) {
      for channels in [5, 24] {
        let messages = checkOperation(
          "upsampledNearest \(channels) channels \(from) to \(to)",
          [.activation([2, channels, from[0], from[1]])],
          operation: { $0[0].upsampledNearest(height: to[0], width: to[1]) },
          reference: { $0[0].upsampledNearest(height: to[0], width: to[1]) })
        #expect(messages == [])
      }
    }

    @Test(arguments: [DType.float32, .bfloat16], [1, 8, 16, 0])
    func argmax(dtype: DType, block: Int) {
      let scores = Array64(uniform: "argmax", shape: [2, 19, 6, 7], scale: 5).rounded(to: dtype)
      let tensor = scores.tensor(dtype).relaid(block: block)
      let here = scores.argmaxOverChannels()
      let (labels, values) = tensor.maxOverChannels()
      #expect(labels.shape == [2, 6, 7] && values.shape == [2, 6, 7])
      #expect(labels.labels == here.labels)
      #expect(values.floats == here.values.map { Float($0) })
      #expect(tensor.argmaxOverChannels().labels == here.labels)

      let large = scores.upsampledBilinear(height: 24, width: 21)
      let there = large.argmaxOverChannels()
      #expect(tensor.argmaxOverChannels(height: 24, width: 21).labels == there.labels)
      let (classes, confidence) = tensor.classesWithConfidence(height: 24, width: 21)
      #expect(classes.labels == there.labels)
      #expect(
        relativeL2(
          Array64(confidence).values, large.softmax().argmaxOverChannels().values) < 1e-6)
    }

    /// Labels alone are found without enlarging where four neighbours agree: of smooth scores most do,
    /// of rough ones none.
    @Test(arguments: [DType.float32, .bfloat16], [[72, 104], [71, 101], [5, 40], [9, 13]])
    func labelsAloneEqualThoseWithConfidence(dtype: DType, size: [Int]) {
      let rough = Array64(uniform: "rough", shape: [2, 19, 9, 13], scale: 5)
      var smooth = rough
      for index in smooth.values.indices {
        let (channel, column) = (index / 117 % 19, index % 13)
        smooth.values[index] += (channel == column / 5 * 7) ? 20 : 0
      }
      for (scores, block) in [(rough, 16), (smooth, 16), (smooth, 1)] {
        let tensor = scores.rounded(to: dtype).tensor(dtype).relaid(block: block)
        let alone = tensor.argmaxOverChannels(height: size[0], width: size[1]).labels
        #expect(
          alone == tensor.classesWithConfidence(height: size[0], width: size[1]).labels.labels)
      }
    }

    @Test func argmaxTakesTheFirstOfEqualScores() {
      #expect(Tensor([1, 2, 2, 0], shape: [1, 4, 1, 1]).argmaxOverChannels().labels == [1])
    }
  }
}
