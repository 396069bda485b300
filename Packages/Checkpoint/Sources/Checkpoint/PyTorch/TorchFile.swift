import Synchronization

/// A `.pth` of PyTorch's `torch.save`, zip archive or the older format, mapped into memory.
///
/// Its pickle is read by a machine that knows tensors and plain containers and nothing else. A file
/// that opens describes tensors that lie inside their storages; a storage's checksum is compared
/// when one of its tensors is first read.
public struct TorchFile: CheckpointFile {
  /// The file's path, as given.
  public let path: String
  /// Numbers and texts beside the tensors, and the records below `extra/` of an archive.
  public let metadata: [String: String]
  /// The tensors' names in the state dict's order.
  public let names: [String]
  /// The entry that holds the state dict, and what lies beside it; nil where the file is one.
  public let origin: String?

  private let file: MappedFile
  private let views: [String: StorageView]
  private let storages: any TorchStorages

  /// Opens and checks the file.
  ///
  /// - Throws: ``CheckpointError`` for a file that cannot be read, is of another kind, is cut
  ///   short, or asks for anything but tensors and plain containers.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(try MappedFile(path: path), path: path)
  }

  init(_ file: MappedFile, path: String) throws(CheckpointError) {
    let contents = try file.withBytes { bytes throws(CheckpointError) in
      try Self.contents(of: bytes, path: path)
    }
    let dictionary = try StateDictionary(contents.root, in: contents.graph, path: path)
    var views: [String: StorageView] = [:]
    for (name, tensor) in dictionary.tensors {
      let storage = contents.graph.storages[tensor.storage]
      let view = try StorageView(name, tensor, storage, path: path)
      let found = contents.storages.byteCount(of: storage.key)
      let (expected, overflow) = storage.count.multipliedReportingOverflow(by: storage.dtype.size)
      guard let found, !overflow, found == expected else {
        throw .tensorBeyondStorage(
          path: path, name: name, expected: storage.count, found: (found ?? 0) / storage.dtype.size)
      }
      views[name] = view
    }
    self.path = path
    self.file = file
    self.views = views
    storages = contents.storages
    names = dictionary.tensors.map(\.name)
    origin = dictionary.origin
    metadata = dictionary.metadata.merging(contents.extra) { $1 }
  }

  /// The entry of that name, or nil where there is none.
  public func entry(_ name: String) -> CheckpointEntry? { views[name]?.entry }

  /// Gives the bytes of a tensor, where they are mapped if they lie row-major there, else
  /// gathered; they must not escape.
  ///
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)``,
  ///   ``CheckpointError/malformedArchive(path:problem:)`` where a checksum is wrong, or what
  ///   `body` throws.
  public func withBytes<Result>(
    of name: String,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    _ = try requiredEntry(name)
    let view = views[name]!
    return try file.withBytes { bytes throws(CheckpointError) in
      try storages.withBytes(of: view.storage.key, file: bytes) { storage throws(CheckpointError) in
        try view.withBytes(in: storage, body)
      }
    }
  }

  /// Whether a file begins as one that `torch.save` wrote.
  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) { return true }
    return bytes.count > 1 && bytes[0] == 0x80 && 2...5 ~= bytes[1]
  }

  private struct Contents {
    let root: PickleValue
    let graph: PickleGraph
    let storages: any TorchStorages
    var extra: [String: String] = [:]
  }

  private static func contents(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws(CheckpointError) -> Contents {
    guard begins(bytes) else {
      throw .notTorch(path: path, found: ForeignFormat.name(of: bytes) ?? "of no known kind")
    }
    guard bytes[0] == 0x80 else {
      let archive = try TorchArchive(file: bytes, path: path)
      let (root, graph) = try archive.pickle(file: bytes)
      return Contents(
        root: root, graph: graph, storages: archive, extra: try archive.extra(file: bytes))
    }
    let legacy = try LegacyTorchFile(file: bytes, path: path)
    return Contents(root: legacy.root, graph: legacy.graph, storages: legacy)
  }
}

/// Where the storages of a file lie.
protocol TorchStorages: Sendable {
  /// Bytes of the storage of that key, or nil where the file has none.
  func byteCount(of key: String) -> Int?

  /// Gives the bytes of a storage that ``byteCount(of:)`` knows.
  func withBytes<Result>(
    of key: String, file: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result
}

/// The archive that `torch.save` writes: `data.pkl`, and a record per storage.
final class TorchArchive: TorchStorages {
  private let archive: ZipArchive
  /// The folder in the archive that everything lies in, with its slash.
  private let folder: String
  /// Storages whose checksum was compared.
  private let checked = Mutex<Set<String>>([])

  init(file: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
    archive = try ZipArchive(file: file, path: path)
    let pickle = archive.records.keys.filter { $0.hasSuffix("/data.pkl") }.min {
      ($0.utf8.count, $0) < ($1.utf8.count, $1)
    }
    guard let pickle else {
      throw .notTorch(path: path, found: "a zip archive without the record data.pkl")
    }
    folder = String(pickle.dropLast("data.pkl".count))
    if let order = archive.records[folder + "byteorder"] {
      let isLittle = try archive.withBytes(of: order, file: file) {
        $0.starts(with: Array("little".utf8))
      }
      guard isLittle else { throw .bigEndian(path: path) }
    }
  }

  func pickle(
    file: UnsafeRawBufferPointer
  ) throws(CheckpointError) -> (PickleValue, PickleGraph) {
    let record = archive.records[folder + "data.pkl"]!
    let path = archive.path
    return try archive.withBytes(of: record, file: file) { bytes throws(CheckpointError) in
      var machine = PickleMachine(bytes, path: path)
      return (try machine.run(), machine.graph)
    }
  }

  /// The texts that are stored beside the tensors.
  func extra(file: UnsafeRawBufferPointer) throws(CheckpointError) -> [String: String] {
    var texts: [String: String] = [:]
    let prefix = folder + "extra/"
    for (name, record) in archive.records where name.hasPrefix(prefix) {
      let text = try archive.withBytes(of: record, file: file) {
        String(validating: $0, as: UTF8.self)
      }
      texts[String(name.dropFirst(prefix.count))] = text
    }
    return texts
  }

  func byteCount(of key: String) -> Int? { archive.records["\(folder)data/\(key)"]?.byteCount }

  func withBytes<Result>(
    of key: String, file: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let record = archive.records["\(folder)data/\(key)"]!
    let isNew = !checked.withLock { $0.contains(key) }
    return try archive.withBytes(of: record, file: file, checked: isNew) {
      bytes throws(CheckpointError) in
      if isNew { checked.withLock { _ = $0.insert(key) } }
      return try body(bytes)
    }
  }
}
