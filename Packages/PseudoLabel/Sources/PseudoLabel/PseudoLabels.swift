public import VisionDatasets

/// The labels that one image is given.
public struct PseudoLabels: Sendable {
  /// Classes, and ``VisionDatasets/LabelMap/ignored`` where the confidence lies below the threshold.
  public let map: LabelMap
  /// The threshold of each class.
  public let thresholds: [Double]
  /// How many pixels of each class were predicted.
  public let predicted: [Int]
  /// How many pixels of each class were kept.
  public let kept: [Int]

  /// Keeps the pixels whose confidence is at least the threshold of their class.
  ///
  /// - Precondition: One threshold for each class.
  public init(_ prediction: FusedPrediction, thresholds: [Double]) {
    precondition(
      thresholds.count == prediction.classes,
      "\(thresholds.count) thresholds for \(prediction.classes) classes")
    // A float32 is at least the double where it is at least the next float32 at or above it.
    let limits = thresholds.map { Float($0).rounded(upTo: $0) }
    var predicted = [Int](repeating: 0, count: prediction.classes)
    var kept = predicted
    var labels = prediction.labels
    labels.withUnsafeMutableBufferPointer { labels in
      prediction.confidences.withUnsafeBufferPointer { confidences in
        limits.withUnsafeBufferPointer { limits in
          predicted.withUnsafeMutableBufferPointer { predicted in
            kept.withUnsafeMutableBufferPointer { kept in
              for pixel in 0..<labels.count {
                let label = Int(labels[pixel])
                let isKept = confidences[pixel] >= limits[label]
                predicted[label] &+= 1
                kept[label] &+= isKept ? 1 : 0
                if !isKept { labels[pixel] = LabelMap.ignored }
              }
            }
          }
        }
      }
    }
    map = LabelMap(width: prediction.width, height: prediction.height, labels: labels)
    self.thresholds = thresholds
    self.predicted = predicted
    self.kept = kept
  }
}

extension Float {
  /// Itself, or the next larger number where rounding made it smaller than the value it was made of.
  fileprivate func rounded(upTo exact: Double) -> Float { Double(self) < exact ? nextUp : self }
}
