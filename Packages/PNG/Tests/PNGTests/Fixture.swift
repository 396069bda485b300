import PNG

/// One of the generated files and what it must decode to.
struct Fixture: Sendable, CustomStringConvertible {
  static let width = 11
  static let height = 9

  let format: PNGImage.PixelFormat
  let depth: Int
  let interlaced: Bool

  static let all: [Fixture] = [false, true].flatMap { interlaced in
    let depths: [(PNGImage.PixelFormat, [Int])] = [
      (.grey, [1, 2, 4, 8, 16]), (.rgb, [8, 16]), (.palette, [1, 2, 4, 8]),
      (.greyAlpha, [8, 16]), (.rgba, [8, 16]),
    ]
    return depths.flatMap { format, depths in
      depths.map { Fixture(format: format, depth: $0, interlaced: interlaced) }
    }
  }

  var description: String { "\(format)-\(depth)-\(interlaced ? 1 : 0)" }

  /// The file; empty when the generator does not know it.
  var bytes: [UInt8] {
    let digits = (fixtures[description] ?? "").utf8.compactMap { byte in
      Character(UnicodeScalar(byte)).hexDigitValue
    }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  /// The samples as stored in the file.
  var stored: [Int] {
    (0..<Self.height).flatMap { y in
      (0..<Self.width).flatMap { x in
        (0..<format.channels).map { c in
          let value = 29 * x + 13 * y + 7 * c
          return depth == 16 ? value * 257 % 65536 : value % (1 << depth)
        }
      }
    }
  }

  /// The samples in 8 bits: low grey depths scaled, palette indices as they are.
  var samples8: [UInt8] {
    stored.map { value in
      if format == .palette { return UInt8(value) }
      let highest = (1 << depth) - 1
      return UInt8((Double(value) * 255 / Double(highest)).rounded())
    }
  }
}
