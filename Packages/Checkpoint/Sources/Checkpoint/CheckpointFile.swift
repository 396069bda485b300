/// What is known of one stored tensor without reading its values.
public struct CheckpointEntry: Sendable, Hashable {
  /// The tensor's name, such as `context_path.layer1.0.bn1.running_var`.
  public let name: String
  /// The type of its elements.
  public let dtype: ElementType
  /// Its dimensions, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Bytes of its values: the product of `shape` times the size of `dtype`.
  public let byteCount: Int

  /// The number of elements; 1 for a scalar.
  public var elementCount: Int { byteCount / dtype.size }
}

/// A file of named tensors, whatever its format.
///
/// A format is one type that conforms; ``openCheckpoint(at:)`` chooses it by the file's content.
public protocol CheckpointFile: Sendable {
  /// The file's path, as given.
  var path: String { get }

  /// Free text stored with the tensors.
  var metadata: [String: String] { get }

  /// Where in the file the tensors are from, in words; nil where they are all that it holds.
  var origin: String? { get }

  /// The tensors' names in the file's order.
  var names: [String] { get }

  /// The entry of that name, or nil where there is none.
  func entry(_ name: String) -> CheckpointEntry?

  /// Gives the bytes of a tensor: row-major, little-endian, without a copy where the format
  /// allows. The bytes may lie at any address: load from them unaligned. They must not escape.
  ///
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)``, or what `body` throws.
  func withBytes<Result>(
    of name: String,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result
}

extension CheckpointFile {
  /// Nil: the tensors are all that the file holds.
  public var origin: String? { nil }

  /// The entry of that name.
  ///
  /// - Throws: ``CheckpointError/missingTensor(path:name:nearest:)``.
  public func requiredEntry(_ name: String) throws(CheckpointError) -> CheckpointEntry {
    if let entry = entry(name) { return entry }
    throw .missingTensor(path: path, name: name, nearest: nearest(to: name))
  }

  /// The name in the file that ends as `name` does: what a prefix or a wrapper changed.
  private func nearest(to name: String) -> String? {
    let last = name.split(separator: ".").suffix(2).joined(separator: ".")
    return names.first { $0.hasSuffix("." + name) || name.hasSuffix("." + $0) }
      ?? names.first { $0.hasSuffix(last) }
  }
}

/// Opens a checkpoint of any format this package reads: safetensors, and PyTorch's `.pth`.
///
/// The format is told by the file's first bytes, not by its name.
///
/// - Throws: ``CheckpointError`` where the file cannot be read or its format is another.
public func openCheckpoint(at path: String) throws(CheckpointError) -> any CheckpointFile {
  try openCheckpoint(try MappedFile(path: path), path: path)
}

/// Reads bytes in memory as ``openCheckpoint(at:)`` reads a file; `path` is for messages.
package func openCheckpoint(
  copying bytes: [UInt8], path: String
) throws(CheckpointError) -> any CheckpointFile {
  try openCheckpoint(MappedFile(copying: bytes), path: path)
}

private func openCheckpoint(
  _ file: MappedFile, path: String
) throws(CheckpointError) -> any CheckpointFile {
  let isTorch = file.withBytes { bytes in
    // A header's length can begin like a pickle or a zip; the brace behind it cannot follow there.
    TorchFile.begins(bytes) && !(bytes.count > 8 && bytes[8] == UInt8(ascii: "{"))
  }
  return isTorch ? try TorchFile(file, path: path) : try SafetensorsFile(file, path: path)
}
