public import Tensor

/// What one layer of a network says of an image: per pixel a class and how probable it is.
public struct LayerPrediction: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The number of classes, 1 to 255.
  public let classes: Int
  /// `height × width` classes, row-major.
  public let labels: [UInt8]
  /// `height × width` probabilities of those classes.
  public let confidences: [Float]

  /// Wraps classes and confidences that are at hand.
  ///
  /// - Throws: ``PseudoLabelError`` where a confidence is not in [0, 1] (NaN is not) or a label is no
  ///   class.
  /// - Precondition: `labels` and `confidences` have `width * height` elements; 1 to 255 classes.
  public init(
    width: Int, height: Int, classes: Int = 19, labels: [UInt8], confidences: [Float]
  ) throws(PseudoLabelError) {
    precondition((1...255).contains(classes), "\(classes) classes; 1 to 255 are possible")
    precondition(
      labels.count == width * height && confidences.count == width * height,
      "\(labels.count) labels and \(confidences.count) confidences for \(width)x\(height) pixels")
    // The patterns of [0, 1] are those up to 1's: negative numbers and NaN lie above.
    if let wrong = confidences.first(where: { $0.bitPattern > Float(1).bitPattern }) {
      throw .notProbability(wrong)
    }
    if let wrong = labels.first(where: { $0 >= classes }) {
      throw .notClass(label: wrong, classes: classes)
    }
    self.width = width
    self.height = height
    self.classes = classes
    self.labels = labels
    self.confidences = confidences
  }

  /// The most probable class per pixel of `[1, C, H, W]` probabilities; of equally probable ones the
  /// lowest.
  ///
  /// - Throws: ``PseudoLabelError`` where a value is NaN or infinite, or the largest of a pixel is not
  ///   in [0, 1].
  public init(probabilities: Tensor) throws(PseudoLabelError) {
    try Self.check(probabilities)
    let (labels, values) = probabilities.maxOverChannels()
    try self.init(
      width: probabilities.shape[3], height: probabilities.shape[2],
      classes: probabilities.shape[1], labels: labels.labels, confidences: values.floats)
  }

  /// The most probable class per pixel of `[1, C, h, w]` logits, which are enlarged bilinearly to
  /// `[1, C, height, width]` before their softmax is taken, all in one pass: neither the enlarged
  /// logits nor the probabilities are ever written.
  ///
  /// - Throws: ``PseudoLabelError/notFinite(shape:)`` where a logit is NaN or infinite.
  public init(logits: Tensor, height: Int, width: Int) throws(PseudoLabelError) {
    try Self.check(logits)
    let (labels, confidence) = logits.classesWithConfidence(height: height, width: width)
    try self.init(
      width: width, height: height, classes: logits.shape[1], labels: labels.labels,
      confidences: confidence.floats)
  }

  private static func check(_ scores: Tensor) throws(PseudoLabelError) {
    precondition(
      scores.shape.rank == 4 && scores.shape[0] == 1,
      "predictions are taken one image at a time, [1, C, H, W], not \(scores.shape)")
    // A sum is finite only where all summands are; a maximum would pass over NaN.
    if !scores.sum().item.isFinite { throw .notFinite(shape: "\(scores.shape)") }
  }
}
