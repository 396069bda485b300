/// How often each class was predicted with about which confidence, over any number of images, in
/// memory that does not grow with them.
///
/// The bins are intervals of the float32 bit pattern, which orders positive numbers as their values
/// do: from the power of two at or below half of 1/C, as no softmax of C classes has a lower maximum,
/// to 1, in steps of `2^resolution` neighbouring numbers. A quantile is therefore never above the
/// exact one and at most a share of `2^(resolution − 23)` below it: 3.1e-5 of it with the resolution
/// of 8 that ``ThresholdRule/medianDataset`` has, for 30 MB with 19 classes.
public struct ConfidenceHistogram: Sendable {
  /// The number of classes.
  public let classes: Int
  /// The binary logarithm of the number of float32 values in a bin.
  public let resolution: Int

  /// The bit pattern at which the second bin begins; the first holds what lies below.
  private let base: UInt32
  private let bins: Int
  private var counts: [Int]

  /// An empty histogram.
  ///
  /// - Precondition: 1 to 255 classes; a resolution of 0 to 22.
  public init(classes: Int = 19, resolution: Int = 8) {
    precondition((1...255).contains(classes), "\(classes) classes; 1 to 255 are possible")
    precondition((0...22).contains(resolution), "a resolution is 0 to 22, not \(resolution)")
    self.classes = classes
    self.resolution = resolution
    base = Float(0.5 / Double(classes)).binade.bitPattern
    bins = Int((Float(1).bitPattern - base) >> UInt32(resolution)) + 2
    counts = Array(repeating: 0, count: classes * bins)
  }

  /// Counts the pixels of an image.
  ///
  /// - Precondition: The prediction has as many classes.
  public mutating func add(_ prediction: FusedPrediction) {
    precondition(
      prediction.classes == classes,
      "a prediction of \(prediction.classes) classes for a histogram of \(classes)")
    let base = base, bins = bins, shift = UInt32(resolution)
    counts.withUnsafeMutableBufferPointer { counts in
      prediction.labels.withUnsafeBufferPointer { labels in
        prediction.confidences.withUnsafeBufferPointer { confidences in
          for pixel in 0..<labels.count {
            let bin = Self.bin(confidences[pixel], base: base, shift: shift)
            counts[Int(labels[pixel]) &* bins &+ bin] &+= 1
          }
        }
      }
    }
  }

  /// The number of pixels of a class.
  public func pixels(of label: Int) -> Int {
    counts[label * bins..<(label + 1) * bins].reduce(0, +)
  }

  /// The lower end of the bin that holds the element round-half-even(quantile · n) of a class's n
  /// ascending confidences (the last where that is n); nil for a class without pixels.
  public func quantile(_ quantile: Double, of label: Int) -> Float? {
    place(quantile, of: label).map { lowerEnd(of: $0.bin) }
  }

  /// The bin of that element, and the element's place among the bin's.
  func place(_ quantile: Double, of label: Int) -> (bin: Int, rank: Int, count: Int)? {
    let total = pixels(of: label)
    guard total > 0 else { return nil }
    var rank = min(Int((quantile * Double(total)).rounded(.toNearestOrEven)), total - 1)
    for bin in 0..<bins {
      let count = counts[label * bins + bin]
      if rank < count { return (bin, rank, count) }
      rank -= count
    }
    preconditionFailure("a rank of \(rank) beyond the \(total) pixels of class \(label)")
  }

  func lowerEnd(of bin: Int) -> Float {
    bin == 0 ? 0 : Float(bitPattern: base + UInt32(bin - 1) << UInt32(resolution))
  }

  func bin(of confidence: Float) -> Int {
    Self.bin(confidence, base: base, shift: UInt32(resolution))
  }

  @inline(__always)
  private static func bin(_ confidence: Float, base: UInt32, shift: UInt32) -> Int {
    let pattern = confidence.bitPattern
    return pattern < base ? 0 : Int((pattern &- base) >> shift) &+ 1
  }
}
