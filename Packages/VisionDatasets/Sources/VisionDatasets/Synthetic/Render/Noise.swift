/// Patterns from whole-number hashes, equal on every machine.
enum Noise {
  @inline(__always) static func hash(_ value: UInt32) -> UInt32 {
    var h = value
    h = (h ^ (h >> 16)) &* 0x7feb_352d
    h = (h ^ (h >> 15)) &* 0x846c_a68b
    return h ^ (h >> 16)
  }

  @inline(__always) static func hash(_ x: Int32, _ y: Int32, _ seed: UInt32) -> UInt32 {
    hash(UInt32(bitPattern: x) &* 0x9e37_79b1 ^ UInt32(bitPattern: y) &* 0x85eb_ca77 ^ seed)
  }

  /// 0 ..< 1 from a hash.
  @inline(__always) static func unit(_ hash: UInt32) -> Float {
    Float(hash >> 8) * (1 / 16_777_216)
  }

  /// The whole number below, for values that fit 32 bits; others are held at the limit.
  @inline(__always) static func floor(_ value: Float) -> Int32 {
    let held = max(-1e9, min(1e9, value))
    let cut = Int32(held)
    return Float(cut) > held ? cut - 1 : cut
  }

  /// A cell's number, 0 ..< 1.
  @inline(__always) static func cell(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
    unit(hash(x, y, seed))
  }

  /// A quick hash for the lattice of smooth noise, 0 ..< 1.
  @inline(__always) private static func mixed(_ value: UInt32) -> Float {
    let h = (value ^ (value >> 15)) &* 0x2c1b_3c6d
    return unit((h ^ (h >> 13)) &* 0x297a_2d39)
  }

  /// Smooth noise with one feature per unit of length, 0 ..< 1.
  @inline(__always) static func smooth(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
    let column = floor(x)
    let row = floor(y)
    var s = x - Float(column)
    var t = y - Float(row)
    s = s * s * (3 - 2 * s)
    t = t * t * (3 - 2 * t)
    // Neighbours in the lattice are a fixed step apart before mixing.
    let (stepX, stepY) = (UInt32(0x9e37_79b1), UInt32(0x85eb_ca77))
    let corner =
      UInt32(bitPattern: column) &* stepX &+ UInt32(bitPattern: row) &* stepY &+ seed
    let a = mixed(corner)
    let b = mixed(corner &+ stepX)
    let c = mixed(corner &+ stepY)
    let d = mixed(corner &+ stepX &+ stepY)
    let low = a + (b - a) * s
    let high = c + (d - c) * s
    return low + (high - low) * t
  }

  /// Smooth noise about 0, fading out where a pixel spans its features: no shimmer afar.
  @inline(__always) static func grain(
    _ x: Float, _ y: Float, frequency: Float, _ footprint: Float, _ seed: UInt32
  ) -> Float {
    let fade = 1 - footprint * frequency * 0.8
    guard fade > 0 else { return 0 }
    return (smooth(x * frequency, y * frequency, seed) - 0.5) * fade
  }
}

/// Stripes and lines averaged over the width of a pixel.
enum Stripe {
  /// The share of `[at - width/2, at + width/2]` that lies in `low...high` of each period.
  @inline(__always) static func periodic(
    _ at: Float, _ width: Float, period: Float, _ low: Float, _ high: Float
  ) -> Float {
    let reach = max(width, 1e-4)
    let share =
      filled(at + reach / 2, period, low, high) - filled(at - reach / 2, period, low, high)
    return share / reach
  }

  /// Length of stripe between 0 and `at`.
  @inline(__always) private static func filled(
    _ at: Float, _ period: Float, _ low: Float, _ high: Float
  ) -> Float {
    let whole = Float(Noise.floor(at / period))
    let rest = at - whole * period
    return whole * (high - low) + max(0, min(rest, high) - low)
  }

  /// The share of a pixel that one stripe from `low` to `high` covers.
  @inline(__always) static func single(
    _ at: Float, _ width: Float, _ low: Float, _ high: Float
  ) -> Float {
    let reach = max(width, 1e-4)
    return max(0, min(at + reach / 2, high) - max(at - reach / 2, low)) / reach
  }
}
