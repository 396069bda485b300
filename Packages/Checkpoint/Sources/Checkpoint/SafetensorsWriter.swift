/// A tensor to be written: what the header says of it, and where its bytes come from.
public struct CheckpointItem {
  /// Gives a tensor's bytes, row-major and little-endian, to `append`, in one piece or several.
  public typealias Bytes = (_ append: (UnsafeRawBufferPointer) -> Void) -> Void

  /// The tensor's name, unique in the file.
  public let name: String
  /// The type of its elements.
  public let dtype: ElementType
  /// Its dimensions, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Called once, when it is the tensor's turn.
  public let bytes: Bytes

  /// A tensor whose bytes are asked for when it is its turn to be written, so that a checkpoint
  /// never exists a second time in memory.
  public init(name: String, dtype: ElementType, shape: [Int], bytes: @escaping Bytes) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// A tensor whose values are at hand, such as `[Float]` with ``ElementType/float32``.
  public init<Value: BitwiseCopyable>(
    name: String, dtype: ElementType, shape: [Int], values: [Value]
  ) {
    self.init(name: name, dtype: dtype, shape: shape) { append in
      values.withUnsafeBytes { append($0) }
    }
  }
}

/// Writes tensors and free text as a safetensors file, beside `path` and then renamed.
///
/// Tensors are laid out by falling element size, otherwise in the order given: then every one
/// begins at a multiple of its element's size, which PyTorch's reader needs.
///
/// - Throws: ``CheckpointError/unwritable(path:reason:)`` or
///   ``CheckpointError/invalidContent(path:problem:)``; what stood at `path` is then untouched.
public func writeSafetensors(
  to path: String, metadata: [String: String] = [:], entries: [CheckpointItem]
) throws(CheckpointError) {
  try AtomicFile.write(to: path) { file throws(CheckpointError) in
    try writeSafetensors(to: file, path: path, metadata: metadata, entries: entries)
  }
}

/// Writes into a file that is open already; `path` is for messages.
package func writeSafetensors(
  to file: borrowing AtomicFile, path: String, metadata: [String: String],
  entries: [CheckpointItem]
) throws(CheckpointError) {
  let layout = try SafetensorsLayout(path: path, entries: entries)
  try file.append(layout.header(metadata: metadata))
  for (item, expected) in layout.items {
    try item.write(to: file, byteCount: expected, path: path)
  }
}

extension CheckpointItem {
  /// Appends the item's bytes, which must be as many as its shape and type ask for, and shows each
  /// piece to `watch`.
  func write(
    to file: borrowing AtomicFile, byteCount expected: Int, path: String,
    watch: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) throws(CheckpointError) {
    var failure: CheckpointError?
    var found = 0
    bytes { bytes in
      found += bytes.count
      // More bytes than promised are counted, not written: the error below names the count.
      guard failure == nil, found <= expected else { return }
      watch(bytes)
      do throws(CheckpointError) { try file.append(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    if found != expected {
      let problem =
        "the tensor '\(name)' gave \(found) bytes where shape \(shape) "
        + "of \(dtype.rawValue) has \(expected)"
      throw .invalidContent(path: path, problem: problem)
    }
  }
}

/// The bytes of each item, whose names must be unique and shapes countable.
func validatedSizes(
  of entries: [CheckpointItem], path: String, reserved: Set<String> = []
) throws(CheckpointError) -> [Int] {
  var names = reserved
  var sizes: [Int] = []
  var total = 0
  for item in entries {
    guard names.insert(item.name).inserted else {
      let problem = "the tensor name '\(item.name)' is given twice or reserved"
      throw .invalidContent(path: path, problem: problem)
    }
    guard let byteCount = item.dtype.byteCount(of: item.shape),
      case let (sum, overflow) = total.addingReportingOverflow(byteCount), !overflow
    else {
      throw .invalidContent(
        path: path, problem: "the tensor '\(item.name)' has the impossible shape \(item.shape)")
    }
    total = sum
    sizes.append(byteCount)
  }
  return sizes
}

/// The order and sizes of what is to be written.
private struct SafetensorsLayout {
  let items: [(item: CheckpointItem, byteCount: Int)]
  let path: String

  init(path: String, entries: [CheckpointItem]) throws(CheckpointError) {
    let sizes = try validatedSizes(of: entries, path: path, reserved: ["__metadata__"])
    let items = Array(zip(entries, sizes))
    let order = items.indices.sorted {
      (-items[$0].0.dtype.size, $0) < (-items[$1].0.dtype.size, $1)
    }
    self.items = order.map { items[$0] }
    self.path = path
  }

  /// The length and the JSON, padded with spaces so that the data begins at a multiple of 8.
  func header(metadata: [String: String]) throws(CheckpointError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(jsonText($0.key)):\(jsonText($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var begin = 0
    for (item, byteCount) in items {
      let shape = item.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(jsonText(item.name)):{\"dtype\":\"\(item.dtype.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(begin),\(begin + byteCount)]}")
      begin += byteCount
    }
    var json = "{\(members.joined(separator: ","))}"
    json += String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
    guard json.utf8.count <= SafetensorsHeader.longest else {
      throw .invalidContent(
        path: path, problem: "its header would have \(json.utf8.count) bytes, more than allowed")
    }
    let length = UInt64(json.utf8.count)
    return littleEndianBytes(length) + Array(json.utf8)
  }

  private func jsonText(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
