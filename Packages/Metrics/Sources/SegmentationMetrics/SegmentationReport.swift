/// What an evaluation found, ready to be printed.
///
/// Figures at the label's resolution and at the input's are not comparable, so a report names
/// which it holds.
public struct SegmentationReport: Sendable, Hashable {
  /// At which size predictions and truth were compared.
  public enum LabelResolution: String, Sendable, Hashable, CaseIterable {
    /// At the label's own size: predictions are upsampled to it.
    case full
    /// At the network input's size: labels are reduced to it.
    case input
  }

  /// A class and its scores, 0 to 1; nil where it does not occur.
  public struct ClassScore: Sendable, Hashable {
    /// The class's name.
    public let name: String
    /// Intersection over union.
    public let iou: Double?
    /// The share of its pixels predicted right.
    public let accuracy: Double?
    /// Its labelled pixels.
    public let pixels: Int
  }

  /// The mean IoU over the classes that occur in truth or prediction; nil where none does.
  public let mIoU: Double?
  /// The mean IoU over all classes, those that never occur counting as 0.
  public let mIoU19: Double
  /// The share of labelled pixels predicted right; nil where none is labelled.
  public let pixelAccuracy: Double?
  /// Every class in the order of its label.
  public let classes: [ClassScore]
  /// The number of images counted.
  public let images: Int
  /// At which size predictions and truth were compared.
  public let labelResolution: LabelResolution

  /// The scores of a confusion matrix.
  ///
  /// - Precondition: `classNames` has one name per class of the matrix.
  public init(
    _ matrix: ConfusionMatrix, classNames: [String], images: Int, labelResolution: LabelResolution
  ) {
    precondition(
      classNames.count == matrix.classes,
      "\(classNames.count) names for \(matrix.classes) classes")
    mIoU = matrix.mIoU
    mIoU19 = matrix.mIoU19
    pixelAccuracy = matrix.pixelAccuracy
    classes = classNames.enumerated().map { label, name in
      ClassScore(
        name: name, iou: matrix.iou(of: label), accuracy: matrix.accuracy(of: label),
        pixels: matrix.pixels(of: label))
    }
    self.images = images
    self.labelResolution = labelResolution
  }

  /// The object `mIoU, mIoU19, pixelAccuracy, classes, images, labelResolution`; scores are 0 to 1,
  /// and null for a class that does not occur.
  public var json: JSONValue {
    .object([
      .init("mIoU", .number(mIoU)),
      .init("mIoU19", .number(mIoU19)),
      .init("pixelAccuracy", .number(pixelAccuracy)),
      .init("classes", .object(classes.map { .init($0.name, .number($0.iou)) })),
      .init("images", .integer(images)),
      .init("labelResolution", .string(labelResolution.rawValue)),
    ])
  }

  /// A table for a terminal, scores in percent and a dash for a class that does not occur.
  public var table: String {
    let labelled = classes.reduce(0) { $0 + $1.pixels }
    var table = TextTable([
      ("class", .left), ("IoU %", .right), ("accuracy %", .right), ("pixels %", .right),
    ])
    for score in classes {
      let share = labelled == 0 ? nil : Double(score.pixels) / Double(labelled)
      table.add([
        score.name, percentage(score.iou), percentage(score.accuracy), percentage(share),
      ])
    }
    let occurring = classes.count { $0.iou != nil }
    table.addFooter(["mIoU (\(occurring) classes that occur)", percentage(mIoU), "", ""])
    table.addFooter(["mIoU19 (all \(classes.count), absent as 0)", percentage(mIoU19), "", ""])
    table.addFooter(["pixel accuracy", percentage(pixelAccuracy), "", ""])
    let resolution =
      switch labelResolution {
      case .full: "the labels' own resolution (full)"
      case .input: "the network input's resolution (input)"
      }
    return table.text + "\(images) \(images == 1 ? "image" : "images"), compared at \(resolution)\n"
  }
}
