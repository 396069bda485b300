/// Elements in memory: a logical shape, an element type and how they are laid out.
///
/// Operations see `shape`, which is always logical (`[N, C, H, W]`), and hand storages to a
/// ``Backend``; the layout (row-major, channel-blocked, or whatever a primitive packs weights
/// into) is the backend's own affair. Storages are values: nothing changes one in place while
/// another holds its buffer.
package struct Storage: Sendable {
  /// The logical extents.
  package let shape: Shape
  /// The element type.
  package let dtype: DType
  let descriptor: MemoryDescriptor
  var buffer: Buffer

  init(shape: Shape, descriptor: MemoryDescriptor, buffer: Buffer? = nil) {
    self.shape = shape
    self.dtype = descriptor.dtype
    self.descriptor = descriptor
    self.buffer = buffer ?? Buffer(byteCount: descriptor.byteCount)
  }

  /// Uninitialised row-major elements.
  init(plain shape: Shape, dtype: DType) {
    self.init(shape: shape, descriptor: .plain(shape, dtype))
  }

  /// True where elements lie in row-major order.
  package var isPlain: Bool { descriptor.channelBlock == 1 }

  /// The number of elements as laid out, with the padding of blocked layouts.
  var paddedCount: Int { descriptor.byteCount / dtype.size }

  /// True where the elements are bfloat16, false where they are float32: kernels know no other.
  ///
  /// - Precondition: They are one of the two; bytes are not computed with.
  var isBFloat16: Bool {
    require(
      dtype.isNumber, "labels and quantised maps, \(dtype) \(shape), cannot be computed with")
    return dtype == .bfloat16
  }

  var pointer: UnsafeMutableRawPointer { buffer.pointer }

  /// The elements of a row-major storage.
  ///
  /// - Precondition: The storage is row-major and holds this type.
  package func withElements<Element, Result>(
    of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) -> Result
  ) -> Result {
    require(isPlain && MemoryLayout<Element>.size == dtype.size, "\(dtype) \(shape)")
    let elements = UnsafeMutableBufferPointer(
      start: pointer.assumingMemoryBound(to: type), count: shape.count)
    return withExtendedLifetime(buffer) { body(elements) }
  }
}
