import Tensor

extension Array64 {
  /// Element by element.
  public static func + (a: Array64, b: Array64) -> Array64 {
    Array64(zip(a.values, b.values).map { $0 + $1 }, shape: a.shape)
  }

  /// Element by element.
  public static func * (a: Array64, b: Array64) -> Array64 {
    Array64(zip(a.values, b.values).map { $0 * $1 }, shape: a.shape)
  }

  /// Every element times a number.
  public static func * (factor: Double, x: Array64) -> Array64 { x.map { factor * $0 } }

  /// `max(x, 0)`.
  public func relu() -> Array64 { map { max($0, 0) } }

  /// x where x > 0, else `slope · x`.
  public func leakyReLU(slope: Double) -> Array64 { map { $0 > 0 ? $0 : slope * $0 } }

  /// `1 / (1 + e^-x)`.
  public func sigmoid() -> Array64 { map { 1 / (1 + exponential(-$0)) } }

  /// The sum of all elements.
  public func sum() -> Array64 { Array64(values.reduce(0, +)) }

  /// The mean of all elements.
  public func mean() -> Array64 { Array64(values.reduce(0, +) / Double(values.count)) }

  /// The same elements under another shape.
  public func reshaped(_ dimensions: [Int]) -> Array64 {
    Array64(values, shape: .init(dimensions))
  }

  /// The matrix product of the last two dimensions, over equal leading ones.
  public func matmul(_ other: Array64) -> Array64 {
    let rank = shape.rank
    let rows = shape[rank - 2], inner = shape[rank - 1], columns = other.shape[rank - 1]
    let batches = shape.count / (rows * inner)
    var result = Array64(zeros: .init(shape.dimensions.dropLast() + [columns]))
    for batch in 0..<batches {
      for row in 0..<rows {
        for column in 0..<columns {
          for k in 0..<inner {
            result.values[(batch * rows + row) * columns + column] +=
              values[(batch * rows + row) * inner + k]
              * other.values[(batch * inner + k) * columns + column]
          }
        }
      }
    }
    return result
  }

  /// `[N, C, H, W]` arrays joined along the channels.
  public static func concatenated(_ parts: [Array64]) -> Array64 {
    let owners = parts.enumerated().flatMap { index, part in
      (0..<part.shape[1]).map { (index, $0) }
    }
    let first = parts[0].shape
    return filled([first[0], owners.count, first[2], first[3]]) { n, c, y, x in
      parts[owners[c].0][n, owners[c].1, y, x]
    }
  }

  /// `x[n, c, ·, ·] · factor[n, c, 0, 0]`.
  public func scaledChannels(by factor: Array64) -> Array64 {
    Self.filled(shape) { n, c, y, x in self[n, c, y, x] * factor[n, c, 0, 0] }
  }

  /// The mean over the pixels, `[N, C, 1, 1]`.
  public func spatialMean() -> Array64 {
    Self.filled([shape[0], shape[1], 1, 1]) { n, c, _, _ in
      var sum = 0.0
      for y in 0..<shape[2] { for x in 0..<shape[3] { sum += self[n, c, y, x] } }
      return sum / Double(shape[2] * shape[3])
    }
  }
}
