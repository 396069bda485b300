/// Writes the records of a zip archive one behind the other, stored, as PyTorch lays them out: all
/// in one folder, the bytes of each beginning at a multiple of 64.
struct ZipWriter {
  /// The folder of PyTorch's own archives of files without a name.
  private static let folder = "archive/"
  private static let alignment = 64

  private let path: String
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  init(path: String) { self.path = path }

  /// Adds a record whose bytes are at hand.
  mutating func add(
    _ name: String, bytes: [UInt8], to file: borrowing AtomicFile
  ) throws(CheckpointError) {
    let item = CheckpointItem(name: name, dtype: .uint8, shape: [bytes.count], values: bytes)
    try add(name, byteCount: bytes.count, item: item, to: file)
  }

  /// Adds a record whose bytes the item gives.
  mutating func add(
    _ name: String, byteCount: Int, item: CheckpointItem, to file: borrowing AtomicFile
  ) throws(CheckpointError) {
    let fullName = Array((Self.folder + name).utf8)
    guard fullName.count <= 0xFFFF, count < 0xFFFE,
      offset + byteCount + fullName.count + 256 + directory.count < 0xFFFF_FFFF
    else {
      throw .invalidContent(
        path: path,
        problem: "an archive has up to 4 GiB, 65534 records and names of 65535 bytes; "
          + "write safetensors")
    }
    let start = offset
    let end = start + 30 + fullName.count + 4
    let padding = (Self.alignment - end % Self.alignment) % Self.alignment
    // The checksum is known only after the bytes, which come in pieces: it follows them.
    let flags: UInt16 = 0x0808
    var header = littleEndianBytes(UInt32(0x0403_4B50)) + littleEndianBytes(UInt16(20))
    header += littleEndianBytes(flags) + [UInt8](repeating: 0, count: 6 + 12)
    header += littleEndianBytes(UInt16(fullName.count)) + littleEndianBytes(UInt16(4 + padding))
    header += fullName
    // An extra field of no meaning ("FB", as PyTorch calls it) brings the bytes to their place.
    header += Array("FB".utf8) + littleEndianBytes(UInt16(padding))
    header += [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    try append(header, to: file)
    var checksum: UInt32 = 0
    try item.write(to: file, byteCount: byteCount, path: path) {
      checksum = zipChecksum($0, after: checksum)
    }
    offset += byteCount
    let sizes =
      littleEndianBytes(checksum) + littleEndianBytes(UInt32(byteCount))
      + littleEndianBytes(UInt32(byteCount))
    try append(littleEndianBytes(UInt32(0x0807_4B50)) + sizes, to: file)

    directory += littleEndianBytes(UInt32(0x0201_4B50)) + littleEndianBytes(UInt16(20))
    directory += littleEndianBytes(UInt16(20)) + littleEndianBytes(flags)
    directory += [UInt8](repeating: 0, count: 6) + sizes
    directory += littleEndianBytes(UInt16(fullName.count)) + [UInt8](repeating: 0, count: 12)
    directory += littleEndianBytes(UInt32(start)) + fullName
    count += 1
  }

  /// Writes the directory, after which the archive is whole.
  mutating func finish(_ file: borrowing AtomicFile) throws(CheckpointError) {
    let start = offset
    let size = directory.count
    try append(directory, to: file)
    let number = littleEndianBytes(UInt16(count))
    try append(
      littleEndianBytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + number + number
        + littleEndianBytes(UInt32(size)) + littleEndianBytes(UInt32(start)) + [0, 0], to: file)
  }

  private mutating func append(
    _ bytes: [UInt8], to file: borrowing AtomicFile
  ) throws(CheckpointError) {
    try file.append(bytes)
    offset += bytes.count
  }
}

/// A number's bytes, the lowest first.
func littleEndianBytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}
