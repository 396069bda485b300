import Synchronization

/// A block of memory that returns to its pool when the last tensor over it is gone.
///
/// `@unchecked`: the bytes are written only while the buffer has one owner (an operation filling its
/// result, or ``Parameter`` after it has seen that nobody else holds the buffer).
package final class Buffer: @unchecked Sendable {
  /// The first byte, aligned to a cache line.
  package let pointer: UnsafeMutableRawPointer
  /// Bytes asked for.
  package let byteCount: Int

  private let capacity: Int
  /// The same values in layouts that primitives asked for, so that a weight is packed once per
  /// optimiser step, not once per use.
  let packed = Mutex<[PackedForm: Storage]>([:])

  init(byteCount: Int) {
    self.byteCount = byteCount
    (pointer, capacity) = BufferPool.shared.take(byteCount)
  }

  deinit { BufferPool.shared.put(pointer, capacity: capacity) }
}

/// What is kept with a weight until it changes.
enum PackedForm: Hashable {
  /// The values in a layout, and whether they were first rounded to bfloat16.
  case layout(MemoryDescriptor, rounded: Bool)
  /// Some of a convolution's input channels.
  case inputs(Range<Int>)
  /// Some of a 3x3 convolution's input channels, its nine places apart.
  case places(Range<Int>)
  /// The transformed windows of a 3x3 convolution, or of its turned windows.
  case winograd(Shape, DType, turned: Bool, rounded: Bool)
}
