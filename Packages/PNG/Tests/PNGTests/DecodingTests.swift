import PNG
import Testing

@Suite struct DecodingTests {
  @Test(arguments: Fixture.all) func `every kind decodes to 8 bits`(fixture: Fixture) throws {
    let image = try PNGImage.decode(fixture.bytes)
    #expect(image.width == Fixture.width && image.height == Fixture.height)
    #expect(image.format == fixture.format)
    #expect(image.bitDepth == 8)
    #expect(image.samples == .bits8(fixture.samples8))
  }

  @Test(arguments: Fixture.all.filter { $0.depth == 16 })
  func `sixteen bits are kept on request`(fixture: Fixture) throws {
    let image = try PNGImage.decode(fixture.bytes, depth: .stored)
    #expect(image.bitDepth == 16)
    #expect(image.samples == .bits16(fixture.stored.map(UInt16.init)))
    #expect(image.samples8 == fixture.samples8)
  }

  @Test(arguments: Fixture.all.filter { $0.format == .palette })
  func `palettes keep colours and transparency`(fixture: Fixture) throws {
    let palette = try PNGImage.decode(fixture.bytes).palette
    #expect(palette.count == 1 << fixture.depth)
    #expect(palette[0] == .init(red: 0, green: 255, blue: 0, alpha: 128))
    #expect(palette[1] == .init(red: 1, green: 254, blue: 3))
  }

  @Test func `conversion to RGB looks indices up, repeats grey and drops alpha`() {
    let palette = PNGImage(
      width: 3, height: 1, format: .palette, samples: [1, 0, 9],
      palette: [.init(red: 1, green: 2, blue: 3), .init(red: 4, green: 5, blue: 6)])
    #expect(palette.convertedToRGB8().samples8 == [4, 5, 6, 1, 2, 3, 0, 0, 0])
    let grey = PNGImage(width: 1, height: 2, format: .greyAlpha, samples: [7, 1, 8, 2])
    #expect(grey.convertedToRGB8().samples8 == [7, 7, 7, 8, 8, 8])
    let rgba = PNGImage(
      width: 1, height: 1, format: .rgba, samples: .bits16([0, 32767, 65535, 9]))
    #expect(rgba.convertedToRGB8().samples8 == [0, 127, 255])
    #expect(rgba.convertedToRGB8().format == .rgb)
  }

  @Test func `sixteen bits round to eight as division by 257 does`() {
    let values = (0...65535).map(UInt16.init)
    let image = PNGImage(width: 256, height: 256, format: .grey, samples: .bits16(values))
    #expect(image.samples8 == values.map { UInt8((Double($0) / 257).rounded()) })
  }
}
