import Foundation
import PNG
import Testing

/// The real pictures beside the repository, where they are there.
private let dataFolder: String = {
  var url = URL(fileURLWithPath: #filePath)
  for _ in 0..<5 { url.deleteLastPathComponent() }
  return url.deletingLastPathComponent().appendingPathComponent("shared/data").path
}()

private func pictures(in folder: String) -> [String] {
  let path = dataFolder + "/" + folder
  let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  if names.isEmpty { print("skipped: no pictures in \(path)") }
  return names.filter { $0.hasSuffix(".png") }.sorted().map { path + "/" + $0 }
}

@Suite struct RealPictureTests {
  @Test(.enabled(if: !pictures(in: "gta5/labels").isEmpty))
  func `labels of GTA5 are indices up to 34`() throws {
    for path in pictures(in: "gta5/labels") {
      let image = try PNGImage.decode(contentsOf: path)
      #expect(image.format == .palette)
      #expect(image.samples8.max().map { $0 <= 34 } == true)
      #expect(Set(image.samples8).count > 5)
      #expect(image.width == 1914 && image.height == 1052)
    }
  }

  @Test(.enabled(if: !pictures(in: "cityscapes/leftImg8bit/train/aachen").isEmpty))
  func `photographs of Cityscapes survive a round trip`() throws {
    for path in pictures(in: "cityscapes/leftImg8bit/train/aachen") {
      let image = try PNGImage.decode(contentsOf: path)
      #expect(image.format == .rgb && image.width == 2048 && image.height == 1024)
      #expect(try PNGImage.decode(image.encoded()) == image)
    }
  }

  @Test(.enabled(if: !pictures(in: "camvid/trainannot").isEmpty))
  func `annotations of CamVid are grey up to 11`() throws {
    for path in pictures(in: "camvid/trainannot") {
      let image = try PNGImage.decode(contentsOf: path)
      #expect(image.format == .grey)
      #expect(image.samples8.max().map { $0 <= 11 } == true)
    }
  }
}
