import Glibc
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

  /// Scratch memory, for as long as a primitive runs: any block that is free and large enough serves.
  init(scratch byteCount: Int) {
    self.byteCount = byteCount
    (pointer, capacity) = BufferPool.shared.take(byteCount, orLarger: true)
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
}

/// Recycles memory by size: a training step asks for the same sizes again and again, and pages that
/// were touched once need no zeroing by the system.
package final class BufferPool: Sendable {
  /// The process's pool.
  package static let shared = BufferPool()

  /// What the pool has done so far.
  package struct Statistics: Sendable {
    /// Blocks taken from the system.
    package var allocations = 0
    /// Blocks handed out, new and recycled.
    package var requests = 0
    /// Bytes that the pool owns, in use or not.
    package var bytes = 0
    /// Bytes in use.
    package var used = 0
    /// The largest `used` so far.
    package var peakUsed = 0
  }

  private struct State {
    // Addresses rather than pointers: they are Sendable, and only the pool turns them back.
    var free: [Int: [UInt]] = [:]
    var statistics = Statistics()
  }

  private let state = Mutex(State())

  /// What the pool has done so far.
  package var statistics: Statistics { state.withLock { $0.statistics } }

  /// Forgets the peak so far: the next one is of what follows.
  func resetPeak() { state.withLock { $0.statistics.peakUsed = $0.statistics.used } }

  /// A block for so many bytes, of the size that they are rounded up to, or where `orLarger` the
  /// smallest free one that is no smaller.
  func take(_ byteCount: Int, orLarger: Bool = false)
    -> (UnsafeMutableRawPointer, capacity: Int)
  {
    var capacity = Self.capacity(for: byteCount)
    let recycled = state.withLock { state -> UInt? in
      if orLarger {
        let fitting = state.free.lazy.filter { $0.key >= capacity && !$0.value.isEmpty }
        capacity = fitting.map(\.key).min() ?? capacity
      }
      state.statistics.requests += 1
      state.statistics.used += capacity
      state.statistics.peakUsed = max(state.statistics.peakUsed, state.statistics.used)
      if let address = state.free[capacity]?.popLast() { return address }
      state.statistics.allocations += 1
      state.statistics.bytes += capacity
      return nil
    }
    if let recycled, let pointer = UnsafeMutableRawPointer(bitPattern: recycled) {
      return (pointer, capacity)
    }
    return (allocate(capacity), capacity)
  }

  func put(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    state.withLock {
      $0.statistics.used -= capacity
      $0.free[capacity, default: []].append(UInt(bitPattern: pointer))
    }
  }

  /// Gives the memory that is not in use back to the system.
  package func releaseUnused() {
    let blocks = state.withLock { state in
      let blocks = state.free
      state.statistics.bytes -= blocks.reduce(0) { $0 + $1.key * $1.value.count }
      state.free = [:]
      return blocks
    }
    for address in blocks.values.joined() {
      Glibc.free(UnsafeMutableRawPointer(bitPattern: address))
    }
  }

  /// Rounded up, by at most an eighth, so that near sizes share blocks.
  private static func capacity(for byteCount: Int) -> Int {
    guard byteCount > 4096 else { return max(64, (byteCount + 63) & ~63) }
    let step = max(4096, 1 << (Int.bitWidth - 4 - (byteCount - 1).leadingZeroBitCount))
    return (byteCount + step - 1) / step * step
  }

  private func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let hugePage = 1 << 21
    var pointer: UnsafeMutableRawPointer?
    let status = posix_memalign(&pointer, capacity >= hugePage ? hugePage : 64, capacity)
    guard status == 0, let pointer else {
      fatalError("out of memory: \(capacity) bytes asked for")
    }
    // Advice only: where the system has no huge pages, ordinary ones serve.
    if capacity >= hugePage { madvise(pointer, capacity, Int32(MADV_HUGEPAGE)) }
    return pointer
  }
}
