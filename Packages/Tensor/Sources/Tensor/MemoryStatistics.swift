import Synchronization

/// What tensors have taken from the system so far, and how often they were laid out anew.
public struct MemoryStatistics: Sendable {
  /// Blocks taken from the system; recycled ones do not count.
  public let allocations: Int
  /// The most bytes in use at one time, since the last ``resetPeak()``.
  public let peakBytes: Int
  /// Tensors copied into another layout because the next operation wanted it so, packed weights
  /// among them.
  public let reorders: Int

  /// Forgets the peak so far, so that the next ``peakBytes`` is of what follows.
  public static func resetPeak() { BufferPool.shared.resetPeak() }

  /// As it is now.
  public static var current: MemoryStatistics {
    let statistics = BufferPool.shared.statistics
    return MemoryStatistics(
      allocations: statistics.allocations, peakBytes: statistics.peakUsed,
      reorders: CPUBackend.shared.reorders.load(ordering: .relaxed))
  }
}
