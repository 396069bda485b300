import Foundation
import Synchronization
import VisionDatasets

/// Computed samples of 8x6, slower for some than for others, that counts how often it is read and
/// fails where told.
final class CountingDataset: SegmentationDataset {
  struct Failure: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file): the PNG is corrupt" }
  }

  let count: Int
  private let failures: Set<Int>
  private let width: @Sendable (Int) -> Int
  private let counter = Mutex(0)

  init(
    count: Int, failingAt failures: Set<Int> = [],
    width: @escaping @Sendable (Int) -> Int = { _ in 8 }
  ) {
    self.count = count
    self.failures = failures
    self.width = width
  }

  /// How many samples were asked for.
  var reads: Int { counter.withLock { $0 } }

  func name(at index: Int) -> String { "sample\(index)" }

  func sample(at index: Int) throws -> Sample {
    counter.withLock { $0 += 1 }
    // Later samples overtake earlier ones, were the loader to let them.
    Thread.sleep(forTimeInterval: Double(index * 7 % 4) * 0.0005)
    if failures.contains(index) { throw Failure(file: "/data/sample\(index).png") }
    return markedSample(
      name(at: index), width: width(index), height: 6, blue: UInt8(index))
  }
}
