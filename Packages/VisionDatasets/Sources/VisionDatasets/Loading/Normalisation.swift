/// How 8-bit pixels become the numbers that a network reads: (value · scale − mean) / deviation for
/// each channel.
public struct Normalisation: Sendable, Equatable {
  /// The order of the channels in a batch.
  public enum Order: Sendable, Equatable {
    /// Red first.
    case rgb
    /// Blue first, as networks converted from Caffe expect.
    case bgr
  }

  /// What 0–255 is multiplied by first.
  public let scale: Double
  /// What is subtracted next: red, green, blue.
  public let mean: [Double]
  /// What is divided by last: red, green, blue.
  public let deviation: [Double]
  /// The order of the channels in a batch; mean and deviation are red, green, blue in either.
  public let order: Order

  /// A normalisation.
  ///
  /// - Precondition: `mean` and `deviation` have three values, no deviation is 0.
  public init(scale: Double, mean: [Double], deviation: [Double], order: Order = .rgb) {
    precondition(mean.count == 3, "a mean has 3 values (red, green, blue), not \(mean.count)")
    precondition(
      deviation.count == 3 && !deviation.contains(0),
      "a deviation has 3 values other than 0 (red, green, blue), not \(deviation)")
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
    self.order = order
  }

  /// To 0–1, then torchvision's mean and deviation: what pretrained weights expect.
  public static let imageNet = Normalisation(
    scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// The mean colour of Cityscapes is subtracted from 0–255.
  public static let paper = Normalisation(
    scale: 1, mean: [73.158, 82.909, 72.392], deviation: [1, 1, 1])

  /// The same numbers with the channels in another order.
  public func ordered(_ order: Order) -> Normalisation {
    Normalisation(scale: scale, mean: mean, deviation: deviation, order: order)
  }

  /// What each 8-bit value of each channel becomes: `[3][256]`, red, green, blue.
  var tables: [[Float]] {
    (0..<3).map { channel in
      (0...255).map { Float((Double($0) * scale - mean[channel]) / deviation[channel]) }
    }
  }

  /// The picture as `3 × height × width` numbers, channel by channel.
  public func apply(to image: RGBImage) -> [Float] {
    let count = image.pixels.count
    return [Float](unsafeUninitializedCapacity: count) { out, initialised in
      if let start = out.baseAddress { write(image, tables: tables, to: start) }
      initialised = count
    }
  }

  /// Writes `3 × height × width` numbers.
  func write(_ image: RGBImage, tables: [[Float]], to out: UnsafeMutablePointer<Float>) {
    let area = image.width * image.height
    let channels = order == .rgb ? [0, 1, 2] : [2, 1, 0]
    image.pixels.withUnsafeBufferPointer { pixels in
      for (plane, channel) in channels.enumerated() {
        let target = out + plane * area
        tables[channel].withUnsafeBufferPointer { table in
          for pixel in 0..<area { target[pixel] = table[Int(pixels[pixel &* 3 &+ channel])] }
        }
      }
    }
  }
}
