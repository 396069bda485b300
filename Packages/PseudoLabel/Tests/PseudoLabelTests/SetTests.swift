import PseudoLabel
import SegmentationMetrics
import Testing
import VisionDatasets

@Suite struct SetTests {
  @Test(arguments: [6, 8, 13])
  func pooledThresholdsAreWithinTheBound(resolution: Int) throws {
    var generator = SplitMix64(seed: 11)
    let labelling = PseudoLabelling(rule: .medianDataset, cap: 0.95)
    var histogram = ConfidenceHistogram(resolution: resolution)
    var images: [[LayerPrediction]] = []
    var pooled = [[Double]](repeating: [], count: 19)
    for _ in 0..<12 {
      let layers = try (0..<2).map { _ in
        try randomLayer(&generator, width: 64, height: 32, classes: 19)
      }
      let fused = labelling.fused(layers)
      histogram.add(fused)
      images.append(layers)
      let own = PlainPseudoLabels.perClass(
        fused.labels, fused.confidences.map(Double.init), classes: 19)
      for label in 0..<19 { pooled[label] += own[label] }
    }
    let thresholds = labelling.thresholds(for: histogram)
    let bound = Double(sign: .plus, exponent: resolution - 23, significand: 1)
    for layers in images {
      let plain = PlainPseudoLabels(layers, labelling, pooled: pooled)
      for (value, exact) in zip(thresholds, plain.thresholds) {
        #expect(value <= exact && value >= exact * (1 - bound))
      }
      // Nothing is lost, and what is added lies within the bound of the exact threshold.
      let labels = PseudoLabels(labelling.fused(layers), thresholds: thresholds)
      for (pixel, label) in labels.map.labels.enumerated() where label != plain.kept[pixel] {
        #expect(label == plain.labels[pixel])
        let exact = plain.thresholds[Int(label)]
        #expect(plain.confidences[pixel] >= exact * (1 - bound))
      }
    }
    for label in 0..<19 { #expect(histogram.pixels(of: label) == pooled[label].count) }
  }

  @Test func aQuantileOfOneValueIsThatValue() throws {
    var histogram = ConfidenceHistogram(classes: 3, resolution: 4)
    let layer = try LayerPrediction(
      width: 3, height: 1, classes: 3, labels: [0, 2, 2], confidences: [1, 0.75, 0])
    histogram.add(FusedPrediction([layer], by: .confidence))
    #expect(histogram.quantile(0.5, of: 0) == 1 && histogram.quantile(1, of: 0) == 1)
    #expect(histogram.quantile(0.5, of: 1) == nil)
    // round-half-even(0.5 · 2) is 1, the larger; below the first bin's end the bound is absolute.
    #expect(histogram.quantile(0.5, of: 2) == 0.75 && histogram.quantile(0, of: 2) == 0)
    let thresholds = PseudoLabelling(rule: .medianDataset).thresholds(for: histogram)
    #expect(thresholds == [0.9, 0, 0.75])
  }

  @Test func statisticsCountWhatIsKeptAndRight() throws {
    let labelling = PseudoLabelling(rule: .fixed, cap: 0.5)
    var statistics = PseudoLabelStatistics(labelling, classNames: ["road", "car", "sky"])
    let layer = try LayerPrediction(
      width: 4, height: 1, classes: 3, labels: [0, 0, 1, 1], confidences: [0.9, 0.4, 0.6, 0.7])
    let labels = labelling(FusedPrediction([layer], by: .confidence))
    statistics.add(labels, name: "a", truth: [0, 0, 1, 2])
    #expect(labels.map.labels == [0, 255, 1, 1])
    #expect(statistics.keptShare == 0.75 && statistics.keptShare(of: 0) == 0.5)
    #expect(statistics.keptShare(of: 1) == 1 && statistics.keptShare(of: 2) == nil)
    #expect(statistics.accuracy == 2 / 3 && statistics.accuracy(of: 1) == 0.5)
    #expect(statistics.accuracy(of: 0) == 1 && statistics.accuracy(of: 2) == nil)
    #expect(statistics.threshold(of: 0) == 0.5 && statistics.threshold(of: 2) == nil)
    statistics.add(labels, name: "b")
    #expect(statistics.accuracy == 2 / 3 && statistics.images.map(\.name) == ["a", "b"])
    #expect(statistics.images[1].keptShare == 0.75 && statistics.images[1].thresholds == nil)
    let line = statistics.json().line
    #expect(line.contains(#""keptShare":0.75"#) && line.contains(#""fusion":"confidence""#))
    #expect(line.contains(#""sky":{"predicted":0,"kept":0,"keptShare":null,"#))
    #expect(statistics.table.contains("car          50.00  100.00     0.5000       50.00\n"))
    #expect(statistics.table.hasSuffix("2 images, fusion confidence, rule fixed, at most 0.5\n"))
  }

  @Test func withMedianEveryImageHasThresholdsOfItsOwn() throws {
    let labelling = PseudoLabelling(rule: .median)
    var statistics = PseudoLabelStatistics(labelling, classNames: ["road", "car"])
    for (name, confidences) in [("a", [0.5, 0.25]), ("b", [0.75, 0.125])] as [(String, [Float])] {
      let layer = try LayerPrediction(
        width: 2, height: 1, classes: 2, labels: [0, name == "a" ? 1 : 0], confidences: confidences)
      statistics.add(labelling(FusedPrediction([layer], by: .majority)), name: name)
    }
    #expect(statistics.images.map(\.thresholds) == [[0.5, 0.25], [0.75, 0]])
    #expect(statistics.threshold(of: 0) == 0.625 && statistics.threshold(of: 1) == 0.25)
    #expect(statistics.json().line.contains(#""thresholds":[0.75,0.0]"#))
  }
}
