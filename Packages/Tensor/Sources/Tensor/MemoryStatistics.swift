/// What tensors have taken from the system so far.
public struct MemoryStatistics: Sendable {
  /// Blocks taken from the system; recycled ones do not count.
  public let allocations: Int
  /// The most bytes in use at one time.
  public let peakBytes: Int

  /// As it is now.
  public static var current: MemoryStatistics {
    let statistics = BufferPool.shared.statistics
    return MemoryStatistics(allocations: statistics.allocations, peakBytes: statistics.peakUsed)
  }
}
