/// How often each class was predicted where each class is true, counted over any number of images
/// in memory that does not grow with them.
///
/// Which pixels count, as in the official Cityscapes evaluator:
/// - a pixel whose truth is no class (255, or any value from ``classes`` on) is ignored;
/// - a pixel whose truth is a class but whose prediction is none counts as missed for its class (a
///   false negative) and as a false positive for none.
public struct ConfusionMatrix: Sendable, Hashable {
  /// The number of classes; labels are `0 ..< classes`.
  public let classes: Int

  /// Rows are truths, columns predictions, and the last column predictions that are no class.
  private var counts: [Int]
  private var columns: Int { classes + 1 }

  /// An empty matrix.
  ///
  /// - Precondition: `classes` is 1 to 255, since 255 means "ignored".
  public init(classes: Int = 19) {
    precondition((1...255).contains(classes), "\(classes) classes; 1 to 255 are possible")
    self.classes = classes
    counts = Array(repeating: 0, count: classes * (classes + 1))
  }

  /// Counts one image's labels, a pixel at the same index in both.
  ///
  /// - Precondition: `prediction` and `truth` have the same count.
  public mutating func add(
    prediction: UnsafeBufferPointer<UInt8>, truth: UnsafeBufferPointer<UInt8>
  ) {
    precondition(
      prediction.count == truth.count,
      "\(prediction.count) predicted labels for \(truth.count) true ones")
    var histogram = LabelPairHistogram(classes: classes)
    histogram.add(prediction: prediction, truth: truth)
    for truth in 0..<classes {
      for prediction in 0...Int(UInt8.max) {
        counts[truth * columns + min(prediction, classes)] += histogram[truth, prediction]
      }
    }
  }

  /// Counts one image's labels, a pixel at the same index in both.
  ///
  /// - Precondition: `prediction` and `truth` have the same count.
  public mutating func add(prediction: [UInt8], truth: [UInt8]) {
    prediction.withUnsafeBufferPointer { prediction in
      truth.withUnsafeBufferPointer { truth in add(prediction: prediction, truth: truth) }
    }
  }

  /// The counts of two sets of images together.
  ///
  /// - Precondition: both have the same number of classes.
  public static func + (left: ConfusionMatrix, right: ConfusionMatrix) -> ConfusionMatrix {
    var sum = left
    sum += right
    return sum
  }

  /// Adds the counts of other images.
  ///
  /// - Precondition: both have the same number of classes.
  public static func += (left: inout ConfusionMatrix, right: ConfusionMatrix) {
    precondition(
      left.classes == right.classes,
      "a matrix of \(left.classes) classes and one of \(right.classes)")
    for index in left.counts.indices { left.counts[index] += right.counts[index] }
  }

  /// The number of pixels of one true and one predicted class.
  public subscript(truth truth: Int, prediction prediction: Int) -> Int {
    precondition((0..<classes).contains(prediction), "prediction \(prediction) is no class")
    return counts[truth * columns + prediction]
  }

  /// The number of pixels of a true class whose prediction is no class.
  public func predictedAsNoClass(truth: Int) -> Int {
    counts[truth * columns + classes]
  }

  /// The number of labelled pixels of a class.
  public func pixels(of truth: Int) -> Int {
    counts[truth * columns..<(truth + 1) * columns].reduce(0, +)
  }

  /// The number of labelled pixels that were predicted to be of a class.
  public func predictedPixels(as prediction: Int) -> Int {
    (0..<classes).reduce(0) { $0 + self[truth: $1, prediction: prediction] }
  }

  /// The number of pixels whose truth is a class.
  public var labelledPixels: Int { counts.reduce(0, +) }

  /// The number of pixels predicted right.
  public var correctPixels: Int { (0..<classes).reduce(0) { $0 + self[truth: $1, prediction: $1] } }
}
