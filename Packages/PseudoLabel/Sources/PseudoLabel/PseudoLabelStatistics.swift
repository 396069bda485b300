public import SegmentationMetrics
import VisionDatasets

/// What labelling a set of images came to: shares kept, thresholds, and where there is truth how much
/// of what was kept is right.
///
/// Of each image a few numbers stay, never its pixels.
public struct PseudoLabelStatistics: Sendable, Hashable {
  /// One image's share.
  public struct Image: Sendable, Hashable {
    /// The image's name.
    public let name: String
    /// Its pixels.
    public let pixels: Int
    /// How many were kept.
    public let kept: Int
    /// The thresholds of its own (``ThresholdRule/median``); nil where all images share them. A class
    /// that the image does not hold has 0.
    public let thresholds: [Double]?

    /// The share of pixels kept, 0 to 1.
    public var keptShare: Double { pixels == 0 ? 0 : Double(kept) / Double(pixels) }
  }

  /// How the labels were made.
  public let labelling: PseudoLabelling
  /// The images in order.
  public private(set) var images: [Image] = []
  /// The pixels predicted to be of each class.
  public private(set) var predicted: [Int]
  /// Those of them that were kept.
  public private(set) var kept: [Int]
  /// The classes' names in order.
  public let classNames: [String]
  /// Kept labels beside the truth, where there is one.
  public private(set) var confusion: ConfusionMatrix

  /// Sums of the thresholds over the images that hold the class, and their number.
  private var thresholdSums: [Double]
  private var thresholdCounts: [Int]

  /// Statistics of no image yet.
  ///
  /// - Precondition: 1 to 255 names.
  public init(_ labelling: PseudoLabelling, classNames: [String]) {
    self.labelling = labelling
    self.classNames = classNames
    predicted = Array(repeating: 0, count: classNames.count)
    kept = predicted
    confusion = ConfusionMatrix(classes: classNames.count)
    thresholdSums = Array(repeating: 0, count: classNames.count)
    thresholdCounts = predicted
  }

  /// Counts an image.
  ///
  /// - Parameter truth: Train ids at the labels' size, 255 where nothing is known; nil without truth.
  /// - Precondition: Labels of as many classes; as many true labels as pixels.
  public mutating func add(_ labels: PseudoLabels, name: String, truth: [UInt8]? = nil) {
    precondition(
      labels.kept.count == classNames.count,
      "labels of \(labels.kept.count) classes for statistics of \(classNames.count)")
    for label in predicted.indices {
      predicted[label] += labels.predicted[label]
      kept[label] += labels.kept[label]
      if labels.predicted[label] > 0 {
        thresholdSums[label] += labels.thresholds[label]
        thresholdCounts[label] += 1
      }
    }
    if let truth { confusion.add(prediction: labels.map.labels, truth: truth) }
    images.append(
      Image(
        name: name, pixels: labels.map.labels.count, kept: labels.kept.reduce(0, +),
        thresholds: labelling.rule == .median ? labels.thresholds : nil))
  }

  /// The share of all pixels that were kept, 0 to 1; 0 without any.
  public var keptShare: Double {
    ratio(kept.reduce(0, +), predicted.reduce(0, +)) ?? 0
  }

  /// The share of the pixels predicted to be of a class that were kept; nil where there are none.
  public func keptShare(of label: Int) -> Double? { ratio(kept[label], predicted[label]) }

  /// A class's threshold, with ``ThresholdRule/median`` its mean over the images that hold the class;
  /// nil where none does.
  public func threshold(of label: Int) -> Double? {
    thresholdCounts[label] == 0
      ? nil : thresholdSums[label] / Double(thresholdCounts[label])
  }

  /// The share of kept pixels with a known truth whose label is right; nil where there are none.
  public var accuracy: Double? {
    ratio(
      confusion.correctPixels,
      classNames.indices.reduce(0) { $0 + confusion.predictedPixels(as: $1) })
  }

  /// The share of the pixels kept as a class with a known truth that are of that class; nil where
  /// there are none.
  public func accuracy(of label: Int) -> Double? {
    ratio(confusion[truth: label, prediction: label], confusion.predictedPixels(as: label))
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
