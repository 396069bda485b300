/// The slopes of a scalar function at some elements of one of its arguments.
struct SampledGradient {
  /// Positions in the flattened argument.
  var indices: [Int] = []
  /// The function's slope by each.
  var slopes: [Double] = []
  /// Elements left out because the function has a kink there (ReLU at 0), where a slope is a
  /// matter of convention.
  var kinks = 0
}

/// Slopes by central differences in float64: `count` elements spread over the argument, or all of
/// them where there are no more.
func finiteDifferences(
  of function: ([Array64]) -> Double, at arguments: [Array64], by position: Int, count: Int,
  name: String
) -> SampledGradient {
  // Truncation is of order step², rounding of order 1e-16 / step: both below 1e-8 here.
  let step = 0x1p-15
  let total = arguments[position].values.count
  let indices =
    total <= count
    ? Array(0..<total)
    : Set(
      uniform(name: "\(name).sample\(position)", count: count)
        .map { min(total - 1, Int(($0 + 1) / 2 * Double(total))) }
    ).sorted()
  let middle = function(arguments)
  var varied = arguments
  let sides = indices.map { index in
    let value = arguments[position].values[index]
    varied[position].values[index] = value + step
    let above = (function(varied) - middle) / step
    varied[position].values[index] = value - step
    let below = (middle - function(varied)) / step
    varied[position].values[index] = value
    return (above, below)
  }
  let central = sides.map { ($0.0 + $0.1) / 2 }
  let rms = (central.reduce(0) { $0 + $1 * $1 } / Double(max(1, central.count))).squareRoot()
  var result = SampledGradient()
  for (index, ((above, below), slope)) in zip(indices, zip(sides, central)) {
    if abs(above - below) > 0.02 * max(abs(slope), rms) {
      result.kinks += 1
    } else {
      result.indices.append(index)
      result.slopes.append(slope)
    }
  }
  return result
}
