import CPNG

extension PNGImage {
  /// How hard to compress: a level of zlib.
  public struct Compression: Sendable, Equatable {
    /// zlib's level, 0 (stored) to 9.
    public let level: Int

    /// A level of zlib.
    ///
    /// - Precondition: 0 to 9.
    public init(level: Int) {
      precondition((0...9).contains(level), "zlib's levels are 0 to 9, not \(level)")
      self.level = level
    }

    /// Level 1: several times as fast as the usual 6, files somewhat larger.
    public static let fast = Compression(level: 1)
    /// Level 6, with the filter chosen row by row.
    public static let balanced = Compression(level: 6)
    /// Level 9.
    public static let smallest = Compression(level: 9)
  }

  /// The bytes of the picture as a PNG file: the samples and the palette as they are, not interlaced.
  ///
  /// - Throws: ``PNGError/unencodable(reason:)`` when an index lies beyond the palette, the palette
  ///   has no or more than 256 colours, or a side is larger than PNG allows.
  public func encoded(_ compression: Compression = .fast) throws(PNGError) -> [UInt8] {
    var buffer = cpng_buffer()
    defer { cpng_buffer_free(&buffer) }
    try encode(into: &buffer, compression)
    return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
  }

  /// Writes the picture to a file, beside it first and then renamed.
  ///
  /// - Throws: ``PNGError`` as ``encoded(_:)`` does, or when the file cannot be written.
  public func write(to path: String, _ compression: Compression = .fast) throws(PNGError) {
    var buffer = cpng_buffer()
    defer { cpng_buffer_free(&buffer) }
    try encode(into: &buffer, compression)
    try writeFile(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count), to: path)
  }

  private func encode(
    into buffer: inout cpng_buffer, _ compression: Compression
  ) throws(PNGError) {
    var header = try header()
    let level = Int32(compression.level)
    let status =
      switch samples {
      case .bits8(let values):
        values.withUnsafeBufferPointer { cpng_encode(&header, $0.baseAddress, level, &buffer) }
      case .bits16(let values):
        values.withUnsafeBytes {
          cpng_encode(
            &header, $0.bindMemory(to: UInt8.self).baseAddress, level, &buffer)
        }
      }
    guard status == cpng_ok else {
      let message = withUnsafeBytes(of: buffer.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw .unencodable(reason: message.isEmpty ? "out of memory" : "libpng: \(message)")
    }
  }

  private func header() throws(PNGError) -> cpng_header {
    guard let columns = Int32(exactly: width), let rows = Int32(exactly: height) else {
      throw .unencodable(reason: "\(width)x\(height) is larger than the format allows")
    }
    var header = cpng_header()
    header.width = UInt32(columns)
    header.height = UInt32(rows)
    header.bit_depth = Int32(bitDepth)
    switch format {
    case .grey: header.colour_type = Int32(cpng_grey)
    case .greyAlpha: header.colour_type = Int32(cpng_grey_alpha)
    case .rgb: header.colour_type = Int32(cpng_rgb)
    case .rgba: header.colour_type = Int32(cpng_rgba)
    case .palette:
      header.colour_type = Int32(cpng_palette)
      try store(palette, in: &header)
    }
    return header
  }

  private func store(
    _ palette: [PaletteEntry], in header: inout cpng_header
  ) throws(PNGError) {
    guard (1...256).contains(palette.count) else {
      throw .unencodable(reason: "a palette has 1 to 256 colours, not \(palette.count)")
    }
    if let highest = samples8.max(), Int(highest) >= palette.count {
      throw .unencodable(
        reason: "index \(highest) lies beyond a palette of \(palette.count) colours")
    }
    header.palette_count = Int32(palette.count)
    withUnsafeMutableBytes(of: &header.palette) { bytes in
      for (index, entry) in palette.enumerated() {
        bytes[4 * index] = entry.red
        bytes[4 * index + 1] = entry.green
        bytes[4 * index + 2] = entry.blue
        bytes[4 * index + 3] = entry.alpha
      }
    }
  }
}
