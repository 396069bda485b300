extension CheckpointFile {
  /// The values of a tensor as float32, row-major, converted from F64, F32, F16 or BF16,
  /// or from I64, I32 or I16, rounded to the nearest float32. 8-bit integers are codes and masks, whose
  /// values mean something else.
  ///
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)`` or
  ///   ``CheckpointError/notNumeric(path:name:found:)``.
  public func floats(of name: String) throws(CheckpointError) -> [Float] {
    let entry = try requiredEntry(name)
    let convert = try converter(for: entry)
    return try withBytes(of: name) { bytes in
      [Float](unsafeUninitializedCapacity: entry.elementCount) { values, count in
        convert(bytes, values.baseAddress, entry.elementCount)
        count = entry.elementCount
      }
    }
  }

  /// Reads a tensor as ``floats(of:)`` does into memory that is already there.
  ///
  /// - Precondition: `values.count` is the tensor's number of elements.
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)`` or
  ///   ``CheckpointError/notNumeric(path:name:found:)``.
  public func readFloats(
    of name: String, into values: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    let entry = try requiredEntry(name)
    precondition(
      values.count == entry.elementCount,
      "'\(name)' has \(entry.elementCount) elements, the memory given holds \(values.count)")
    let convert = try converter(for: entry)
    try withBytes(of: name) { bytes in convert(bytes, values.baseAddress, values.count) }
  }

  private func converter(
    for entry: CheckpointEntry
  ) throws(CheckpointError) -> (UnsafeRawBufferPointer, UnsafeMutablePointer<Float>?, Int) -> Void {
    switch entry.dtype {
    case .float32: { convert($0, to: $1, count: $2) { (value: Float) in value } }
    case .float64: { convert($0, to: $1, count: $2) { (value: Double) in Float(value) } }
    case .float16: { convert($0, to: $1, count: $2, float(halfBits:)) }
    case .bfloat16:
      { convert($0, to: $1, count: $2) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) } }
    case .int64: { convert($0, to: $1, count: $2) { (value: Int64) in Float(value) } }
    case .int32: { convert($0, to: $1, count: $2) { (value: Int32) in Float(value) } }
    case .int16: { convert($0, to: $1, count: $2) { (value: Int16) in Float(value) } }
    default: throw .notNumeric(path: path, name: entry.name, found: entry.dtype)
    }
  }
}

/// Loads unaligned: nothing in the format makes the data begin at a multiple of an element's size.
@inline(__always)
private func convert<Stored: BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, to values: UnsafeMutablePointer<Float>?, count: Int,
  _ body: (Stored) -> Float
) {
  guard let values else { return }
  for index in 0..<count {
    let offset = index * MemoryLayout<Stored>.size
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)
    (values + index).initialize(to: body(value))
  }
}

/// The float32 of IEEE half precision bits; `Float16` itself is missing on Intel Macs.
private func float(halfBits bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let magnitude = UInt32(bits & 0x7FFF)
  switch magnitude >> 10 {
  case 0:
    // Subnormal: a whole number of 2^-24.
    let value = Float(magnitude) * Float(sign: .plus, exponent: -24, significand: 1)
    return Float(bitPattern: value.bitPattern | sign)
  case 31: return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
  default: return Float(bitPattern: sign | (magnitude << 13) + (127 - 15) << 23)
  }
}
