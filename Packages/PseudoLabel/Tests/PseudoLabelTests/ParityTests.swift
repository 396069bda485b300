import PseudoLabel
import Tensor
import TensorTesting
import Testing
import VisionDatasets

/// Against the reference's figures.
@Suite(.enabled(if: ReferenceFigures.isPresent)) struct ParityTests {
  private struct Figures: Decodable {
    struct Case: Decodable {
      let cap: Double
      let kept: Int
      let thresholds: [Double]
      let labels: [UInt8]
    }

    let classes: Int
    let height: Int
    let width: Int
    let logit_scale: Double
    let layers: [String]
    let cases: [String: Case]
  }

  @Test func everyCaseOfTheReferenceIsMet() throws {
    let expected = try ReferenceFigures.load("pseudo_labels", as: Figures.self)
    let shape: Shape = [1, expected.classes, expected.height, expected.width]
    let logits = expected.layers.map { name in
      Tensor(
        uniform(name: name, count: shape.count).map { Float($0 * expected.logit_scale) },
        shape: shape)
    }
    let fromLogits = try logits.map {
      try LayerPrediction(logits: $0, height: expected.height, width: expected.width)
    }
    let fromProbabilities = try logits.map { try LayerPrediction(probabilities: $0.softmax()) }
    #expect(expected.cases.count == 12)
    for (name, figures) in expected.cases {
      let parts = name.split(separator: "-").map(String.init)
      let fusion = try #require(Fusion(rawValue: parts[1]))
      let rule = try #require(ThresholdRule(rawValue: parts[2]))
      let labelling = PseudoLabelling(fusion: fusion, rule: rule, cap: figures.cap)
      for layers in [fromLogits, fromProbabilities] {
        let used = ["1": [layers[0]], "2": [layers[0], layers[2]], "3": layers][parts[0]]
        let labels = labelling(labelling.fused(try #require(used)))
        #expect(labels.map.labels == figures.labels, "\(name)")
        #expect(labels.kept.reduce(0, +) == figures.kept, "\(name)")
        #expect(labels.predicted.reduce(0, +) == expected.height * expected.width)
        for (value, wanted) in zip(labels.thresholds, figures.thresholds) {
          #expect(abs(value - wanted) < 1e-6, "\(name)")
        }
      }
    }
  }
}
