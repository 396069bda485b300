/// Which source pixels a resized row or column is made of, and by how much of each.
///
/// The weights are whole numbers that add up to about 2²²; rounding to 8 bits between the horizontal
/// and the vertical pass makes the result equal to Pillow's.
struct BilinearTaps {
  static let precision: Int32 = 22

  /// The first source position of each target position.
  let starts: [Int]
  /// The number of source positions of each target position.
  let counts: [Int]
  /// `target × stride` weights.
  let weights: [Int32]
  /// The most source positions that any target position has.
  let stride: Int

  init(source: Int, target: Int, antialias: Bool) {
    let scale = Double(source) / Double(target)
    // The triangle covers one source pixel to each side, or one target pixel when that is more.
    let support = antialias ? max(scale, 1) : 1
    let stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: target * stride)
    for position in 0..<target {
      let centre = (Double(position) + 0.5) * scale
      let start = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), source)
      let triangle = (start..<end).map { tap in
        max(0, 1 - abs((Double(tap) - centre + 0.5) / support))
      }
      let sum = triangle.reduce(0, +)
      for (tap, weight) in triangle.enumerated() {
        weights[position * stride + tap] = Int32(
          (weight / sum * Double(1 << Self.precision) + 0.5).rounded(.down))
      }
      starts.append(start)
      counts.append(end - start)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.stride = stride
  }
}
