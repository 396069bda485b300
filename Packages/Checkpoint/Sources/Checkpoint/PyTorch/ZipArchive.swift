import CLibZ

/// The records of a zip archive: what the central directory says of each, checked against the file.
struct ZipArchive {
  struct Record {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    /// Where the stored bytes lie in the file.
    let range: Range<Int>
    /// Bytes once inflated.
    let byteCount: Int
  }

  /// The largest record that is inflated; PyTorch itself never deflates.
  static let mostInflated = 1 << 30

  let path: String
  private(set) var records: [String: Record] = [:]

  init(file: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
    self.path = path
    let directory = try Self.directory(file: file, path: path)
    var cursor = ByteCursor(file, path: path, at: directory.offset)
    // A count that lies runs into the directory's end; each record takes 46 bytes of it.
    do throws(CheckpointError) {
      for _ in 0..<directory.count {
        let record = try Self.record(&cursor, file: file, path: path)
        guard records.updateValue(record, forKey: record.name) == nil else {
          throw Self.malformed(path, "it has the record '\(record.name.prefix(120))' twice")
        }
      }
    } catch .malformedPickle(_, let offset, let problem) {
      throw Self.malformed(path, "\(problem) at its byte \(offset)")
    }
  }

  /// The bytes of a record, checked against its checksum: in place where they are stored as they
  /// are, inflated otherwise.
  func withBytes<Result>(
    of record: Record, file: UnsafeRawBufferPointer, checked: Bool = true,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let stored = UnsafeRawBufferPointer(rebasing: file[record.range])
    if !record.isDeflated {
      if checked { try check(stored, record) }
      return try body(stored)
    }
    let inflated = try inflated(stored, record)
    var result: Swift.Result<Result, CheckpointError>?
    inflated.withUnsafeBytes { bytes in
      do throws(CheckpointError) {
        if checked { try check(bytes, record) }
        result = .success(try body(bytes))
      } catch { result = .failure(error) }
    }
    return try result!.get()
  }

  private func check(
    _ bytes: UnsafeRawBufferPointer, _ record: Record
  ) throws(CheckpointError) {
    let found = zipChecksum(bytes)
    if found != record.checksum {
      throw Self.malformed(
        path,
        "its record '\(record.name.prefix(120))' has the CRC-32 \(found), not the promised "
          + "\(record.checksum)")
    }
  }

