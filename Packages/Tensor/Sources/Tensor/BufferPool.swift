import Glibc
import Synchronization

/// Recycles memory: a training step asks for the same blocks again and again, and pages that were
/// touched once need no zeroing by the system. Small blocks are kept by size, large ones lie in an
/// ``Arena``.
package final class BufferPool: Sendable {
  /// The process's pool.
  package static let shared = BufferPool()

  /// What the pool has done so far.
  package struct Statistics: Sendable {
    /// Times that the system was asked for memory.
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
    var small: [Int: [UInt]] = [:]
    var arena = Arena()
    var statistics = Statistics()
  }

  private let state = Mutex(State())

  /// What the pool has done so far.
  package var statistics: Statistics { state.withLock { $0.statistics } }

  /// Forgets the peak so far: the next one is of what follows.
  func resetPeak() { state.withLock { $0.statistics.peakUsed = $0.statistics.used } }

  /// A block for so many bytes, aligned to a cache line, and the size that they are rounded up to.
  func take(_ byteCount: Int) -> (UnsafeMutableRawPointer, capacity: Int) {
    let capacity = Self.capacity(for: byteCount)
    let address = state.withLock { state -> UInt? in
      state.statistics.requests += 1
      state.statistics.used += capacity
      state.statistics.peakUsed = max(state.statistics.peakUsed, state.statistics.used)
      let taken = Self.take(capacity, from: &state)
      if taken.fresh > 0 {
        state.statistics.allocations += 1
        state.statistics.bytes += taken.fresh
      }
      return taken.address
    }
    guard let address, let pointer = UnsafeMutableRawPointer(bitPattern: address) else {
      fatalError("out of memory: \(capacity) bytes asked for")
    }
    return (pointer, capacity)
  }

  func put(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock {
      $0.statistics.used -= capacity
      if capacity < Arena.page {
        $0.small[capacity, default: []].append(address)
      } else {
        $0.arena.put(address, capacity)
      }
    }
  }

  /// The address, nil where the system has nothing left, and how many bytes are new.
  private static func take(_ capacity: Int, from state: inout State) -> (address: UInt?, fresh: Int)
  {
    if capacity >= Arena.page { return state.arena.take(capacity) }
    if let recycled = state.small[capacity]?.popLast() { return (recycled, 0) }
    var pointer: UnsafeMutableRawPointer?
    let status = posix_memalign(&pointer, cacheLine, capacity)
    return (status == 0 ? pointer.map { UInt(bitPattern: $0) } : nil, capacity)
  }

  private static let cacheLine = 64

  /// Whole cache lines, or pages where there is at least one.
  private static func capacity(for byteCount: Int) -> Int {
    let unit = byteCount > Arena.page - cacheLine ? Arena.page : cacheLine
    return max(cacheLine, (byteCount + unit - 1) / unit * unit)
  }
}
