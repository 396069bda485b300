/// Mirrors photograph and labels left to right, by chance.
public struct RandomHorizontalFlip: Transform {
  /// How often, from 0 to 1.
  public let probability: Double

  /// A chance of being mirrored.
  ///
  /// - Precondition: 0 to 1.
  public init(probability: Double = 0.5) {
    precondition((0...1).contains(probability), "a probability is 0 to 1, not \(probability)")
    self.probability = probability
  }

  /// The sample, mirrored or not; takes one random number either way.
  public func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample {
    guard generator.unit() < probability else { return sample }
    var sample = sample
    let image = sample.image
    sample.image.pixels = mirrored(image.pixels, width: image.width, channels: 3)
    if let label = sample.label {
      sample.label?.labels = mirrored(label.labels, width: label.width, channels: 1)
    }
    return sample
  }

  private func mirrored(_ values: [UInt8], width: Int, channels: Int) -> [UInt8] {
    guard width > 1 else { return values }
    return [UInt8](unsafeUninitializedCapacity: values.count) { out, count in
      values.withUnsafeBufferPointer { values in
        for row in stride(from: 0, to: values.count, by: width * channels) {
          var from = row
          var to = row &+ (width &- 1) &* channels
          while from < row &+ width &* channels {
            for channel in 0..<channels { out[to &+ channel] = values[from &+ channel] }
            from &+= channels
            to &-= channels
          }
        }
      }
      count = values.count
    }
  }
}
