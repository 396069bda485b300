import SegmentationMetrics
import Testing

@Suite struct ConfusionMatrixTests {
  /// Truth and prediction of ten pixels, worked out by hand for three classes.
  @Test func scoresByHand() {
    var matrix = ConfusionMatrix(classes: 4)
    matrix.add(
      prediction: [0, 0, 1, 1, 1, 2, 0, 3, 0, 255],
      truth: [0, 0, 0, 1, 1, 1, 2, 255, 9, 1])
    // The ninth and the eighth pixel are ignored. Class 3 occurs only on an ignored one.
    #expect(matrix.labelledPixels == 8)
    #expect(matrix.correctPixels == 4)
    #expect(matrix.pixelAccuracy == 0.5)
    #expect(matrix[truth: 0, prediction: 1] == 1)
    #expect(matrix.predictedAsNoClass(truth: 1) == 1)
    // 0: 2 right, 1 missed, 1 false. 1: 2 right, 2 missed (one as no class), 1 false. 2: 0 right.
    #expect(matrix.classIoU == [0.5, 0.4, 0, nil])
    #expect(matrix.classAccuracy == [2.0 / 3, 0.5, 0, nil])
    #expect(abs(matrix.mIoU! - 0.3) < 1e-15)
    #expect(abs(matrix.mIoU19 - 0.225) < 1e-15)
    #expect(matrix.pixels(of: 1) == 4)
    #expect(matrix.predictedPixels(as: 0) == 3)
  }

  @Test func everythingIsDefinedOnNothing() {
    var matrix = ConfusionMatrix()
    #expect(matrix.classes == 19)
    for _ in 0..<2 {
      #expect(matrix.pixelAccuracy == nil)
      #expect(matrix.mIoU == nil)
      #expect(matrix.mIoU19 == 0)
      #expect(matrix.classIoU == Array(repeating: nil, count: 19))
      #expect(matrix.classAccuracy == Array(repeating: nil, count: 19))
      #expect(matrix.labelledPixels == 0)
      // Nothing but ignored pixels is still nothing.
      matrix.add(prediction: [0, 18, 255], truth: [255, 19, 34])
    }
  }

  @Test func aClassThatIsOnlyPredictedOccurs() {
    var matrix = ConfusionMatrix(classes: 3)
    matrix.add(prediction: [0, 1], truth: [0, 0])
    #expect(matrix.classIoU == [0.5, 0, nil])
    #expect(matrix.mIoU == 0.25)
    #expect(matrix.accuracy(of: 1) == nil)
  }

  @Test func perfectPredictionIsOne() {
    var matrix = ConfusionMatrix()
    let labels = (0..<1000).map { UInt8($0 % 19) }
    matrix.add(prediction: labels, truth: labels)
    #expect(matrix.mIoU == 1)
    #expect(matrix.mIoU19 == 1)
    #expect(matrix.pixelAccuracy == 1)
  }

  @Test func imagesAddUpInAnyGrouping() {
    var random = SplitMix(state: 3)
    let pairs = (0..<4).map { _ in labels(count: 777, classes: 19, random: &random) }
    var all = ConfusionMatrix()
    var even = ConfusionMatrix()
    var odd = ConfusionMatrix()
    for (index, pair) in pairs.enumerated() {
      all.add(prediction: pair.prediction, truth: pair.truth)
      if index % 2 == 0 {
        even.add(prediction: pair.prediction, truth: pair.truth)
      } else {
        odd.add(prediction: pair.prediction, truth: pair.truth)
      }
    }
    #expect(even + odd == all)
    #expect(odd + even == all)
    #expect(all.labelledPixels > 2000)
  }

  /// Sets of pixel indices instead of counts: nothing shared with the implementation.
  @Test(arguments: [1, 2, 19, 255], [0, 1, 7, 8, 9, 4099])
  func scoresByBruteForce(classes: Int, count: Int) {
    var random = SplitMix(state: UInt64(classes * 10000 + count))
    let (prediction, truth) = labels(count: count, classes: classes, random: &random)
    var matrix = ConfusionMatrix(classes: classes)
    matrix.add(prediction: prediction, truth: truth)

    let labelled = truth.indices.filter { Int(truth[$0]) < classes }
    var present: [Double] = []
    for label in 0..<classes {
      let actual = Set(labelled.filter { Int(truth[$0]) == label })
      let predicted = Set(labelled.filter { Int(prediction[$0]) == label })
      let union = actual.union(predicted)
      let expected =
        union.isEmpty ? nil : Double(actual.intersection(predicted).count) / Double(union.count)
      #expect(matrix.iou(of: label) == expected)
      if let expected { present.append(expected) }
    }
    if present.isEmpty {
      #expect(matrix.mIoU == nil)
    } else {
      #expect(abs(matrix.mIoU! - present.reduce(0, +) / Double(present.count)) < 1e-12)
    }
    #expect(abs(matrix.mIoU19 - present.reduce(0, +) / Double(classes)) < 1e-12)
    let right = labelled.count { truth[$0] == prediction[$0] }
    #expect(
      matrix.pixelAccuracy == (labelled.isEmpty ? nil : Double(right) / Double(labelled.count)))
  }

  /// Runs of labels as photographs have them, with stretches of noise and of ignored values.
  private func labels(
    count: Int, classes: Int, random: inout SplitMix
  ) -> (prediction: [UInt8], truth: [UInt8]) {
    var prediction: [UInt8] = []
    var truth: [UInt8] = []
    while truth.count < count {
      let length = Int.random(in: 1...40, using: &random)
      let isNoise = Bool.random(using: &random)
      var pair = (UInt8.random(in: .min ... .max, using: &random), UInt8(0))
      for step in 0..<min(length, count - truth.count) {
        if step == 0 || isNoise {
          let label = { (random: inout SplitMix) -> UInt8 in
            Int.random(in: 0..<6, using: &random) == 0
              ? UInt8.random(in: .min ... .max, using: &random)
              : UInt8(Int.random(in: 0..<classes, using: &random))
          }
          pair = (label(&random), label(&random))
          if Bool.random(using: &random) { pair.1 = pair.0 }
        }
        prediction.append(pair.0)
        truth.append(pair.1)
      }
    }
    return (prediction, truth)
  }
}

/// A small generator that gives the same numbers everywhere.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
