/// Counts pairs of one true class and one predicted byte.
///
/// Label maps are mostly runs: eight pixels of the same pair are recognised by two comparisons and
/// counted at once.
struct LabelPairHistogram {
  private let classes: Int
  /// One row of 256 per class, and one for every truth that is ignored.
  private var counts: [Int]

  init(classes: Int) {
    self.classes = classes
    counts = Array(repeating: 0, count: (classes + 1) * 256)
  }

  subscript(truth: Int, prediction: Int) -> Int { counts[truth << 8 | prediction] }

  mutating func add(
    prediction: UnsafeBufferPointer<UInt8>, truth: UnsafeBufferPointer<UInt8>
  ) {
    let classes = classes
    let count = truth.count
    let truthBytes = UnsafeRawBufferPointer(truth)
    let predictionBytes = UnsafeRawBufferPointer(prediction)
    counts.withUnsafeMutableBufferPointer { counts in
      func countOne(_ index: Int, times: Int) {
        counts[min(Int(truth[index]), classes) << 8 | Int(prediction[index])] += times
      }
      var index = 0
      while index + 8 <= count {
        let eightTruths = truthBytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        let eightPredictions = predictionBytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if eightTruths == repeated(truth[index]), eightPredictions == repeated(prediction[index]) {
          countOne(index, times: 8)
        } else {
          for offset in 0..<8 { countOne(index + offset, times: 1) }
        }
        index += 8
      }
      while index < count {
        countOne(index, times: 1)
        index += 1
      }
    }
  }
}

/// Eight times the same byte.
private func repeated(_ byte: UInt8) -> UInt64 {
  UInt64(byte) &* 0x0101_0101_0101_0101
}
