import Foundation
import PNG
import Testing

@Suite struct BadFileTests {
  private static let good = Fixture(format: .rgb, depth: 8, interlaced: false).bytes

  private func error(decoding bytes: [UInt8]) -> PNGError? {
    #expect(throws: PNGError.self) { try PNGImage.decode(bytes, named: "a.png") }
  }

  @Test func `an empty file, a JPEG and text are told apart`() {
    #expect(error(decoding: []) == .empty(file: "a.png"))
    let jpeg = error(decoding: [0xFF, 0xD8, 0xFF, 0xE0, 0, 16])
    #expect(jpeg == .notPNG(file: "a.png", found: "a JPEG picture"))
    #expect(jpeg?.description.hasPrefix("a.png: is a JPEG picture, expected a PNG") == true)
    #expect(
      error(decoding: Array("hello".utf8))
        == .notPNG(file: "a.png", found: "not a picture of a known format"))
  }

  @Test func `a file cut anywhere is an error`() {
    for count in 1..<Self.good.count {
      let cut = error(decoding: Array(Self.good.prefix(count)))
      #expect(cut == .truncated(file: "a.png"), "cut after \(count) bytes")
    }
  }

  @Test(arguments: Fixture.all)
  func `a changed byte anywhere is an error`(fixture: Fixture) {
    let bytes = fixture.bytes
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 0x10
      #expect(throws: PNGError.self, "byte \(position)") { try PNGImage.decode(changed) }
    }
  }

  @Test func `a wrong checksum is named`() {
    var changed = Self.good
    changed[changed.count - 20] ^= 1
    guard case .corrupt(let file, let reason)? = error(decoding: changed) else {
      Issue.record("not reported as corrupt")
      return
    }
    #expect(file == "a.png")
    #expect(reason.contains("CRC"))
  }

  @Test func `a huge picture is refused by its header`() throws {
    let bytes = withSize(60000, 60000, Self.good)
    #expect(
      error(decoding: bytes)
        == .tooLarge(file: "a.png", width: 60000, height: 60000, limit: 1 << 28))
    // Under a limit that allows it, the file is still too short for so many pixels.
    #expect(throws: PNGError.truncated(file: "a.png")) {
      try PNGImage.decode(bytes, named: "a.png", limit: .max)
    }
    #expect(throws: PNGError.self) {
      try PNGImage.decode(
        withSize(0x7FFF_FFFF, 0x7FFF_FFFF, Self.good), named: "a.png", limit: .max)
    }
    #expect(throws: PNGError.tooLarge(file: "a.png", width: 11, height: 9, limit: 98)) {
      try PNGImage.decode(Self.good, named: "a.png", limit: 98)
    }
    #expect(try PNGImage.decode(Self.good, limit: 99).width == 11)
  }

  @Test(arguments: Fixture.all)
  func `wrong bytes under right checksums decode or are an error`(fixture: Fixture) {
    let bytes = fixture.bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      for position in start + 8..<start + 8 + length {
        for flip in [0x01, 0x80, 0xFF] as [UInt8] {
          var changed = bytes
          changed[position] ^= flip
          fixChecksum(&changed, chunkAt: start, length: length)
          do {
            let image = try PNGImage.decode(changed, named: "a.png", limit: 1 << 20)
            #expect(image.samples.count == image.width * image.height * image.format.channels)
          } catch {
            #expect(error.description.hasPrefix("a.png: "))
          }
        }
      }
      start += 12 + length
    }
  }

  @Test func `too few rows are corrupt`() {
    guard case .corrupt(_, let reason)? = error(decoding: withSize(11, 10, Self.good)) else {
      Issue.record("a row that is not there was read")
      return
    }
    #expect(reason.lowercased() == "not enough image data")
  }

  @Test func `sizes that PNG forbids are corrupt`() {
    for (width, height) in [(0, 9), (11, 0), (0xFFFF_FFFF, 1)] {
      guard case .corrupt? = error(decoding: withSize(width, height, Self.good)) else {
        Issue.record("\(width)x\(height) is not reported as corrupt")
        continue
      }
    }
  }

  @Test func `missing files and folders are named`() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("none.png"), folder.path] {
      let error = #expect(throws: PNGError.self) { try PNGImage.decode(contentsOf: path) }
      #expect(error?.description.hasPrefix(path + ": cannot be read") == true)
    }
  }

  /// The file with another size in its header, and the header's checksum made right again.
  private func withSize(_ width: Int, _ height: Int, _ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(16..<24, with: bigEndian(width) + bigEndian(height))
    fixChecksum(&bytes, chunkAt: 8, length: 13)
    return bytes
  }

  private func fixChecksum(_ bytes: inout [UInt8], chunkAt start: Int, length: Int) {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes[start + 4..<start + 8 + length] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    bytes.replaceSubrange(start + 8 + length..<start + 12 + length, with: bigEndian(Int(~crc)))
  }

  private func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) }
  }
}
