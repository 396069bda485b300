import SegmentationMetrics

extension SupervisedStep.Losses {
  /// The members of a `step` record.
  func members(rate: Double) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("learningRate", .number(rate)),
      .init("loss", .number(total)), .init("main", .number(heads[0])),
      .init("sixteenth", .number(heads[1])), .init("thirtySecond", .number(heads[2])),
    ]
    if let gradientNorm { members.append(.init("gradientNorm", .number(gradientNorm))) }
    return members
  }
}

extension SegmentationReport {
  /// The members of a `validation` record.
  func members(epoch: Int) -> [JSONValue.Member] {
    [
      .init("epoch", .integer(epoch)), .init("mIoU", .number(mIoU)),
      .init("mIoU19", .number(mIoU19)), .init("pixelAccuracy", .number(pixelAccuracy)),
      .init("labelResolution", .string(labelResolution.rawValue)),
    ]
  }
}
