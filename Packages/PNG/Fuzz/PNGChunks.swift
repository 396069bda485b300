/// The chunks of a PNG file: length, four letters, content, checksum.
enum PNGChunks {
  /// Where the chunks start, as far as their lengths lead through the file.
  static func starts(in bytes: [UInt8]) -> [Int] {
    var starts: [Int] = []
    var start = 8
    while start + 12 <= bytes.count {
      starts.append(start)
      start += 12 + Int(read(bytes, at: start))
    }
    return starts
  }

  /// Makes the checksums of all whole chunks right.
  static func repairChecksums(in bytes: inout [UInt8]) {
    for start in starts(in: bytes) {
      let end = start + 8 + Int(read(bytes, at: start))
      if end + 4 <= bytes.count { write(checksum(bytes[start + 4..<end]), to: &bytes, at: end) }
    }
  }

  /// Four bytes, the highest first.
  static func read(_ bytes: [UInt8], at start: Int) -> UInt32 {
    bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Writes four bytes, the highest first.
  static func write(_ value: UInt32, to bytes: inout [UInt8], at start: Int) {
    for index in 0..<4 {
      bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
    }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }
}
