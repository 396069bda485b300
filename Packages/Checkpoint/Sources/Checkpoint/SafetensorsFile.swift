/// A safetensors file, mapped into memory: opening reads the header, and a tensor's bytes are
/// read from the disk when they are touched.
///
/// Opening checks the whole header, so a file that opens can be read to the last byte.
public struct SafetensorsFile: CheckpointFile {
  /// The file's path, as given.
  public let path: String
  /// The texts of the header's `__metadata__`.
  public let metadata: [String: String]
  /// The tensors' names in the order of their bytes.
  public let names: [String]

  private let file: MappedFile
  private let tensors: [String: SafetensorsHeader.Tensor]
  private let dataStart: Int

  /// Opens and checks the file.
  ///
  /// - Throws: ``CheckpointError`` for a file that cannot be read, is of another kind, is cut
  ///   short, or whose header does not describe its data exactly.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(try MappedFile(path: path), path: path)
  }

  init(_ file: MappedFile, path: String) throws(CheckpointError) {
    let header = try file.withBytes { bytes throws(CheckpointError) in
      try SafetensorsHeader(file: bytes, path: path)
    }
    self.path = path
    self.file = file
    metadata = header.metadata
    names = header.tensors.map(\.entry.name)
    tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.entry.name, $0) })
    dataStart = header.dataStart
  }

  /// The entry of that name, or nil where there is none.
  public func entry(_ name: String) -> CheckpointEntry? {
    tensors[name]?.entry
  }

  /// Gives the bytes of a tensor where they are mapped, without a copy; they must not escape.
  ///
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)``, or what `body` throws.
  public func withBytes<Result>(
    of name: String,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let entry = try requiredEntry(name)
    let begin = dataStart + tensors[name]!.begin
    return try file.withBytes { bytes throws(CheckpointError) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + entry.byteCount]))
    }
  }
}
