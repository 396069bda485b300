import Glibc

/// Large blocks side by side in address space that is reserved ahead, of which the system provides
/// only what is written to. A block that is given back joins its free neighbours, so that what follows
/// may be of any size; with blocks recycled by size alone, a training step would own half as much again
/// as it uses.
package struct Arena {
  /// What blocks are multiples of.
  package static let page = 4096

  private struct Gap {
    var start: UInt
    var count: Int
    /// The bytes at its start that were handed out before.
    var known: Int
    var end: UInt { start + UInt(count) }
  }

  /// What is free, by address.
  private var gaps: [Gap] = []

  package init() {}

  /// The start of the smallest gap that is large enough, and how many of the block's bytes were never
  /// handed out before. The address is nil where the system reserves no more.
  ///
  /// - Parameter count: A multiple of the page.
  package mutating func take(_ count: Int) -> (address: UInt?, fresh: Int) {
    guard let index = smallestGap(of: count) ?? reserve(atLeast: count) else { return (nil, 0) }
    let gap = gaps[index]
    if gap.count == count {
      gaps.remove(at: index)
    } else {
      gaps[index] = Gap(
        start: gap.start + UInt(count), count: gap.count - count, known: max(0, gap.known - count))
    }
    return (gap.start, max(0, count - gap.known))
  }

  /// Takes back a block that ``take(_:)`` gave, of the same size.
  package mutating func put(_ address: UInt, _ count: Int) {
    let index = place(of: address)
    var gap = Gap(start: address, count: count, known: count)
    // A neighbour below was known to its end: what is known of the free space lies at its start.
    if index < gaps.count, gaps[index].start == gap.end {
      let above = gaps.remove(at: index)
      gap.count += above.count
      gap.known += above.known
    }
    if index > 0, gaps[index - 1].end == gap.start, gaps[index - 1].known == gaps[index - 1].count {
      gaps[index - 1].count += gap.count
      gaps[index - 1].known += gap.known
    } else {
      gaps.insert(gap, at: index)
    }
  }

  private func smallestGap(of count: Int) -> Int? {
    var best: Int?
    for index in gaps.indices where gaps[index].count >= count {
      if best.map({ gaps[index].count < gaps[$0].count }) ?? true { best = index }
    }
    return best
  }

  /// Where the first gap beyond an address is, or belongs.
  private func place(of address: UInt) -> Int {
    var low = 0, high = gaps.count
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].start < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Reserves address space, less of it where a limit forbids as much.
  private mutating func reserve(atLeast count: Int) -> Int? {
    let hugePage = 1 << 21
    let needed = (count + hugePage - 1) / hugePage * hugePage
    var size = max(needed, 1 << 36)
    while true {
      let space = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      if let space, space != MAP_FAILED {
        // Advice only: where the system has no huge pages, ordinary ones serve.
        madvise(space, size, Int32(MADV_HUGEPAGE))
        let address = UInt(bitPattern: space)
        let index = place(of: address)
        gaps.insert(Gap(start: address, count: size, known: 0), at: index)
        return index
      }
      if size == needed { return nil }
      size = max(needed, size / 2)
    }
  }
}
