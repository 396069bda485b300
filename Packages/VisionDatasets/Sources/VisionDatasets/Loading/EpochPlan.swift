/// What is loaded in one epoch, and with which random numbers: a function of the seed, the epoch and
/// the set's size alone.
struct EpochPlan: Sendable {
  let order: [Int]
  let batchSize: Int
  let batchCount: Int
  private let seed: UInt64
  private let epoch: Int

  init(samples: Int, batchSize: Int, dropLast: Bool, shuffle: Bool, seed: UInt64, epoch: Int) {
    var generator = SplitMix64(seed, UInt64(bitPattern: Int64(epoch)))
    order = shuffle ? generator.permutation(of: samples) : Array(0..<samples)
    self.batchSize = batchSize
    batchCount = Self.batchCount(samples: samples, batchSize: batchSize, dropLast: dropLast)
    self.seed = seed
    self.epoch = epoch
  }

  static func batchCount(samples: Int, batchSize: Int, dropLast: Bool) -> Int {
    dropLast ? samples / batchSize : (samples + batchSize - 1) / batchSize
  }

  /// The places in the epoch that a batch is made of.
  func places(ofBatch batch: Int) -> Range<Int> {
    batch * batchSize..<min((batch + 1) * batchSize, order.count)
  }

  /// The generator for the transforms of the sample at a place in the epoch.
  func generator(at place: Int) -> SplitMix64 {
    SplitMix64(seed, UInt64(bitPattern: Int64(epoch)), UInt64(place) + 1)
  }
}
