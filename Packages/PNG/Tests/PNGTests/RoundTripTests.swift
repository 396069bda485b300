import Foundation
import PNG
import Testing

@Suite struct RoundTripTests {
  /// Pictures of every format that can be written.
  static let images: [PNGImage] = {
    let palette = (0..<40).map {
      PNGImage.PaletteEntry(red: $0, green: 2 * $0, blue: 255 - $0, alpha: $0 == 3 ? 0 : 255)
    }
    let formats: [PNGImage.PixelFormat] = [.grey, .greyAlpha, .rgb, .rgba]
    return formats.flatMap { format -> [PNGImage] in
      let count = 37 * 23 * format.channels
      return [
        PNGImage(
          width: 37, height: 23, format: format,
          samples: (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }),
        PNGImage(
          width: 37, height: 23, format: format,
          samples: .bits16((0..<count).map { UInt16(truncatingIfNeeded: $0 * $0 * 11) })),
      ]
    } + [
      PNGImage(
        width: 37, height: 23, format: .palette,
        samples: (0..<37 * 23).map { UInt8($0 % 40) }, palette: palette)
    ]
  }()

  @Test(arguments: images, [0, 1, 6, 9])
  func `what is written is read back`(image: PNGImage, level: Int) throws {
    let bytes = try image.encoded(.init(level: level))
    #expect(try PNGImage.decode(bytes, depth: .stored) == image)
  }

  /// More rows than are decompressed at a time, over several chunks, under all filters.
  @Test(arguments: [PNGImage.PixelFormat.grey, .greyAlpha, .rgb, .rgba], [1, 6])
  func `a large picture is read back`(format: PNGImage.PixelFormat, level: Int) throws {
    let count = 701 * 487 * format.channels
    let image = PNGImage(
      width: 701, height: 487, format: format,
      samples: (0..<count).map { UInt8(truncatingIfNeeded: $0 / 9 ^ $0 * $0 / 1001) })
    let bytes = try image.encoded(.init(level: level))
    #expect(bytes.count > 3 << 16)
    #expect(try PNGImage.decode(bytes) == image)
  }

  @Test func `a file is replaced whole and nothing is left beside it`() throws {
    let folder = try TemporaryFolder()
    for image in Self.images.prefix(2) { try image.write(to: folder.path("a.png")) }
    #expect(
      try PNGImage.decode(contentsOf: folder.path("a.png"), depth: .stored) == Self.images[1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
  }

  @Test func `a folder that is not there is named`() throws {
    let path = try TemporaryFolder().path("none/a.png")
    let error = #expect(throws: PNGError.self) { try Self.images[0].write(to: path) }
    #expect(error?.description.contains(path) == true)
  }

  @Test func `indices beyond the palette and palettes of the wrong size are refused`() {
    let one = PNGImage.PaletteEntry(red: 0, green: 0, blue: 0)
    let beyond = PNGImage(
      width: 1, height: 1, format: .palette, samples: [2], palette: [one, one])
    let none = PNGImage(width: 1, height: 1, format: .palette, samples: [0])
    #expect(
      throws: PNGError.unencodable(reason: "index 2 lies beyond a palette of 2 colours")
    ) { try beyond.encoded() }
    #expect(throws: PNGError.unencodable(reason: "a palette has 1 to 256 colours, not 0")) {
      try none.encoded()
    }
  }
}

/// A folder that is deleted with its last owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "png-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }
}
