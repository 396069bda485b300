/// A picture as a PNG file holds it: grey values, colours or palette indices, with nothing
/// converted that was not asked for.
///
/// ```swift
/// let labels = try PNGImage.decode(contentsOf: "labels/00001.png")
/// if labels.format == .palette { print(labels.samples8.max()!) }  // an index, not a colour
/// ```
public struct PNGImage: Sendable, Equatable {
  /// What the samples of one pixel mean.
  public enum PixelFormat: Sendable, Equatable {
    /// One value per pixel.
    case grey
    /// Grey, then alpha.
    case greyAlpha
    /// Red, green, blue.
    case rgb
    /// Red, green, blue, alpha.
    case rgba
    /// One index into ``PNGImage/palette`` per pixel.
    case palette

    /// Samples per pixel.
    public var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  /// The samples, in the depth they are stored with.
  public enum Samples: Sendable, Equatable {
    /// 0 to 255.
    case bits8([UInt8])
    /// 0 to 65535.
    case bits16([UInt16])

    /// The number of samples.
    public var count: Int {
      switch self {
      case .bits8(let values): values.count
      case .bits16(let values): values.count
      }
    }
  }

  /// One colour of a palette.
  public struct PaletteEntry: Sendable, Equatable {
    /// Red, 0 to 255.
    public var red: UInt8
    /// Green, 0 to 255.
    public var green: UInt8
    /// Blue, 0 to 255.
    public var blue: UInt8
    /// Opacity: 255 is opaque.
    public var alpha: UInt8

    /// A colour, opaque unless told otherwise.
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
      self.red = red
      self.green = green
      self.blue = blue
      self.alpha = alpha
    }
  }

  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// What the samples of one pixel mean.
  public let format: PixelFormat
  /// `height × width × format.channels` samples: rows from the top, a pixel's samples together.
  public let samples: Samples
  /// The colours of the indices; empty unless ``format`` is ``PixelFormat/palette``.
  public let palette: [PaletteEntry]

  /// Bits per sample: 8 or 16.
  public var bitDepth: Int {
    switch samples {
    case .bits8: 8
    case .bits16: 16
    }
  }

  /// Wraps samples.
  ///
  /// - Precondition: `width` and `height` are at least 1, `samples.count` is
  ///   `width * height * format.channels`, and palette indices are 8-bit.
  public init(
    width: Int, height: Int, format: PixelFormat, samples: Samples, palette: [PaletteEntry] = []
  ) {
    precondition(width > 0 && height > 0, "a PNG image of \(width)x\(height) has no pixels")
    precondition(
      samples.count == width * height * format.channels,
      "a \(width)x\(height) \(format) image has \(width * height * format.channels) samples, "
        + "not \(samples.count)")
    if format == .palette, case .bits16 = samples {
      preconditionFailure("palette indices are 8-bit")
    }
    self.width = width
    self.height = height
    self.format = format
    self.samples = samples
    self.palette = palette
  }

  /// Wraps 8-bit samples.
  ///
  /// - Precondition: as for ``init(width:height:format:samples:palette:)``.
  public init(
    width: Int, height: Int, format: PixelFormat, samples: [UInt8], palette: [PaletteEntry] = []
  ) {
    self.init(
      width: width, height: height, format: format, samples: .bits8(samples), palette: palette)
  }
}