  private func inflated(
    _ stored: UnsafeRawBufferPointer, _ record: Record
  ) throws(CheckpointError) -> [UInt8] {
    let broken = Self.malformed(
      path, "its record '\(record.name.prefix(120))' does not inflate to \(record.byteCount) bytes")
    // Deflate gains no more than a factor of 1032: a promise beyond that is not worth memory.
    guard record.byteCount <= Self.mostInflated, record.byteCount / 1040 <= stored.count + 1 else {
      throw broken
    }
    var stream = z_stream()
    // Negative: raw deflate, without zlib's own header.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { throw broken }
    defer { inflateEnd(&stream) }
    var status = Z_OK
    let result = [UInt8](unsafeUninitializedCapacity: max(1, record.byteCount)) { output, count in
      stream.next_in = UnsafeMutablePointer(
        mutating: stored.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(clamping: stored.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(record.byteCount)
      status = inflate(&stream, Z_FINISH)
      count = record.byteCount - Int(stream.avail_out)
    }
    guard status == Z_STREAM_END, result.count == record.byteCount else { throw broken }
    return result
  }

  // MARK: The directory

  private static func directory(
    file: UnsafeRawBufferPointer, path: String
  ) throws(CheckpointError) -> (count: Int, offset: Int) {
    // The end record has 22 bytes and a comment of up to 65535.
    let earliest = max(0, file.count - 22 - 65_535)
    var end = file.count - 22
    while end >= earliest, !file[end...].starts(with: Array("PK\u{5}\u{6}".utf8)) { end -= 1 }
    guard end >= earliest, end >= 0 else {
      throw malformed(path, "its directory at the end is missing, so it is cut short")
    }
    var cursor = ByteCursor(file, path: path, at: end + 10)
    var count = Int(try cursor.integer(UInt16.self))
    let size = try cursor.count(UInt32.self)
    var offset = try cursor.count(UInt32.self)
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20,
      file[(end - 20)...].starts(with: Array("PK\u{6}\u{7}".utf8))
    {
      var locator = ByteCursor(file, path: path, at: end - 12)
      let place = try locator.count(UInt64.self)
      guard place <= file.count - 56, file[place...].starts(with: Array("PK\u{6}\u{6}".utf8)) else {
        throw malformed(path, "its 64-bit directory is not where it is said to be")
      }
      var large = ByteCursor(file, path: path, at: place + 32)
      count = try large.count(UInt64.self)
      _ = try large.count(UInt64.self)
      offset = try large.count(UInt64.self)
    }
    guard offset <= end, count <= (end - offset) / 46 else {
      throw malformed(
        path, "its directory of \(count) records at byte \(offset) does not fit \(file.count) bytes"
      )
    }
    return (count, offset)
  }

  private static func record(
    _ cursor: inout ByteCursor, file: UnsafeRawBufferPointer, path: String
  ) throws(CheckpointError) -> Record {
    guard try cursor.integer(UInt32.self) == 0x0201_4B50 else {
      throw malformed(path, "its directory is damaged at byte \(cursor.offset - 4)")
    }
    _ = try cursor.bytes(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.integer(UInt16.self)
    _ = try cursor.bytes(4)
    let checksum = try cursor.integer(UInt32.self)
    var stored = try cursor.count(UInt32.self)
    var byteCount = try cursor.count(UInt32.self)
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    let commentLength = Int(try cursor.integer(UInt16.self))
    _ = try cursor.bytes(8)
    var place = try cursor.count(UInt32.self)
    let name = String(decoding: try cursor.bytes(nameLength), as: UTF8.self)
    var extra = ByteCursor(try cursor.bytes(extraLength), path: path)
    _ = try cursor.bytes(commentLength)
    // Sizes of 32 ones are in the 64-bit extra field, in this order.
    if byteCount == 0xFFFF_FFFF || stored == 0xFFFF_FFFF || place == 0xFFFF_FFFF {
      var kind = try extra.integer(UInt16.self)
      var length = Int(try extra.integer(UInt16.self))
      while kind != 1 {
        _ = try extra.bytes(length)
        kind = try extra.integer(UInt16.self)
        length = Int(try extra.integer(UInt16.self))
      }
      if byteCount == 0xFFFF_FFFF { byteCount = try extra.count(UInt64.self) }
      if stored == 0xFFFF_FFFF { stored = try extra.count(UInt64.self) }
      if place == 0xFFFF_FFFF { place = try extra.count(UInt64.self) }
    }
    let shown = "its record '\(name.prefix(120))'"
    guard flags & 1 == 0 else { throw malformed(path, "\(shown) is encrypted") }
    guard method == 0 || method == 8 else {
      throw malformed(path, "\(shown) is compressed by method \(method), not stored or deflated")
    }
    guard method == 8 || stored == byteCount else {
      throw malformed(path, "\(shown) has two sizes, \(stored) and \(byteCount)")
    }
    let begin = try dataStart(of: shown, at: place, file: file, path: path)
    guard stored <= file.count - begin else {
      throw malformed(
        path,
        "\(shown) should have \(stored) bytes from \(begin) on and the file has "
          + "\(file.count) in all")
    }
    return Record(
      name: name, isDeflated: method == 8, checksum: checksum, range: begin..<begin + stored,
      byteCount: byteCount)
  }

  /// Behind the local header, whose own name and extra field may have other lengths.
  private static func dataStart(
    of shown: String, at place: Int, file: UnsafeRawBufferPointer, path: String
  ) throws(CheckpointError) -> Int {
    guard place <= file.count - 30, file[place...].starts(with: Array("PK\u{3}\u{4}".utf8)) else {
      throw malformed(path, "\(shown) is not where the directory says")
    }
    var local = ByteCursor(file, path: path, at: place + 26)
    let nameLength = Int(try local.integer(UInt16.self))
    let extraLength = Int(try local.integer(UInt16.self))
    _ = try local.bytes(nameLength)
    _ = try local.bytes(extraLength)
    return local.offset
  }

  private static func malformed(_ path: String, _ problem: String) -> CheckpointError {
    .malformedArchive(path: path, problem: problem)
  }
}

/// The CRC-32 of zip archives, of any number of bytes, going on from that of earlier ones.
func zipChecksum(_ bytes: UnsafeRawBufferPointer, after earlier: UInt32 = 0) -> UInt32 {
  let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  return start == nil ? earlier : UInt32(crc32_z(UInt(earlier), start, bytes.count))
}
