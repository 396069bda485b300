import CPNG

extension PNGImage {
  /// How 16-bit files are decoded.
  public enum Depth: Sendable {
    /// 16-bit samples are rounded to 8 while decoding.
    case eight
    /// 16-bit samples stay 16-bit.
    case stored
  }

  /// The number of pixels above which a picture is refused unless told otherwise: 2²⁸, about
  /// 16 000 by 16 000.
  public static let defaultPixelLimit = 1 << 28

  /// Decodes a PNG file.
  ///
  /// Samples of 1, 2 and 4 bits become bytes: grey values are scaled to 0–255, palette indices are
  /// kept as they are. The transparent colour of a grey or RGB file is ignored. Interlaced files
  /// decode as any other.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - depth: What to do with 16-bit samples.
  ///   - limit: The most pixels to accept; checked before memory is taken for them.
  /// - Throws: ``PNGError`` naming the file; every chunk's checksum is checked, and a file that ends
  ///   too early is refused.
  public static func decode(
    contentsOf path: String, depth: Depth = .eight, limit: Int = defaultPixelLimit
  ) throws(PNGError) -> PNGImage {
    try decode(readFile(path), named: path, depth: depth, limit: limit)
  }

  /// Decodes the bytes of a PNG file, as ``decode(contentsOf:depth:limit:)``; errors speak of `name`.
  public static func decode(
    _ bytes: [UInt8], named name: String = "PNG data", depth: Depth = .eight,
    limit: Int = defaultPixelLimit
  ) throws(PNGError) -> PNGImage {
    if let error = signatureError(in: bytes, named: name) { throw error }
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<PNGImage, PNGError> in
      guard let reader = cpng_reader_create(buffer.baseAddress, buffer.count) else {
        return .failure(.unreadable(file: name, reason: "out of memory"))
      }
      defer { cpng_reader_destroy(reader) }
      return Result { () throws(PNGError) in
        try Decoder(reader: reader, name: name, byteCount: buffer.count)
          .decode(depth: depth, limit: limit)
      }
    }
    return try result.get()
  }
}

/// One pass over the bytes of a file.
private struct Decoder {
  let reader: OpaquePointer
  let name: String
  let byteCount: Int

  func decode(depth: PNGImage.Depth, limit: Int) throws(PNGError) -> PNGImage {
    var header = cpng_header()
    try check(cpng_reader_read_header(reader, &header))
    let width = Int(header.width)
    let height = Int(header.height)
    // Both are below 2³¹: with the cap, none of the products below can overflow.
    guard width * height <= min(limit, 1 << 48) else {
      throw .tooLarge(file: name, width: width, height: height, limit: limit)
    }
    let format = try format(of: header)
    // Deflate cannot shrink below a thousandth: a tiny file that claims a huge picture is found out
    // before memory is taken for it.
    let storedBits = width * height * format.channels * Int(header.bit_depth)
    guard storedBits / 8 / 1100 <= byteCount else { throw .truncated(file: name) }

    let count = width * height * format.channels
    let samples: PNGImage.Samples
    if header.bit_depth == 16, depth == .stored {
      samples = .bits16(try pixels(count: count, keeping16: true))
    } else {
      samples = .bits8(try pixels(count: count, keeping16: false))
    }
    return PNGImage(
      width: width, height: height, format: format, samples: samples, palette: palette(of: header))
  }

  /// The samples, decoded into the array that is returned.
  private func pixels<Sample>(count: Int, keeping16: Bool) throws(PNGError) -> [Sample] {
    var status = cpng_ok
    let samples = [Sample](unsafeUninitializedCapacity: count) { out, initialised in
      let bytes = UnsafeMutableRawBufferPointer(out).bindMemory(to: UInt8.self)
      status = cpng_reader_read_pixels(reader, keeping16 ? 1 : 0, bytes.baseAddress)
      initialised = status == cpng_ok ? count : 0
    }
    try check(status)
    return samples
  }

  private func check(_ status: cpng_status) throws(PNGError) {
    switch status {
    case cpng_ok: return
    case cpng_truncated: throw .truncated(file: name)
    default:
      throw .corrupt(file: name, reason: String(cString: cpng_reader_message(reader)))
    }
  }

  private func format(of header: cpng_header) throws(PNGError) -> PNGImage.PixelFormat {
    switch Int(header.colour_type) {
    case cpng_grey: .grey
    case cpng_grey_alpha: .greyAlpha
    case cpng_rgb: .rgb
    case cpng_rgba: .rgba
    case cpng_palette: .palette
    default: throw .corrupt(file: name, reason: "colour type \(header.colour_type)")
    }
  }

  private func palette(of header: cpng_header) -> [PNGImage.PaletteEntry] {
    withUnsafeBytes(of: header.palette) { bytes in
      (0..<Int(header.palette_count)).map {
        PNGImage.PaletteEntry(
          red: bytes[4 * $0], green: bytes[4 * $0 + 1], blue: bytes[4 * $0 + 2],
          alpha: bytes[4 * $0 + 3])
      }
    }
  }
}
