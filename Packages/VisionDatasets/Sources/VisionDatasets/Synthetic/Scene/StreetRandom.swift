/// The scenes' generator: SplitMix64, so that a seed means the same street on every machine and
/// with every version of the standard library.
struct StreetRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A generator of its own for picture `index` of the series `seed`.
  init(seed: UInt64, index: Int) {
    var mixer = StreetRandom(seed: seed)
    state = mixer.next() ^ (UInt64(truncatingIfNeeded: index) &* 0xd1b5_4a32_d192_ed03)
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Thirty-two bits, for the tone of a surface.
  mutating func tone() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }

  /// A number from 0 up to but not including 1.
  mutating func unit() -> Float { Float(next() >> 40) * (1 / 16_777_216) }

  mutating func within(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 33) % (range.upperBound - range.lowerBound + 1)
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
