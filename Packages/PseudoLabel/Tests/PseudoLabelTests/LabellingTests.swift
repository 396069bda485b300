import PseudoLabel
import Tensor
import TensorTesting
import Testing
import VisionDatasets

@Suite struct LabellingTests {
  private func layer(_ pixels: (UInt8, Float)..., classes: Int = 19) throws -> LayerPrediction {
    try LayerPrediction(
      width: pixels.count, height: 1, classes: classes, labels: pixels.map(\.0),
      confidences: pixels.map(\.1))
  }

  @Test func randomLayersAreLabelledAsTheDefinitionSays() throws {
    var generator = SplitMix64(seed: 7)
    for round in 0..<120 {
      let classes = [19, 11, 2, 255, 1][round % 5]
      let width = Int.random(in: 1...40, using: &generator)
      let height = Int.random(in: 1...9, using: &generator)
      let steps: Int? = round % 2 == 0 ? 8 : nil
      let layers = try (0..<1 + round % 4).map { _ in
        try randomLayer(
          &generator, width: width, height: height, classes: classes, steps: steps)
      }
      for fusion in Fusion.allCases {
        for rule in [ThresholdRule.fixed, .median] {
          let labelling = PseudoLabelling(
            fusion: fusion, rule: rule, cap: [0.9, 0.5, 1, 0.875][round % 4],
            quantile: [0.5, 0.25, 1, 0, 0.8][round % 5])
          let plain = PlainPseudoLabels(layers, labelling)
          let fused = labelling.fused(layers)
          let labels = labelling(fused)
          #expect(fused.labels == plain.labels)
          #expect(fused.confidences.map(Double.init) == plain.confidences)
          #expect(labels.thresholds == plain.thresholds)
          #expect(labels.map.labels == plain.kept)
        }
      }
    }
  }

  @Test func tiesOfConfidenceGoToTheEarlierLayer() throws {
    let layers = [try layer((5, 0.7), (5, 0.7)), try layer((3, 0.7), (3, 0.71))]
    #expect(FusedPrediction(layers, by: .confidence).labels == [5, 3])
    #expect(FusedPrediction(layers.reversed(), by: .confidence).labels == [3, 3])
  }

  @Test func theMajorityDecidesAndTiesGoToConfidenceThenToTheLowerClass() throws {
    let layers = [
      try layer((5, 0.99), (5, 0.6), (9, 0.5), (1, 0.4)),
      try layer((3, 0.30), (3, 0.7), (9, 0.5), (0, 0.4)),
      try layer((3, 0.40), (4, 0.65), (2, 0.5), (2, 0.4)),
      try layer((5, 0.20), (4, 0.2), (2, 0.4), (3, 0.4)),
    ]
    let three = FusedPrediction(Array(layers.prefix(3)), by: .majority)
    // Two weak votes against a strong one; three of one each; two against one; three equal ones.
    #expect(three.labels == [3, 3, 9, 0])
    #expect(three.confidences == [0.4, 0.7, 0.5, 0.4])
    let four = FusedPrediction(layers, by: .majority)
    // Two against two: the more confident supporter; 4 has two votes; equal supporters: the lower.
    #expect(four.labels == [5, 4, 2, 0])
    #expect(four.confidences == [0.99, 0.65, 0.5, 0.4])
  }

  @Test func aClassWithoutPixelsHasNoThresholdAndOneWithOneKeepsIt() throws {
    let labelling = PseudoLabelling(rule: .median)
    let labels = labelling(labelling.fused([try layer((2, 0.3), (7, 0.95), (7, 0.99))]))
    #expect(labels.thresholds[2] == Double(Float(0.3)))
    #expect(labels.thresholds[7] == 0.9)
    #expect(labels.thresholds[0] == 0)
    #expect(labels.map.labels == [2, 7, 7])
    #expect(labels.kept.reduce(0, +) == 3 && labels.predicted[7] == 2)
  }

  /// Float32 has no 0.9: the nearest number lies below and is not at least 0.9.
  @Test func aThresholdIsMeantAsTheDoubleThatItIs() throws {
    let labelling = PseudoLabelling(rule: .fixed, cap: 0.9)
    let below = Float(0.9)
    try #require(Double(below) < 0.9)
    let labels = labelling(labelling.fused([try layer((0, below), (0, below.nextUp), (1, 0))]))
    #expect(labels.map.labels == [LabelMap.ignored, 0, LabelMap.ignored])
    let half = PseudoLabelling(rule: .fixed, cap: 0.5)
    #expect(
      half(half.fused([try layer((4, 0.5), (4, Float(0.5).nextDown))])).map.labels == [4, 255])
  }

  /// The property of the paper's Figure 3: with one threshold for all, more layers keep more.
  @Test func whatOneLayerKeepsTwoAndThreeKeep() throws {
    var generator = SplitMix64(seed: 3)
    let labelling = PseudoLabelling(fusion: .confidence, rule: .fixed, cap: 0.8)
    for _ in 0..<20 {
      let layers = try (0..<3).map { _ in
        try randomLayer(&generator, width: 31, height: 17, classes: 19)
      }
      let sets = [[layers[0]], [layers[0], layers[2]], layers].map { used in
        labelling(labelling.fused(used)).map.labels.map { $0 != LabelMap.ignored }
      }
      for (less, more) in zip(sets, sets.dropFirst()) {
        #expect(zip(less, more).allSatisfy { !$0 || $1 })
        #expect(more.count { $0 } > less.count { $0 })
      }
    }
  }

  @Test func logitsAreEnlargedBeforeTheirSoftmax() throws {
    let small = Tensor(
      uniform(name: "logits", count: 7 * 4 * 6).map { Float($0 * 4) }, shape: [1, 7, 4, 6])
    let fused = try LayerPrediction(logits: small, height: 32, width: 48)
    let plain = try LayerPrediction(
      probabilities: small.upsampledBilinear(height: 32, width: 48).softmax())
    #expect(fused.labels == plain.labels && fused.classes == 7)
    #expect(zip(fused.confidences, plain.confidences).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func whatIsNoProbabilityIsRefused() throws {
    for value in [Float.nan, .infinity, -0.1, 1.001, -.infinity] {
      #expect(throws: PseudoLabelError.self) { try layer((1, 0.5), (2, value)) }
      for place in [0, 5, 11] {
        var scores = [Float](repeating: 0.25, count: 12)
        scores[place] = value
        let tensor = Tensor(scores, shape: [1, 3, 2, 2])
        if !value.isFinite {
          let error = #expect(throws: PseudoLabelError.self) {
            try LayerPrediction(logits: tensor, height: 16, width: 16)
          }
          #expect(error?.description.contains("not finite") == true)
          #expect(throws: PseudoLabelError.self) { try LayerPrediction(probabilities: tensor) }
        }
      }
    }
    #expect(throws: PseudoLabelError.notClass(label: 19, classes: 19)) { try layer((19, 0.5)) }
    #expect(throws: PseudoLabelError.notProbability(2)) {
      try LayerPrediction(probabilities: Tensor([2, 0], shape: [1, 2, 1, 1]))
    }
  }
}
