public import SegmentationMetrics

extension PseudoLabelStatistics {
  /// The object `fusion, rule, threshold, quantile, images, pixels, kept, keptShare, accuracy, classes,
  /// perImage`; shares are 0 to 1, and null where there is nothing to take a share of.
  ///
  /// - Parameters:
  ///   - settings: Members to begin with, such as the network's layers.
  ///   - includingImages: Whether `perImage` is there.
  public func json(
    _ settings: [JSONValue.Member] = [], includingImages: Bool = true
  ) -> JSONValue {
    .object(
      settings + [
        .init("fusion", .string(labelling.fusion.rawValue)),
        .init("rule", .string(labelling.rule.rawValue)),
        .init("threshold", .number(labelling.cap)),
        .init("quantile", .number(labelling.quantile)),
        .init("images", .integer(images.count)),
        .init("pixels", .integer(predicted.reduce(0, +))),
        .init("kept", .integer(kept.reduce(0, +))),
        .init("keptShare", .number(keptShare)),
        .init("accuracy", .number(accuracy)),
        .init("classes", .object(classNames.indices.map(json(ofClass:)))),
      ] + (includingImages ? [.init("perImage", .array(images.map(json(of:))))] : []))
  }

  private func json(ofClass label: Int) -> JSONValue.Member {
    .init(
      classNames[label],
      .object([
        .init("predicted", .integer(predicted[label])),
        .init("kept", .integer(kept[label])),
        .init("keptShare", .number(keptShare(of: label))),
        .init("threshold", .number(threshold(of: label))),
        .init("accuracy", .number(accuracy(of: label))),
      ]))
  }

  private func json(of image: Image) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(image.name)),
      .init("keptShare", .number(image.keptShare)),
    ]
    if let thresholds = image.thresholds {
      members.append(.init("thresholds", .array(thresholds.map { .number($0) })))
    }
    return .object(members)
  }

  /// A table for a terminal, shares in percent and a dash where there is nothing to take one of.
  public var table: String {
    var table = TextTable([
      ("class", .left), ("predicted %", .right), ("kept %", .right), ("threshold", .right),
      ("accuracy %", .right),
    ])
    let pixels = predicted.reduce(0, +)
    for (label, name) in classNames.enumerated() {
      table.add([
        name, percentage(pixels == 0 ? nil : Double(predicted[label]) / Double(pixels)),
        percentage(keptShare(of: label)),
        threshold(of: label).map { decimal($0, places: 4) } ?? "-",
        percentage(accuracy(of: label)),
      ])
    }
    table.addFooter(["all", percentage(1), percentage(keptShare), "", percentage(accuracy)])
    return table.text
      + "\(images.count) \(images.count == 1 ? "image" : "images"), fusion "
      + "\(labelling.fusion.rawValue), rule \(labelling.rule.rawValue), at most "
      + "\(labelling.cap)\n"
  }
}
