/// Reads numbers and texts one after the other; running off the end is an error, never a trap.
struct ByteCursor {
  private let all: UnsafeRawBufferPointer
  private let path: String
  private(set) var offset: Int

  init(_ bytes: UnsafeRawBufferPointer, path: String, at offset: Int = 0) {
    all = bytes
    self.path = path
    self.offset = offset
  }

  mutating func byte() throws(CheckpointError) -> UInt8 {
    try bytes(1)[0]
  }

  mutating func bytes(_ count: Int) throws(CheckpointError) -> UnsafeRawBufferPointer {
    guard offset >= 0, offset <= all.count, count >= 0, count <= all.count - offset else {
      throw .malformedPickle(
        path: path, offset: offset,
        problem: "\(count) bytes should follow and \(max(0, all.count - offset)) are left")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: all[offset..<offset + count])
  }

  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(CheckpointError) -> Value {
    Value(littleEndian: try bytes(MemoryLayout<Value>.size).loadUnaligned(as: type))
  }

  /// An unsigned number as a count; one beyond 63 bits is more than any file has.
  mutating func count<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(CheckpointError) -> Int {
    Int(clamping: try integer(type))
  }

  /// A text that a line feed ends.
  mutating func line() throws(CheckpointError) -> String {
    let limit = min(all.count, offset + 1000)
    guard let end = all[offset..<limit].firstIndex(of: UInt8(ascii: "\n")) else {
      throw .malformedPickle(path: path, offset: offset, problem: "a name has no end")
    }
    defer { offset = end + 1 }
    return String(decoding: all[offset..<end], as: UTF8.self)
  }
}
