import PseudoLabel
import TensorTesting
import VisionDatasets

/// The definition over doubles, pixel by pixel and with sorted arrays: what the fast form must equal.
struct PlainPseudoLabels {
  var labels: [UInt8] = []
  var confidences: [Double] = []
  var thresholds: [Double]
  var kept: [UInt8]

  /// - Parameter pooled: The confidences per class of all images, for `medianDataset`.
  init(
    _ layers: [LayerPrediction], _ labelling: PseudoLabelling, pooled: [[Double]]? = nil
  ) {
    let classes = layers[0].classes
    for pixel in layers[0].labels.indices {
      let votes = layers.map { (Int($0.labels[pixel]), Double($0.confidences[pixel])) }
      switch labelling.fusion {
      case .confidence:
        var best = votes[0]
        for vote in votes where vote.1 > best.1 { best = vote }
        labels.append(UInt8(best.0))
        confidences.append(best.1)
      case .majority:
        let scores = (0..<classes).map { label -> (score: Double, strongest: Double) in
          let own = votes.filter { $0.0 == label }.map(\.1)
          let strongest = own.max() ?? 0
          return (Double(own.count) + strongest / 2, strongest)
        }
        var best = 0
        for label in scores.indices where scores[label].score > scores[best].score { best = label }
        labels.append(UInt8(best))
        confidences.append(scores[best].strongest)
      }
    }
    thresholds = Array(repeating: labelling.rule == .fixed ? labelling.cap : 0, count: classes)
    let (labels, confidences) = (labels, confidences)
    let perClass = pooled ?? Self.perClass(labels, confidences, classes: classes)
    for label in 0..<classes where labelling.rule != .fixed && !perClass[label].isEmpty {
      let sorted = perClass[label].sorted()
      let index = (labelling.quantile * Double(sorted.count)).rounded(.toNearestOrEven)
      thresholds[label] = min(sorted[min(Int(index), sorted.count - 1)], labelling.cap)
    }
    let thresholds = thresholds
    kept = zip(labels, confidences).map { $1 >= thresholds[Int($0)] ? $0 : 255 }
  }

  static func perClass(
    _ labels: [UInt8], _ confidences: [Double], classes: Int
  ) -> [[Double]] {
    var values = [[Double]](repeating: [], count: classes)
    for (label, confidence) in zip(labels, confidences) { values[Int(label)].append(confidence) }
    return values
  }
}

/// A layer of chance: confidences from 1/C up, many of them equal where they are rounded to steps.
func randomLayer(
  _ generator: inout SplitMix64, width: Int, height: Int, classes: Int, steps: Int? = nil
) throws -> LayerPrediction {
  var labels: [UInt8] = []
  var confidences: [Float] = []
  for _ in 0..<width * height {
    // Squared, so that some classes are rare or absent.
    let draw = Double.random(in: 0..<1, using: &generator)
    labels.append(UInt8(Double(classes) * draw * draw * draw))
    var confidence = Double.random(in: 1 / Double(classes)...1, using: &generator)
    if let steps { confidence = (confidence * Double(steps)).rounded(.up) / Double(steps) }
    confidences.append(min(1, Float(confidence)))
  }
  return try LayerPrediction(
    width: width, height: height, classes: classes, labels: labels, confidences: confidences)
}
