public import Tensor

/// `‖found - expected‖ / ‖expected‖`; where nothing but zeros is expected, `‖found‖`. Infinite where
/// a value that was found is not finite, so that every bound fails on it.
public func relativeL2(_ found: [Double], _ expected: [Double]) -> Double {
  precondition(found.count == expected.count, "\(found.count) values for \(expected.count)")
  var difference = 0.0, norm = 0.0
  for (a, b) in zip(found, expected) {
    difference += (a - b) * (a - b)
    norm += b * b
  }
  guard difference.isFinite else { return .infinity }
  return (norm > 0 ? difference / norm : difference).squareRoot()
}

/// `relativeL2` of two tensors' elements.
public func relativeL2(_ found: Tensor, _ expected: Tensor) -> Double {
  relativeL2(Array64(found).values, Array64(expected).values)
}

/// `relativeL2` of a tensor's elements from an array's.
public func relativeL2(_ found: Tensor, _ expected: Array64) -> Double {
  relativeL2(Array64(found).values, expected.values)
}

/// What a file of expected numbers keeps of a large tensor.
public struct GoldenSummary: Decodable, Sendable {
  /// The extents, where they are kept.
  public let shape: [Int]?
  /// The mean of the elements, where it is kept.
  public let mean: Double?
  /// The Euclidean norm of the elements.
  public let l2: Double
  /// Elements of the flattened tensor at `⌊k · count / sample.count⌋`.
  public let sample: [Double]
  /// The relative L2 deviation of the float32 run of whatever made the file, where it is kept.
  public let torchFloat32Error: Double?

  private enum CodingKeys: String, CodingKey {
    case shape, mean, l2, sample
    case torchFloat32Error = "torch_float32_error"
  }

  /// Where a tensor is not the one that was summarised; empty where it is.
  ///
  /// - Parameters:
  ///   - tensor: What was computed.
  ///   - name: What it is called in the messages.
  ///   - bound: The relative L2 deviation allowed. The norm and the mean may deviate as much, the
  ///     latter relative to the root mean square.
  ///   - absolute: Allowed per element besides, for values that are zero in exact arithmetic.
  public func mismatches(
    of tensor: Tensor, named name: String, bound: Double, absolute: Double = 1e-6
  ) -> [String] {
    if let shape, shape != tensor.shape.dimensions {
      return ["\(name): the shape is \(tensor.shape), expected \(shape)"]
    }
    let found = Array64(tensor).values
    let count = Double(max(1, found.count))
    let rms = l2 / count.squareRoot()
    var messages: [String] = []
    func check(_ what: String, _ deviation: Double, _ scale: Double, _ elements: Double) {
      // Not `deviation > …`: NaN must fail.
      if deviation <= bound * scale + absolute * elements.squareRoot() { return }
      messages.append(
        "\(name): \(what) deviates by \(deviation), \(deviation / scale) of \(scale); "
          + "allowed are \(bound) of it and \(absolute) per element")
    }
    let norm = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
    check("the norm", abs(norm - l2), l2, count)
    if let mean { check("the mean", abs(found.reduce(0, +) / count - mean), rms, 1) }
    let picked = sample.indices.map { found[$0 * found.count / sample.count] }
    let size = Double(sample.count)
    let difference = zip(picked, sample).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let sampleNorm = sample.reduce(0) { $0 + $1 * $1 }.squareRoot()
    check(
      "the sample", difference.squareRoot(), max(sampleNorm, rms * size.squareRoot()), size)
    return messages
  }
}
