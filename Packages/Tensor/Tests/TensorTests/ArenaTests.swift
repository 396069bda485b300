import Tensor
import Testing

@Suite struct ArenaTests {
  private let page = Arena.page

  @Test func neighboursJoin() throws {
    var arena = Arena()
    let blocks = try (0..<4).map { _ in
      let (address, fresh) = arena.take(3 * page)
      #expect(fresh == 3 * page)
      return try #require(address)
    }
    #expect(blocks == (0..<4).map { blocks[0] + UInt($0 * 3 * page) })
    arena.put(blocks[2], 3 * page)
    arena.put(blocks[1], 3 * page)
    // The two are one gap now, and what is left of it serves the next.
    #expect(arena.take(5 * page) == (blocks[1], 0))
    #expect(arena.take(page) == (blocks[1] + UInt(5 * page), 0))
    // Before the last block there is nothing left; behind it there is what was never handed out.
    let (beyond, fresh) = arena.take(2 * page)
    #expect(beyond == blocks[3] + UInt(3 * page))
    #expect(fresh == 2 * page)
  }

  @Test func theSmallestGapServes() throws {
    var arena = Arena()
    let large = try #require(arena.take(8 * page).address)
    _ = arena.take(page)
    let small = try #require(arena.take(2 * page).address)
    _ = arena.take(page)
    arena.put(large, 8 * page)
    arena.put(small, 2 * page)
    #expect(arena.take(2 * page) == (small, 0))
    #expect(arena.take(2 * page) == (large, 0))
  }

  @Test func aBlockThatReachesIntoNewSpaceCountsWhatIsNew() throws {
    var arena = Arena()
    let block = try #require(arena.take(3 * page).address)
    arena.put(block, 3 * page)
    #expect(arena.take(7 * page) == (block, 4 * page))
    arena.put(block, 7 * page)
    #expect(arena.take(7 * page) == (block, 0))
  }

  /// Against a list of what is held: no two blocks ever overlap, and in the end all is one gap again.
  @Test func blocksNeverOverlap() throws {
    var arena = Arena(), random = Congruential()
    var held: [(start: UInt, count: Int)] = [], fresh = 0
    for _ in 0..<4000 {
      if held.count > 60 || (!held.isEmpty && Bool.random(using: &random)) {
        let block = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        arena.put(block.start, block.count)
      } else {
        let count = Int.random(in: 1...40, using: &random) * page
        let taken = arena.take(count)
        let start = try #require(taken.address)
        fresh += taken.fresh
        #expect(
          held.allSatisfy { $0.start + UInt($0.count) <= start || start + UInt(count) <= $0.start })
        held.append((start, count))
      }
    }
    for block in held { arena.put(block.start, block.count) }
    #expect(arena.take(fresh).fresh == 0)
    #expect(arena.take(page).fresh == page)
  }
}

/// Knuth's linear congruential generator: the same numbers in every run.
private struct Congruential: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}
