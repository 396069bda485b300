/// Resizes photograph and labels by a random factor, both sides alike.
public struct RandomScale: Transform {
  /// The factors to choose from, evenly.
  public let range: ClosedRange<Double>
  /// How the photograph's pixels are made.
  public let filter: ResizeFilter

  /// A range of factors.
  ///
  /// - Precondition: the range is above 0.
  public init(_ range: ClosedRange<Double> = 0.75...2, filter: ResizeFilter = .bilinear) {
    precondition(range.lowerBound > 0, "cannot scale by \(range.lowerBound)")
    self.range = range
    self.filter = filter
  }

  /// The scaled sample; takes one random number.
  public func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample {
    let factor =
      range.lowerBound + generator.unit() * (range.upperBound - range.lowerBound)
    let side = { (length: Int) in max(1, Int((Double(length) * factor).rounded())) }
    var sample = sample
    sample.image = sample.image.resized(
      width: side(sample.image.width), height: side(sample.image.height), filter: filter)
    sample.label = sample.label.map {
      $0.resized(width: side($0.width), height: side($0.height))
    }
    return sample
  }
}
