/// The format of `torch.save` before PyTorch 1.6: five pickles (a magic number, a version, the
/// machine, the object, the storages' keys), then each storage's length and bytes.
struct LegacyTorchFile: TorchStorages {
  private static let magic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  let root: PickleValue
  let graph: PickleGraph
  private var ranges: [String: Range<Int>] = [:]

  init(file: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
    var machine = PickleMachine(file, path: path)
    guard case .longInteger(Self.magic) = try machine.run() else {
      throw .notTorch(path: path, found: "a pickle that torch.save did not write")
    }
    let version = try machine.run()
    guard version.integer == 1001 else {
      throw .notTorch(path: path, found: "of an unknown version of PyTorch's old format")
    }
    let machineSays = try machine.run()
    if case .dictionary(let system) = machineSays {
      let isBig = machine.graph.dictionaries[system].contains {
        if $0.key.text == "little_endian", case .bool(false) = $0.value { true } else { false }
      }
      if isBig { throw .bigEndian(path: path) }
    }
    root = try machine.run()
    let keyList = try machine.run()
    let keys = machine.graph.members(keyList)?.compactMap(\.text) ?? []
    graph = machine.graph
    let storages = Dictionary(graph.storages.map { ($0.key, $0) }) { first, _ in first }
    var cursor = ByteCursor(file, path: path, at: machine.input.offset)
    for key in keys {
      guard let storage = storages[key] else {
        throw .malformedPickle(
          path: path, offset: cursor.offset,
          problem: "the storage '\(key.prefix(40))' belongs to no tensor")
      }
      guard file.count - cursor.offset >= 8 else {
        throw .cutShort(path: path, expected: cursor.offset + 8, found: file.count)
      }
      let count = try cursor.count(UInt64.self)
      let (length, overflow) = count.multipliedReportingOverflow(by: storage.dtype.size)
      let left = file.count - cursor.offset
      guard !overflow, length <= left else {
        throw .cutShort(
          path: path, expected: overflow ? .max : cursor.offset + min(length, .max - file.count),
          found: file.count)
      }
      let begin = cursor.offset
      _ = try cursor.bytes(length)
      ranges[key] = begin..<begin + length
    }
  }

  func byteCount(of key: String) -> Int? { ranges[key]?.count }

  func withBytes<Result>(
    of key: String, file: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: file[ranges[key]!]))
  }
}
