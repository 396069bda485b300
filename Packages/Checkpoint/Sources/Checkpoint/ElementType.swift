/// The type of a stored tensor's elements, under its safetensors name.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// A boolean in one byte.
  case bool = "BOOL"
  /// Unsigned 8-bit integer.
  case uint8 = "U8"
  /// Signed 8-bit integer.
  case int8 = "I8"
  /// 8-bit float, 5 bits of exponent.
  case float8e5m2 = "F8_E5M2"
  /// 8-bit float, 4 bits of exponent.
  case float8e4m3 = "F8_E4M3"
  /// Signed 16-bit integer.
  case int16 = "I16"
  /// Unsigned 16-bit integer.
  case uint16 = "U16"
  /// IEEE half precision.
  case float16 = "F16"
  /// The upper half of a float32.
  case bfloat16 = "BF16"
  /// Signed 32-bit integer.
  case int32 = "I32"
  /// Unsigned 32-bit integer.
  case uint32 = "U32"
  /// IEEE single precision.
  case float32 = "F32"
  /// IEEE double precision.
  case float64 = "F64"
  /// Signed 64-bit integer.
  case int64 = "I64"
  /// Unsigned 64-bit integer.
  case uint64 = "U64"

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Bytes taken by a tensor of `shape`, or nil where a dimension is negative or the product
  /// does not fit an `Int`.
  func byteCount(of shape: [Int]) -> Int? {
    var count = size
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      if dimension < 0 || overflow { return nil }
      count = product
    }
    return count
  }
}
