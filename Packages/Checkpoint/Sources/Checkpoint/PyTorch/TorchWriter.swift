/// Writes tensors as the archive that `torch.load(path, weights_only=True)` reads as a state dict,
/// beside `path` and then renamed.
///
/// The state dict is an `OrderedDict` of tensors in the order given, which `load_state_dict` takes
/// as it is. `metadata` goes to records below `extra/`, which PyTorch ignores. An archive has up to
/// 4 GiB.
///
/// - Throws: ``CheckpointError/unwritable(path:reason:)`` or
///   ``CheckpointError/invalidContent(path:problem:)``; what stood at `path` is then untouched.
public func writeTorchArchive(
  to path: String, metadata: [String: String] = [:], entries: [CheckpointItem]
) throws(CheckpointError) {
  let sizes = try validatedSizes(of: entries, path: path)
  var pickle = StateDictionaryPickle()
  for (index, item) in entries.enumerated() {
    guard let storageClass = PickleGlobal.storageClass(of: item.dtype) else {
      throw .invalidContent(
        path: path,
        problem: "PyTorch's archives have no storage of \(item.dtype.rawValue), which the tensor "
          + "'\(item.name)' is of; write safetensors")
    }
    pickle.append(
      item, storageClass: storageClass, key: String(index), count: sizes[index] / item.dtype.size)
  }
  let pickleBytes = pickle.finished()
  try AtomicFile.write(to: path) { file throws(CheckpointError) in
    var archive = ZipWriter(path: path)
    try archive.add("data.pkl", bytes: pickleBytes, to: file)
    try archive.add("byteorder", bytes: Array("little".utf8), to: file)
    for (index, item) in entries.enumerated() {
      try archive.add("data/\(index)", byteCount: sizes[index], item: item, to: file)
    }
    try archive.add("version", bytes: Array("3\n".utf8), to: file)
    for (key, text) in metadata.sorted(by: { $0.key < $1.key }) {
      try archive.add("extra/\(key)", bytes: Array(text.utf8), to: file)
    }
    try archive.finish(file)
  }
}

/// The pickle of an `OrderedDict` of tensors, each with a storage of its own.
private struct StateDictionaryPickle {
  private var bytes: [UInt8] = [0x80, 2]

  init() {
    emptyOrderedDict()
    op("(")
  }

  mutating func append(_ item: CheckpointItem, storageClass: String, key: String, count: Int) {
    text(item.name)
    global("torch._utils", "_rebuild_tensor_v2")
    op("(")
    op("(")
    text("storage")
    global("torch", storageClass)
    text(key)
    text("cpu")
    integer(count)
    op("t")
    op("Q")
    integer(0)
    tuple(item.shape)
    var strides = [Int](repeating: 1, count: item.shape.count)
    for dimension in strides.indices.dropLast().reversed() {
      strides[dimension] = strides[dimension + 1] * max(1, item.shape[dimension + 1])
    }
    tuple(strides)
    bytes.append(0x89)  // requires_grad is False
    emptyOrderedDict()  // no hooks
    op("t")
    op("R")
  }

  func finished() -> [UInt8] { bytes + Array("u.".utf8) }

  private mutating func op(_ opcode: Unicode.Scalar) { bytes.append(UInt8(ascii: opcode)) }

  private mutating func emptyOrderedDict() {
    global("collections", "OrderedDict")
    op(")")
    op("R")
  }

  private mutating func global(_ module: String, _ name: String) {
    bytes += Array("c\(module)\n\(name)\n".utf8)
  }

  private mutating func text(_ text: String) {
    op("X")
    bytes += littleEndianBytes(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  private mutating func integer(_ value: Int) {
    bytes += [0x8A, 8] + littleEndianBytes(value)
  }

  private mutating func tuple(_ values: [Int]) {
    op("(")
    values.forEach { integer($0) }
    op("t")
  }
}
