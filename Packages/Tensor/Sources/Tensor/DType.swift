/// The type of a tensor's elements.
public enum DType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case float32
  /// The upper half of a float32: its range with 8 bits of precision. Arithmetic on it is done in,
  /// and its sums are kept in, float32.
  case bfloat16
  /// Labels, and the maps of a quantised network.
  case uint8
  /// The weights of a quantised network, and its maps that may be negative.
  case int8

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .uint8, .int8: 1
    }
  }

  /// False for bytes, which stand for something else: a class, or a multiple of a step.
  var isNumber: Bool { size > 1 }
}

/// Rounds to the nearest bfloat16, ties to even.
package func bfloat16Rounded(_ value: Float) -> Float {
  guard value.isFinite else { return value }
  let bits = value.bitPattern
  return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
}
