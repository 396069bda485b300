import Foundation
import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct LossTests {
    /// Labels below `classes`, a quarter of them ignored.
    static func labels(_ name: String, _ shape: Shape, classes: Int) -> Tensor {
      let values = uniform(name: name, count: shape.count).map { value -> UInt8 in
        value < -0.5 ? 255 : UInt8(Double(classes) * (value + 0.5) / 1.5)
      }
      return Tensor(labels: values, shape: shape)
    }

    @Test(arguments: [[5, 7], [10, 14], [40, 56], [11, 9]])
    func crossEntropy(size: [Int]) {
      for classes in [3, 19] {
        let labels = Self.labels("ce.labels", [2, size[0], size[1]], classes: classes)
        let messages = checkOperation(
          "crossEntropy \(classes) classes at \(size)",
          [.activation([2, classes, 5, 7], scale: 3)],
          operation: { $0[0].crossEntropy(labels: labels) },
          reference: {
            $0[0].crossEntropy(labels: labels.labels, height: size[0], width: size[1])
          })
        #expect(messages == [])
      }
    }

    @Test(arguments: [DType.float32, .bfloat16])
    func fusedUpsamplingEqualsDecomposed(dtype: DType) throws {
      let logits = Array64(uniform: "fusedce", shape: [2, 19, 6, 5], scale: 3).tensor(dtype)
      let labels = Self.labels("fusedce.labels", [2, 48, 40], classes: 19)
      let fused = valueWithGradients(at: [logits]) { $0[0].crossEntropy(labels: labels) }
      let twin = valueWithGradients(at: [logits]) {
        $0[0].upsampledBilinear(height: 48, width: 40).crossEntropy(labels: labels)
      }
      let bound = dtype == .float32 ? 1e-6 : 1e-2
      #expect(relativeL2(fused.value, twin.value) < bound)
      #expect(
        relativeL2(try #require(fused.gradients[0]), try #require(twin.gradients[0])) < bound)
    }

    @Test(arguments: [DType.float32, .bfloat16], [5, 20])
    func nothingLabelledCostsNothing(dtype: DType, size: Int) throws {
      let logits = Array64(uniform: "ignored", shape: [1, 19, 5, 5]).tensor(dtype)
      let labels = Tensor(
        labels: [UInt8](repeating: 255, count: size * size), shape: [1, size, size])
      let (value, gradients) = valueWithGradients(at: [logits]) {
        $0[0].crossEntropy(labels: labels)
      }
      #expect(value.item == 0)
      #expect(try #require(gradients[0]).floats.allSatisfy { $0 == 0 })
    }

    /// Whichever channel it stands in: a run that looks at its losses must not miss it.
    @Test(arguments: 0..<3) func crossEntropyOfNaNIsNaN(channel: Int) {
      var logits = [Float](repeating: 0, count: 3)
      logits[channel] = .nan
      let pixel = Tensor(logits, shape: [1, 3, 1, 1])
      #expect(pixel.crossEntropy(labels: Tensor(labels: [0], shape: [1, 1, 1])).item.isNaN)
      #expect(pixel.logSoftmax().floats.allSatisfy { $0.isNaN })
    }

    @Test func crossEntropyOfExtremeLogits() throws {
      // Pixel 0: certain and right; pixel 1: certain and wrong; pixel 2: both far from zero.
      let planes: [Float] = [1e4, 1e4, 9999, -1e4, -1e4, 1e4]
      let logits = Tensor(planes, shape: [1, 2, 1, 3])
      let labels: [UInt8] = [0, 1, 1]
      let (value, gradients) = valueWithGradients(at: [logits]) {
        $0[0].crossEntropy(labels: Tensor(labels: labels, shape: [1, 1, 3]))
      }
      let expected = Array64(logits).crossEntropy(labels: labels, height: 1, width: 3)
      #expect(relativeL2(value, expected) < 1e-6)
      #expect(try #require(gradients[0]).floats.allSatisfy { $0.isFinite })
    }

    @Test func smallLossesBetweenLargeLogitsKeepTheirDigits() {
      // Two scores of about 1000 that differ by 8: the loss, 3.4e-4, is smaller than the spacing
      // of float32 near the scores.
      let logits = Tensor([1008, 1000], shape: [1, 2, 1, 1])
      let expected = log1p(exp(-8.0))
      let loss = logits.crossEntropy(labels: Tensor(labels: [0], shape: [1, 1, 1]))
      #expect(abs(Double(loss.item) - expected) < 1e-3 * expected)
      let logarithm = logits.logSoftmax().floats
      #expect(abs(-Double(logarithm[0]) - expected) < 1e-3 * expected)
      #expect(abs(Double(logarithm[1]) + 8 + expected) < 1e-5)
    }

    @Test(arguments: [Float(0), 1, 0.3]) func binaryCrossEntropy(target: Float) {
      let messages = checkOperation(
        "binaryCrossEntropy \(target)", [.activation([2, 3, 7, 5], scale: 6)],
        operation: { $0[0].binaryCrossEntropy(target: target) },
        reference: { $0[0].binaryCrossEntropy(target: Double(target)) })
      #expect(messages == [])
    }

    @Test func binaryCrossEntropyOfExtremeLogits() throws {
      let logits = Tensor([1e4, -1e4, 15, -15], shape: [4])
      for target in [Float(0), 1] {
        let (value, gradients) = valueWithGradients(at: [logits]) {
          $0[0].binaryCrossEntropy(target: target)
        }
        let expected = Array64(logits).binaryCrossEntropy(target: Double(target))
        #expect(relativeL2(value, expected) < 1e-6)
        #expect(try #require(gradients[0]).floats.allSatisfy { $0.isFinite })
      }
      // A loss near zero keeps its digits: ln(1 + e^-15) = 3.06e-7.
      let sure = Tensor(repeating: 15, shape: [7]).binaryCrossEntropy(target: 1).item
      #expect(abs(Double(sure) / log1p(exp(-15.0)) - 1) < 1e-5)
    }

    @Test(arguments: [[10, 14], [40, 56], [11, 9], [5, 7]]) func atALargerSize(size: [Int]) {
      let (height, width) = (size[0], size[1])
      let messages =
        checkOperation(
          "binaryCrossEntropy at \(size)", [.activation([2, 1, 5, 7], scale: 6)],
          operation: {
            $0[0].binaryCrossEntropy(target: 0.3, height: height, width: width)
          },
          reference: {
            $0[0].upsampledBilinear(height: height, width: width).binaryCrossEntropy(target: 0.3)
          })
        + checkOperation(
          "upsampledSoftmax at \(size)", [.activation([2, 3, 5, 7], scale: 3)],
          operation: { $0[0].upsampledSoftmax(height: height, width: width) },
          reference: { $0[0].upsampledBilinear(height: height, width: width).softmax() })
      #expect(messages == [])
    }

    @Test func softmaxOfLargeLogits() {
      let logits = Array64(
        [1e4, -1e4, 9999, 88, -104, 0, -1e4, -10001, -9999, .leastNormalMagnitude, 0, 20],
        shape: [1, 3, 2, 2])
      #expect(relativeL2(logits.tensor().softmax(), logits.softmax()) < 1e-6)
      #expect(relativeL2(logits.tensor().logSoftmax(), logits.logSoftmax()) < 1e-6)
    }

    /// The kernels' exponential and logarithm, element by element rather than on average.
    @Test func exponentialAndLogarithm() {
      let logits = Array64(uniform: "explog", shape: [1, 2, 64, 64], scale: 20)
        .rounded(to: .float32)
      let found = logits.tensor().softmax().floats, expected = logits.softmax().values
      let largest = zip(found, expected).map { abs(Double($0) / $1 - 1) }.max() ?? 1
      // Beyond the kernels' 2 ulp: the difference of two logits rounds by up to 2e-6.
      #expect(largest < 4e-6)
      let logarithms = logits.tensor().logSoftmax().floats
      let error = zip(logarithms, logits.logSoftmax().values).map { abs(Double($0) - $1) }.max()
      #expect((error ?? 1) < 4e-6)
    }
  }
}
