import PNG

/// What one pair of files holds.
struct PairExamination: Sendable {
  private(set) var findings: [DatasetFinding] = []
  /// How often each file value occurs in the labels; nil when they are not there or cannot be read.
  private(set) var values: [Int]?
  /// The picture's size; nil when it cannot be read.
  private(set) var size: (width: Int, height: Int)?
  /// Sums of red, green and blue.
  private(set) var sums: [UInt64] = [0, 0, 0]
  /// Sums of their squares.
  private(set) var squares: [UInt64] = [0, 0, 0]

  var isSound: Bool { !findings.contains { $0.severity == .error } }

  /// Reads both files, whatever is wrong with the one.
  init(_ pair: PairedFiles.Pair, mapping: LabelMapping) {
    do {
      let image = try RGBImage(contentsOf: pair.image)
      size = (image.width, image.height)
      add(image)
    } catch {
      note(error, file: pair.image)
    }
    guard let file = pair.label else { return }
    do {
      let picture = try LabelMap.stored(in: file)
      let values = picture.samples8
      let counts = LabelMapping.histogram(of: values)
      self.values = counts
      if let size, size != (picture.width, picture.height) {
        note(
          DatasetError.sizeMismatch(
            image: pair.image, imageSize: "\(size.width)x\(size.height)", label: file,
            labelSize: "\(picture.width)x\(picture.height)"), file: file)
      }
      try mapping.check(values, file: file)
      warn(of: counts, file: file, mapping: mapping)
    } catch {
      note(error, file: file)
    }
  }

  /// Notes what is odd about labels that can be read.
  private mutating func warn(of counts: [Int], file: String, mapping: LabelMapping) {
    let unknown = (0..<256).filter {
      counts[$0] > 0 && !mapping.named.contains(UInt8($0))
        && !mapping.refused.contains(UInt8($0))
    }
    if !unknown.isEmpty {
      let listed = unknown.map { "\($0) (\(counts[$0]) pixels)" }.joined(separator: ", ")
      warn(
        .values, file: file,
        "\(file): holds values outside the map, which are ignored: \(listed)")
    }
    let isLabelled = (0..<256).contains {
      counts[$0] > 0 && mapping.table[$0] != LabelMap.ignored
    }
    if !isLabelled {
      warn(
        .empty, file: file,
        "\(file): every pixel is ignored, so that nothing is learnt from it")
    }
  }

  private mutating func warn(_ kind: DatasetFinding.Kind, file: String, _ message: String) {
    findings.append(.init(kind: kind, severity: .warning, file: file, message: message))
  }

  private mutating func note(_ error: any Error, file: String) {
    var message = "\(error)"
    var kind: DatasetFinding.Kind = .unreadable
    switch error {
    case let error as PNGError:
      kind = Self.kind(of: error, file: file)
      if kind == .missing { message = "\(file): there is no such file" }
    case DatasetError.sizeMismatch: kind = .size
    case DatasetError.notLabels: kind = .notLabels
    case DatasetError.unexpectedLabel: kind = .values
    case DatasetError.wrongEncoding: kind = .encoding
    default: break
    }
    findings.append(.init(kind: kind, severity: .error, file: file, message: message))
  }

  private static func kind(of error: PNGError, file: String) -> DatasetFinding.Kind {
    switch error {
    case .empty: .empty
    case .notPNG: .notPNG
    case .tooLarge: .tooLarge
    case .truncated: .truncated
    case .corrupt: .corrupt
    case .unreadable: FolderListing.exists(file) ? .unreadable : .missing
    case .unwritable, .unencodable: .unreadable
    }
  }

  private mutating func add(_ image: RGBImage) {
    let pixelCount = image.width * image.height
    image.pixels.withUnsafeBufferPointer { pixels in
      for channel in 0..<3 {
        var sum: UInt64 = 0
        var square: UInt64 = 0
        for pixel in 0..<pixelCount {
          let value = UInt64(pixels[pixel &* 3 &+ channel])
          sum &+= value
          square &+= value &* value
        }
        sums[channel] = sum
        squares[channel] = square
      }
    }
  }
}
