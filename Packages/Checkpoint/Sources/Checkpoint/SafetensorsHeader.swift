/// The validated header of a safetensors file.
struct SafetensorsHeader {
  /// A tensor and where its bytes begin, counted from the end of the header.
  struct Tensor {
    let entry: CheckpointEntry
    let begin: Int
  }

  /// The longest header that the format allows.
  static let longest = 100_000_000

  let metadata: [String: String]
  /// In the order of their bytes.
  let tensors: [Tensor]
  /// Where the data begins in the file.
  let dataStart: Int

  /// Reads and checks everything but the values: afterwards every tensor's bytes lie in the file,
  /// side by side, and are as many as its shape and type ask for.
  init(file bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
    let length = try SafetensorsHeader.length(file: bytes, path: path)
    dataStart = 8 + length
    var reader = HeaderReader(path: path, dataLength: bytes.count - dataStart)
    try reader.read(UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]))
    metadata = reader.metadata
    tensors = try reader.tensorsSideBySide(dataStart: dataStart, fileLength: bytes.count)
  }

  private static func length(
    file bytes: UnsafeRawBufferPointer, path: String
  ) throws(CheckpointError) -> Int {
    // A file of another kind is named before its first bytes are taken for a length.
    let looksRight = bytes.count > 8 && bytes[8] == UInt8(ascii: "{")
    if !looksRight, let kind = ForeignFormat.name(of: bytes) {
      throw .notSafetensors(path: path, found: kind)
    }
    guard bytes.count >= 8 else {
      throw .notSafetensors(path: path, found: "a file of only \(bytes.count) bytes")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    if length > UInt64(bytes.count - 8) {
      // Both are wrong then; a length beyond the limit says more.
      if length > UInt64(longest), !looksRight {
        throw .notSafetensors(path: path, found: "a file whose first 8 bytes are no header length")
      }
      throw .headerLongerThanFile(path: path, headerLength: length, fileLength: bytes.count)
    }
    if length > UInt64(longest) {
      throw .headerTooLong(path: path, headerLength: length, limit: longest)
    }
    guard length > 0, looksRight else {
      throw .malformedHeader(path: path, offset: 0, problem: "it must begin with '{'")
    }
    return Int(length)
  }
}

/// Reads the header's JSON into entries.
private struct HeaderReader {
  let path: String
  let dataLength: Int
  var metadata: [String: String] = [:]
  private var tensors: [SafetensorsHeader.Tensor] = []
  private var seen: Set<String> = []

  init(path: String, dataLength: Int) {
    self.path = path
    self.dataLength = dataLength
  }

  /// A tensor's description as written, not yet believed.
  private struct Description {
    var dtype: String?
    var shape: [String]?
    var offsets: [String]?
  }

  mutating func read(_ header: UnsafeRawBufferPointer) throws(CheckpointError) {
    var scanner = JSONScanner(header)
    var descriptions: [(name: String, value: Description)] = []
    do throws(JSONScanner.Failure) {
      try scanner.object { scanner, key throws(JSONScanner.Failure) in
        if key == "__metadata__" {
          try readMetadata(&scanner)
        } else {
          descriptions.append((key, try readDescription(&scanner)))
        }
      }
      try scanner.expectEnd()
    } catch {
      throw .malformedHeader(path: path, offset: error.offset, problem: error.problem)
    }
    for (name, description) in descriptions {
      guard seen.insert(name).inserted else { throw .duplicateName(path: path, name: name) }
      tensors.append(try tensor(name, description, headerLength: header.count))
    }
  }

  private mutating func readMetadata(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) {
    var pairs: [String: String] = [:]
    try scanner.object { scanner, key throws(JSONScanner.Failure) in
      guard scanner.peek() == UInt8(ascii: "\"") else {
        throw scanner.failure("the metadata '\(key)' must be a text")
      }
      pairs[key] = try scanner.string()
    }
    metadata = pairs
  }

  private func readDescription(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Description {
    var description = Description()
    try scanner.object { scanner, key throws(JSONScanner.Failure) in
      switch key {
      case "dtype": description.dtype = try scanner.string()
      case "shape": description.shape = try numbers(&scanner)
      case "data_offsets": description.offsets = try numbers(&scanner)
      default: try scanner.skipValue()
      }
    }
    return description
  }

  private func numbers(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> [String] {
    var numbers: [String] = []
    try scanner.array { scanner throws(JSONScanner.Failure) in
      numbers.append(try scanner.number())
    }
    return numbers
  }

  private func tensor(
    _ name: String, _ description: Description, headerLength: Int
  ) throws(CheckpointError) -> SafetensorsHeader.Tensor {
    guard let typeName = description.dtype, let shapeText = description.shape,
      let offsetText = description.offsets, offsetText.count == 2
    else {
      throw .malformedHeader(
        path: path, offset: headerLength,
        problem: "the tensor '\(name.prefix(120))' needs dtype, shape and two data_offsets")
    }
    guard let dtype = ElementType(rawValue: typeName) else {
      throw .unknownElementType(path: path, name: name, found: typeName)
    }
    let shape = shapeText.compactMap { Int($0) }
    guard shape.count == shapeText.count, let byteCount = dtype.byteCount(of: shape) else {
      throw .impossibleShape(
        path: path, name: name, shape: "[\(shapeText.joined(separator: ", "))]")
    }
    guard let begin = Int(offsetText[0]), let end = Int(offsetText[1]) else {
      throw .malformedHeader(
        path: path, offset: headerLength,
        problem: "the data_offsets of '\(name.prefix(120))' are no whole numbers")
    }
    guard begin >= 0, end >= begin else {
      throw .offsetsOutOfRange(
        path: path, name: name, begin: begin, end: end, dataLength: dataLength)
    }
    guard end - begin == byteCount else {
      throw .wrongByteCount(path: path, name: name, expected: byteCount, found: end - begin)
    }
    let entry = CheckpointEntry(name: name, dtype: dtype, shape: shape, byteCount: byteCount)
    return SafetensorsHeader.Tensor(entry: entry, begin: begin)
  }

  /// The tensors in the order of their bytes, which must cover the data without gap or overlap.
  func tensorsSideBySide(
    dataStart: Int, fileLength: Int
  ) throws(CheckpointError) -> [SafetensorsHeader.Tensor] {
    let sorted = tensors.enumerated().sorted {
      ($0.element.begin, $0.element.entry.byteCount, $0.offset)
        < ($1.element.begin, $1.element.entry.byteCount, $1.offset)
    }.map(\.element)
    var end = 0
    for (index, tensor) in sorted.enumerated() {
      if tensor.begin < end {
        let previous = sorted[index - 1].entry.name
        throw .overlap(path: path, first: previous, second: tensor.entry.name)
      }
      if tensor.begin > end {
        throw .gap(path: path, before: tensor.entry.name, byteCount: tensor.begin - end)
      }
      end = tensor.begin + tensor.entry.byteCount
    }
    let (expected, overflow) = dataStart.addingReportingOverflow(end)
    if overflow || expected > fileLength {
      throw .cutShort(path: path, expected: overflow ? .max : expected, found: fileLength)
    }
    if expected < fileLength {
      throw .trailingBytes(path: path, expected: expected, found: fileLength)
    }
    return sorted
  }
}
