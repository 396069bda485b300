/// A tensor of a state dict and the bytes that it is a view of.
struct StorageView {
  let entry: CheckpointEntry
  let storage: PickledStorage
  /// Elements from the storage's beginning to the view's first.
  let offset: Int
  let strides: [Int]

  /// Checks that every element of the view lies in its storage.
  init(
    _ name: String, _ tensor: PickledTensor, _ storage: PickledStorage, path: String
  ) throws(CheckpointError) {
    let shape = tensor.shape
    guard shape.allSatisfy({ $0 >= 0 }), let byteCount = storage.dtype.byteCount(of: shape) else {
      throw .impossibleShape(path: path, name: name, shape: "\(shape)")
    }
    guard tensor.offset >= 0, tensor.strides.allSatisfy({ $0 >= 0 }) else {
      throw .impossibleShape(
        path: path, name: name,
        shape: "\(shape) with strides \(tensor.strides) from \(tensor.offset) on")
    }
    var end = byteCount == 0 ? 0 : tensor.offset
    if byteCount > 0 {
      end = Self.adding(end, 1)
      for (dimension, stride) in zip(shape, tensor.strides) {
        let (reach, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
        end = Self.adding(end, overflow ? .max : reach)
      }
    }
    // A view that repeats elements can have more of them than its storage: a few bytes of file
    // would then ask for any amount of memory, and no parameter is stored so.
    let needed = max(end, byteCount / storage.dtype.size)
    guard needed <= storage.length else {
      throw .tensorBeyondStorage(path: path, name: name, expected: needed, found: storage.length)
    }
    entry = CheckpointEntry(name: name, dtype: storage.dtype, shape: shape, byteCount: byteCount)
    self.storage = storage
    offset = storage.start + (byteCount == 0 ? 0 : tensor.offset)
    strides = tensor.strides
  }

  private static func adding(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// Whether the elements lie row-major, one behind the other.
  private var isContiguous: Bool {
    var expected = 1
    for (dimension, stride) in zip(entry.shape, strides).reversed() where dimension != 1 {
      if stride != expected { return false }
      expected *= dimension
    }
    return true
  }

  /// Gives the view's elements row-major: in place where they lie so, gathered otherwise.
  func withBytes<Result>(
    in storageBytes: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let size = entry.dtype.size
    if entry.byteCount == 0 || isContiguous {
      let range = offset * size..<offset * size + entry.byteCount
      return try body(UnsafeRawBufferPointer(rebasing: storageBytes[range]))
    }
    let gathered = [UInt8](unsafeUninitializedCapacity: entry.byteCount) { output, count in
      gather(storageBytes, into: UnsafeMutableRawBufferPointer(output))
      count = entry.byteCount
    }
    var result: Swift.Result<Result, CheckpointError>?
    gathered.withUnsafeBytes { bytes in
      do throws(CheckpointError) { result = .success(try body(bytes)) } catch {
        result = .failure(error)
      }
    }
    return try result!.get()
  }

  private func gather(
    _ source: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) {
    let size = entry.dtype.size
    var index = [Int](repeating: 0, count: entry.shape.count)
    var element = offset
    for place in 0..<entry.elementCount {
      let from = UnsafeRawBufferPointer(
        rebasing: source[element * size..<(element + 1) * size])
      UnsafeMutableRawBufferPointer(
        rebasing: output[place * size..<(place + 1) * size]
      ).copyMemory(from: from)
      // The next index, the last dimension fastest.
      for dimension in index.indices.reversed() {
        index[dimension] += 1
        element += strides[dimension]
        if index[dimension] < entry.shape[dimension] { break }
        element -= index[dimension] * strides[dimension]
        index[dimension] = 0
      }
    }
  }
}
