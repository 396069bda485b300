/// How the pixels of a photograph are resized.
public enum ResizeFilter: Sendable, Equatable {
  /// Bilinear, and averaging over all source pixels when shrinking: Pillow's `BILINEAR` to the last
  /// bit (rows before columns; from Pillow 13, which takes some sizes the other way round, one level
  /// may differ there).
  case bilinear
  /// Bilinear between the four nearest source pixels, however much is skipped when shrinking: OpenCV's
  /// `INTER_LINEAR` and PyTorch's `interpolate` without `antialias`.
  case bilinearWithoutAntialias
}

/// Resizes the photograph to a fixed size; its labels by nearest neighbour.
public struct Resize: Transform {
  /// What happens to the labels.
  public enum Labels: Sendable, Equatable {
    /// They are resized by nearest neighbour, as Pillow's `NEAREST`.
    case nearest
    /// They keep their size, to evaluate at the resolution of the truth.
    case kept
  }

  /// Rows afterwards.
  public let height: Int
  /// Columns afterwards.
  public let width: Int
  /// How the photograph's pixels are made.
  public let filter: ResizeFilter
  /// What happens to the labels.
  public let labels: Labels

  /// A size to resize to.
  ///
  /// - Precondition: both sides are at least 1.
  public init(
    height: Int, width: Int, filter: ResizeFilter = .bilinear, labels: Labels = .nearest
  ) {
    precondition(height > 0 && width > 0, "cannot resize to \(width)x\(height)")
    self.height = height
    self.width = width
    self.filter = filter
    self.labels = labels
  }

  /// The resized sample; takes no random number.
  public func apply(_ sample: Sample, using generator: inout SplitMix64) -> Sample {
    var sample = sample
    sample.image = sample.image.resized(width: width, height: height, filter: filter)
    if labels == .nearest {
      sample.label = sample.label?.resized(width: width, height: height)
    }
    return sample
  }
}
