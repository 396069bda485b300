extension ConfusionMatrix {
  /// The share of labelled pixels predicted right, 0 to 1; nil where none is labelled.
  public var pixelAccuracy: Double? { ratio(correctPixels, labelledPixels) }

  /// Intersection over union of a class, 0 to 1; nil where it occurs neither in truth nor in
  /// prediction (on labelled pixels).
  public func iou(of label: Int) -> Double? {
    let intersection = self[truth: label, prediction: label]
    return ratio(intersection, pixels(of: label) + predictedPixels(as: label) - intersection)
  }

  /// The share of a class's pixels predicted right (its recall), 0 to 1; nil where it has none.
  public func accuracy(of label: Int) -> Double? {
    ratio(self[truth: label, prediction: label], pixels(of: label))
  }

  /// ``iou(of:)`` for every class in order.
  public var classIoU: [Double?] { (0..<classes).map(iou(of:)) }

  /// ``accuracy(of:)`` for every class in order.
  public var classAccuracy: [Double?] { (0..<classes).map(accuracy(of:)) }

  /// The mean IoU over the classes that occur in truth or prediction; nil where none does.
  public var mIoU: Double? {
    let present = classIoU.compactMap { $0 }
    return present.isEmpty ? nil : present.reduce(0, +) / Double(present.count)
  }

  /// The mean IoU over all classes, of which those that never occur count as 0: what the paper's
  /// tables give for 19 classes. 0 where nothing was counted.
  public var mIoU19: Double {
    classIoU.reduce(0) { $0 + ($1 ?? 0) } / Double(classes)
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
