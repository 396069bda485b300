/// Draws a scene's numbers from ``SplitMix64``, so that a seed means the same street on every
/// machine and with every version of the standard library.
struct StreetRandom {
  private var bits: SplitMix64

  /// A sequence of its own for picture `index` of the series `seed`.
  init(seed: UInt64, index: Int) {
    bits = SplitMix64(seed, UInt64(truncatingIfNeeded: index))
  }

  /// Thirty-two bits, for the tone of a surface.
  mutating func tone() -> UInt32 { UInt32(truncatingIfNeeded: bits.next() >> 32) }

  /// A number from 0 up to but not including 1.
  mutating func unit() -> Float { Float(bits.next() >> 40) * (1 / 16_777_216) }

  mutating func within(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + bits.below(range.upperBound - range.lowerBound + 1)
  }

  mutating func chance(_ probability: Float) -> Bool { unit() < probability }

  /// -1 or 1.
  mutating func sign() -> Float { chance(0.5) ? -1 : 1 }

  /// The place of the first weight that a fair throw falls on.
  mutating func choice(_ weights: Float...) -> Int {
    var rest = unit() * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return place }
    }
    return weights.count - 1
  }
}
