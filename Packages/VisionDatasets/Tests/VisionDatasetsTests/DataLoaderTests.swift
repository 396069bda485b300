import Foundation
import Testing
import VisionDatasets

@Suite(.timeLimit(.minutes(1))) struct DataLoaderTests {
  private func loader(
    _ dataset: any SegmentationDataset = CountingDataset(count: 23), batchSize: Int = 4,
    transform: any Transform = Compose([
      RandomScale(), RandomHorizontalFlip(), RandomCrop(height: 5, width: 7),
    ]), shuffle: Bool = true, dropLast: Bool = false, seed: UInt64 = 9, workers: Int = 2,
    prefetch: Int = 2
  ) throws -> DataLoader {
    try DataLoader(
      dataset: dataset, batchSize: batchSize, transform: transform, normalisation: .imageNet,
      shuffle: shuffle, dropLast: dropLast, seed: seed, workers: workers, prefetch: prefetch)
  }

  private func all(_ loader: DataLoader, epoch: Int = 0, from batch: Int = 0) throws -> [Batch] {
    let iterator = try loader.batches(epoch: epoch, startingAt: batch)
    var batches: [Batch] = []
    while let batch = try iterator.next() { batches.append(batch) }
    return batches
  }

  @Test(arguments: [2, 4, 9], [1, 3])
  func `the number of threads changes nothing`(workers: Int, prefetch: Int) throws {
    let alone = try all(loader(workers: 1, prefetch: 1))
    #expect(try all(loader(workers: workers, prefetch: prefetch)) == alone)
  }

  @Test func `an epoch holds every sample once`() throws {
    let batches = try all(loader())
    #expect(batches.map(\.count) == [4, 4, 4, 4, 4, 3])
    #expect(Set(batches.flatMap(\.names)).count == 23)
    let complete = try all(loader(dropLast: true))
    #expect(complete == Array(batches.prefix(5)))
    let inOrder = try all(loader(shuffle: false)).flatMap(\.names)
    #expect(inOrder == (0..<23).map { "sample\($0)" })
  }

  @Test func `epochs and seeds differ, repetitions do not`() throws {
    let first = try all(loader())
    #expect(try all(loader()) == first)
    #expect(try all(loader(), epoch: 1).flatMap(\.names) != first.flatMap(\.names))
    #expect(try all(loader(seed: 10)).flatMap(\.names) != first.flatMap(\.names))
    // The transforms change with the epoch even where the order does not.
    let unshuffled = try loader(shuffle: false)
    #expect(try all(unshuffled, epoch: 0) != all(unshuffled, epoch: 1))
  }

  @Test(arguments: 0...6) func `an epoch resumes at any batch`(batch: Int) throws {
    let whole = try all(loader(), epoch: 3)
    let source = CountingDataset(count: 23)
    #expect(try all(loader(source), epoch: 3, from: batch) == Array(whole.dropFirst(batch)))
    // What was before is not read again.
    #expect(source.reads == max(0, 23 - 4 * batch))
  }

  @Test func `an error surfaces at its place, with the file's name`() throws {
    let iterator = try loader(
      CountingDataset(count: 12, failingAt: [5, 6]), transform: Compose([]), shuffle: false,
      workers: 4
    ).batches(epoch: 0)
    #expect(try iterator.next()?.names.first == "sample0")
    let error = #expect(throws: DataLoaderError.self) { try iterator.next() }
    #expect(error?.description == "sample sample5: /data/sample5.png: the PNG is corrupt")
    #expect(try iterator.next()?.names.first == "sample8")
    #expect(try iterator.next() == nil)
    #expect(try iterator.next() == nil)
  }

  @Test func `unequal sizes in a batch are named`() throws {
    let mixed = CountingDataset(count: 4) { $0 == 2 ? 9 : 8 }
    let iterator = try loader(mixed, transform: Compose([]), shuffle: false).batches(epoch: 0)
    let error = #expect(throws: DataLoaderError.self) { try iterator.next() }
    #expect(
      error?.description.hasPrefix("sample2 is 9x6 but sample0 in the same batch is 8x6") == true)
  }

  @Test(arguments: [1, 4]) func `letting go early stops the threads`(workers: Int) throws {
    weak var remaining: CountingDataset?
    do {
      let source = CountingDataset(count: 400)
      remaining = source
      let iterator = try loader(source, workers: workers).batches(epoch: 0)
      _ = try iterator.next()
    }
    // The threads own the set: it goes when the last of them ends.
    let deadline = Date(timeIntervalSinceNow: 20)
    while remaining != nil, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    #expect(remaining == nil)
  }

  @Test func `no more than asked for is loaded ahead`() throws {
    let source = CountingDataset(count: 100)
    let iterator = try loader(source, workers: 3, prefetch: 2).batches(epoch: 0)
    _ = try iterator.next()
    Thread.sleep(forTimeInterval: 0.2)
    #expect(source.reads == 12)
  }

  @Test func `what cannot give a batch is refused`() throws {
    func message(_ dataset: any SegmentationDataset, _ batchSize: Int, dropLast: Bool) -> String? {
      let error = #expect(throws: DataLoaderError.self) {
        try loader(dataset, batchSize: batchSize, dropLast: dropLast)
      }
      return error?.description
    }
    #expect(
      message(CountingDataset(count: 0), 1, dropLast: false)?.contains("no samples") == true)
    #expect(
      message(CountingDataset(count: 3), 4, dropLast: true)?
        .contains("3 samples do not fill one batch of 4") == true)
    #expect(message(CountingDataset(count: 3), 0, dropLast: false)?.contains("not 0") == true)
    #expect(try loader(CountingDataset(count: 3), batchSize: 4).batchCount == 1)
  }
}
