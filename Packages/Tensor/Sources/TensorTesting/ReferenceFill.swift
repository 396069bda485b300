/// The reference implementation's fill: `count` values in [-1, 1) that depend on the name alone.
/// Element i is splitmix64(FNV-1a-64(name) + i), its top 53 bits times 2^-52, minus 1.
public func uniform(name: String, count: Int) -> [Double] {
  let start = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01B3
  }
  return (0..<count).map { index in
    var z = start &+ UInt64(index) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 11) * 0x1p-52 - 1
  }
}
