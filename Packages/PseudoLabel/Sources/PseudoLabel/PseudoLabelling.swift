/// How predictions become labels to train on: fusion of layers, threshold per class, and 255 for what
/// is below (after Figures 3 and 4 of the paper).
///
/// ```swift
/// let labelling = PseudoLabelling(fusion: .confidence, rule: .median)
/// let layers = try [main, thirtySecond].map {
///   try LayerPrediction(logits: $0, height: 512, width: 1024)
/// }
/// let labels = labelling(labelling.fused(layers)).map
/// ```
public struct PseudoLabelling: Sendable, Hashable {
  /// How layers are fused.
  public var fusion: Fusion
  /// How thresholds are found.
  public var rule: ThresholdRule
  /// The threshold of ``ThresholdRule/fixed``, and the highest of the others, 0 to 1.
  public var cap: Double
  /// Which of the ascending confidences the medians are, 0 to 1.
  public var quantile: Double

  /// A way of labelling; the defaults are those of the paper's figures.
  ///
  /// - Precondition: `cap` and `quantile` are 0 to 1.
  public init(
    fusion: Fusion = .confidence, rule: ThresholdRule = .median, cap: Double = 0.9,
    quantile: Double = 0.5
  ) {
    precondition((0...1).contains(cap), "a threshold is 0 to 1, not \(cap)")
    precondition((0...1).contains(quantile), "a quantile is 0 to 1, not \(quantile)")
    self.fusion = fusion
    self.rule = rule
    self.cap = cap
    self.quantile = quantile
  }

  /// The layers of an image as one prediction.
  ///
  /// - Precondition: At least one layer, all of one size.
  public func fused(_ layers: [LayerPrediction]) -> FusedPrediction {
    FusedPrediction(layers, by: fusion)
  }

  /// The thresholds that `fixed` and `median` have for an image, one per class; with `median` 0 for a
  /// class that the image does not hold.
  ///
  /// - Precondition: The rule is not `medianDataset`, whose thresholds come from all images.
  public func thresholds(for prediction: FusedPrediction) -> [Double] {
    switch rule {
    case .fixed: Array(repeating: cap, count: prediction.classes)
    case .median: medians(of: prediction)
    case .medianDataset:
      preconditionFailure("median-dataset takes the thresholds of a histogram of all images")
    }
  }

  /// The thresholds of ``ThresholdRule/medianDataset``, one per class; 0 for a class that no image
  /// holds. They are never above the exact ones, and below by no more than ``ConfidenceHistogram``
  /// says.
  public func thresholds(for histogram: ConfidenceHistogram) -> [Double] {
    (0..<histogram.classes).map { label in
      histogram.quantile(quantile, of: label).map { min(Double($0), cap) } ?? 0
    }
  }

  /// The labels of an image by the thresholds of its own, as `fixed` and `median` have them.
  ///
  /// - Precondition: The rule is not `medianDataset`.
  public func callAsFunction(_ prediction: FusedPrediction) -> PseudoLabels {
    PseudoLabels(prediction, thresholds: thresholds(for: prediction))
  }

  /// Exactly the element that is asked for: a coarse histogram finds its bin, and only the bin's few
  /// values are sorted.
  private func medians(of prediction: FusedPrediction) -> [Double] {
    var histogram = ConfidenceHistogram(classes: prediction.classes, resolution: 13)
    histogram.add(prediction)
    let places = (0..<prediction.classes).map { histogram.place(quantile, of: $0) }
    var thresholds = places.map { place in
      place.map { min(Double(histogram.lowerEnd(of: $0.bin)), cap) } ?? 0
    }
    // A bin that begins at the cap or above needs no closer look.
    let wanted = places.indices.map { thresholds[$0] < cap ? places[$0]?.bin ?? -1 : -1 }
    var members = [[Float]](repeating: [], count: prediction.classes)
    for (label, place) in places.enumerated() where wanted[label] >= 0 {
      members[label].reserveCapacity(place?.count ?? 0)
    }
    wanted.withUnsafeBufferPointer { wanted in
      prediction.labels.withUnsafeBufferPointer { labels in
        prediction.confidences.withUnsafeBufferPointer { confidences in
          for pixel in 0..<labels.count {
            let label = Int(labels[pixel]), confidence = confidences[pixel]
            if histogram.bin(of: confidence) == wanted[label] { members[label].append(confidence) }
          }
        }
      }
    }
    for (label, place) in places.enumerated() where wanted[label] >= 0 {
      guard let place else { continue }
      thresholds[label] = min(Double(members[label].sorted()[place.rank]), cap)
    }
    return thresholds
  }
}
