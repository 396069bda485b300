/// A point or direction in metres: x right, y up, z forward.
typealias Vector = SIMD3<Float>

extension SIMD3 where Scalar == Float {
  @inline(__always) func dot(_ other: Self) -> Float { x * other.x + y * other.y + z * other.z }

  @inline(__always) func cross(_ other: Self) -> Self {
    Self(
      y * other.z - z * other.y,
      z * other.x - x * other.z,
      x * other.y - y * other.x)
  }

  @inline(__always) var length: Float { dot(self).squareRoot() }

  /// The same direction with length one; the zero vector stays as it is.
  @inline(__always) var normalised: Self {
    let size = length
    return size > 0 ? self / size : self
  }

  /// The mix `self + (other - self) * share`.
  @inline(__always) func mixed(_ other: Self, _ share: Float) -> Self {
    self + (other - self) * share
  }
}

/// Sine and cosine by polynomial: the C library's differ in the last bit from machine to machine,
/// and a scene must not.
struct Turn {
  let sine: Float
  let cosine: Float

  /// - Parameter turns: the angle as a share of the full circle.
  init(turns: Float) {
    sine = Self.sine(turns)
    cosine = Self.sine(turns + 0.25)
  }

  private static func sine(_ turns: Float) -> Float {
    var t = turns - turns.rounded(.down)  // 0 ..< 1
    if t > 0.75 { t -= 1 } else if t > 0.25 { t = 0.5 - t }  // -0.25 ... 0.25
    let x = t * 6.2831855
    let square = x * x
    return x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72))))
  }
}

/// A place with a heading: local x is right, y up and z forward.
struct Frame {
  var origin: Vector
  var right: Vector
  var forward: Vector

  /// - Parameter turns: the heading as a share of the full circle; 0 looks along z, 0.25 along x.
  init(origin: Vector, turns: Float) {
    let turn = Turn(turns: turns)
    self.origin = origin
    forward = Vector(turn.sine, 0, turn.cosine)
    right = Vector(turn.cosine, 0, -turn.sine)
  }

  /// A local point in the world.
  func point(_ x: Float, _ y: Float, _ z: Float) -> Vector {
    origin + right * x + forward * z + Vector(0, y, 0)
  }
}
