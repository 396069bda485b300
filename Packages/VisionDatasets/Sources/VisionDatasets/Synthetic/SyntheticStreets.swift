/// Procedural street scenes with exact labels for all nineteen classes of Cityscapes.
///
/// A scene is decided by `seed` and its index alone; the two looks show the same scenes with other
/// colours, textures, light and camera, so the gap between them is one of appearance only. Sizes
/// show the same scene too. Labels are decided by the same samples as colours, and are 0 to 18, or
/// ``LabelMap/ignored`` on the hood of the ego vehicle.
///
/// Training and validation sets are different seeds: see ``Split``.
public struct SyntheticStreets: SegmentationDataset {
  /// How the scenes look.
  public enum Look: String, CaseIterable, Sendable {
    /// A clean rendered game: sun, hard shadows, strong colours.
    case source
    /// A camera on an overcast day: haze, worn surfaces, dull colours, blur, noise, vignetting.
    case target
  }

  /// Parts of the data that share no scene.
  public enum Split: String, CaseIterable, Sendable {
    /// For training.
    case train
    /// For validation.
    case validation = "val"

    /// The seed of this part, from the seed of the whole.
    public func seed(from seed: UInt64) -> UInt64 {
      switch self {
      case .train: seed
      case .validation: seed ^ 0x5eed_0f_7a11_da7e
      }
    }
  }

  /// How the scenes look.
  public let look: Look
  /// What decides the scenes, together with their index.
  public let seed: UInt64
  /// How many pictures the set has.
  public let count: Int
  /// Rows of each picture.
  public let height: Int
  /// Columns of each picture.
  public let width: Int
  private let buffers: RenderBufferPool

  /// A set of `count` pictures of `height` rows and `width` columns.
  ///
  /// - Precondition: `count` is not negative; `height` and `width` are at least 8.
  public init(look: Look, seed: UInt64, count: Int, height: Int, width: Int) {
    precondition(count >= 0, "a set cannot have \(count) pictures")
    precondition(
      height >= 8 && width >= 8, "a picture of \(height)x\(width) is smaller than 8x8")
    self.look = look
    self.seed = seed
    self.count = count
    self.height = height
    self.width = width
    buffers = RenderBufferPool(width: width, height: height)
  }

  /// The set of one part of the data.
  ///
  /// - Precondition: as for ``init(look:seed:count:height:width:)``.
  public init(look: Look, split: Split, seed: UInt64, count: Int, height: Int, width: Int) {
    self.init(
      look: look, seed: split.seed(from: seed), count: count, height: height, width: width)
  }

  /// `source_000012`, for instance.
  public func name(at index: Int) -> String {
    "\(look.rawValue)_" + Self.padded(index, to: 6)
  }

  /// A number with zeros before it.
  static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The picture and labels of one scene; it never throws.
  public func sample(at index: Int) throws -> Sample {
    let (image, label) = render(index)
    return Sample(name: name(at: index), image: image, label: label)
  }

  /// Draws one scene: a picture of `height` x `width` and its labels.
  public func render(_ index: Int) -> (image: RGBImage, label: LabelMap) {
    var scene = StreetScene(seed: seed, index: index)
    var random = StreetRandom(seed: seed ^ 0xca3e_4a, index: index)
    let renderer: StreetRenderer
    switch look {
    case .source:
      renderer = StreetRenderer(
        palette: SourcePalette(), finish: .source(random: &random), width: width, height: height)
    case .target:
      renderer = StreetRenderer(
        palette: TargetPalette(), finish: .target(random: &random), width: width, height: height)
    }
    var buffers = buffers.take()
    let picture = renderer.render(&scene, in: &buffers)
    self.buffers.give(back: buffers)
    return picture
  }
}

extension CameraFinish {
  /// A renderer's output: only the exposure varies a little.
  static func source(random: inout StreetRandom) -> CameraFinish {
    CameraFinish(
      gain: Vector(repeating: random.within(0.94, 1.06)), saturation: 1.15, contrast: 1.12,
      vignette: 0, blur: 0, noise: 0, seed: random.tone())
  }

  /// A real camera's: white balance, exposure, softness and noise of its own in every picture.
  static func target(random: inout StreetRandom) -> CameraFinish {
    let exposure = random.within(1.0, 1.28)
    return CameraFinish(
      gain: Vector(random.within(0.96, 1.03), 1.0, random.within(0.88, 0.98)) * exposure,
      saturation: 0.85, contrast: 0.92, vignette: random.within(0.2, 0.4),
      blur: random.within(0.0009, 0.0014), noise: random.within(0.01, 0.022),
      seed: random.tone())
  }
}
