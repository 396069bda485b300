import Foundation
import Tensor

// Named apart from the kernels under test.
func exponential(_ x: Double) -> Double { Foundation.exp(x) }

extension Array64 {
  /// Normalisation per channel by the array's own mean and biased variance, which are returned too.
  public func batchNorm(scale: Array64, shift: Array64, epsilon: Double = 1e-5) -> (
    output: Array64, mean: Array64, variance: Array64
  ) {
    var mean = Array64(zeros: scale.shape), variance = mean
    let count = Double(shape[0] * shape[2] * shape[3])
    forEachElement { value, c in mean.values[c] += value / count }
    forEachElement { value, c in
      variance.values[c] += (value - mean.values[c]) * (value - mean.values[c]) / count
    }
    let output = batchNorm(
      scale: scale, shift: shift, mean: mean, variance: variance, epsilon: epsilon)
    return (output, mean, variance)
  }

  /// Normalisation per channel by given statistics.
  public func batchNorm(
    scale: Array64, shift: Array64, mean: Array64, variance: Array64, epsilon: Double = 1e-5
  ) -> Array64 {
    Self.filled(shape) { n, c, y, x in
      (self[n, c, y, x] - mean.values[c]) / (variance.values[c] + epsilon).squareRoot()
        * scale.values[c] + shift.values[c]
    }
  }

  private func forEachElement(_ body: (_ value: Double, _ channel: Int) -> Void) {
    let area = shape[2] * shape[3]
    for (index, value) in values.enumerated() { body(value, index / area % shape[1]) }
  }

  /// Softmax over the channels of `[N, C, H, W]`.
  public func softmax() -> Array64 { logSoftmax().map(exponential) }

  /// The logarithm of the softmax over the channels of `[N, C, H, W]`.
  public func logSoftmax() -> Array64 {
    var result = self
    for n in 0..<shape[0] {
      for y in 0..<shape[2] {
        for x in 0..<shape[3] {
          let scores = (0..<shape[1]).map { self[n, $0, y, x] }
          let largest = scores.max() ?? 0
          let total = log(scores.reduce(0) { $0 + exp($1 - largest) })
          for c in 0..<shape[1] { result[n, c, y, x] = scores[c] - largest - total }
        }
      }
    }
    return result
  }

  /// Mean cross-entropy over the pixels whose label is a class, the logits first resized
  /// bilinearly to the size of the labels; 0 where no pixel has one.
  ///
  /// - Parameter labels: `[N, height, width]` in row-major order.
  public func crossEntropy(labels: [UInt8], height: Int, width: Int) -> Array64 {
    let logarithms =
      (height == shape[2] && width == shape[3]
      ? self : upsampledBilinear(height: height, width: width)).logSoftmax()
    var total = 0.0, count = 0.0
    for n in 0..<shape[0] {
      for y in 0..<height {
        for x in 0..<width {
          let label = Int(labels[(n * height + y) * width + x])
          if label >= shape[1] { continue }
          total -= logarithms[n, label, y, x]
          count += 1
        }
      }
    }
    return Array64(count == 0 ? 0 : total / count)
  }

  /// Mean binary cross-entropy of logits with one target.
  public func binaryCrossEntropy(target: Double) -> Array64 {
    map { max($0, 0) - $0 * target + log1p(exp(-abs($0))) }.mean()
  }

  /// The first of the largest channels per pixel, and its value.
  public func argmaxOverChannels() -> (labels: [UInt8], values: [Double]) {
    var labels: [UInt8] = [], largest: [Double] = []
    for n in 0..<shape[0] {
      for y in 0..<shape[2] {
        for x in 0..<shape[3] {
          var best = 0
          for c in 0..<shape[1] where self[n, c, y, x] > self[n, best, y, x] { best = c }
          labels.append(UInt8(best))
          largest.append(self[n, best, y, x])
        }
      }
    }
    return (labels, largest)
  }
}
