import Foundation
import Testing
import VisionDatasets

/// What Golden/make_resizing.py wrote.
private struct Golden: Decodable {
  struct Case: Decodable {
    let source: [Int]
    let target: [Int]
    let bilinear: String?
    let nearest: String?
    let twoTaps: String?
    let bilinearChecksum: UInt32?
    let nearestChecksum: UInt32?
  }

  let cases: [Case]
  let nearestRows: [[UInt32]]

  static func load() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/resizing.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

private func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

private func adler32(_ values: [UInt8]) -> UInt32 {
  var low: UInt32 = 1
  var high: UInt32 = 0
  for value in values {
    low = (low + UInt32(value)) % 65521
    high = (high + low) % 65521
  }
  return high << 16 | low
}

@Suite struct ResizingTests {
  @Test func `photographs and labels equal Pillow's to the bit`() throws {
    for golden in try Golden.load().cases {
      let (width, height) = (golden.target[0], golden.target[1])
      let image = patternImage(width: golden.source[0], height: golden.source[1])
        .resized(width: width, height: height)
      let labels = patternLabels(width: golden.source[0], height: golden.source[1])
        .resized(width: width, height: height)
      let sizes = Comment(rawValue: "\(golden.source) to \(golden.target)")
      #expect(image.width == width && image.height == height)
      if let expected = golden.bilinear { #expect(image.pixels == bytes(expected), sizes) }
      if let expected = golden.nearest { #expect(labels.labels == bytes(expected), sizes) }
      if let expected = golden.bilinearChecksum {
        #expect(adler32(image.pixels) == expected, sizes)
      }
      if let expected = golden.nearestChecksum {
        #expect(adler32(labels.labels) == expected, sizes)
      }
    }
  }

  @Test func `nearest equals Pillow's for many lengths`() throws {
    for row in try Golden.load().nearestRows {
      let source = LabelMap(
        width: Int(row[0]), height: 1, labels: (0..<Int(row[0])).map { UInt8($0 % 251) })
      let resized = source.resized(width: Int(row[1]), height: 1)
      #expect(adler32(resized.labels) == row[2], "\(row[0]) to \(row[1])")
    }
  }

  @Test func `without antialias each pixel lies between its four neighbours`() throws {
    for golden in try Golden.load().cases {
      guard let expected = golden.twoTaps else { continue }
      let image = patternImage(width: golden.source[0], height: golden.source[1]).resized(
        width: golden.target[0], height: golden.target[1], filter: .bilinearWithoutAntialias)
      let worst = zip(image.pixels, bytes(expected)).map { abs(Int($0) - Int($1)) }.max()
      // One level: the rows are rounded to 8 bits before the columns are.
      #expect(worst.map { $0 <= 1 } == true, "\(golden.source) to \(golden.target)")
    }
  }

  @Test func `the same size is the same picture`() {
    let image = patternImage(width: 9, height: 7)
    #expect(image.resized(width: 9, height: 7) == image)
    #expect(image.resized(width: 9, height: 7, filter: .bilinearWithoutAntialias) == image)
  }

  @Test func `labels are resized with the photograph, or kept`() {
    var generator = SplitMix64(seed: 0)
    let sample = markedSample(width: 8, height: 6)
    let both = Resize(height: 3, width: 4).apply(sample, using: &generator)
    #expect(both.image.width == 4 && both.image.height == 3)
    #expect(both.label?.labels.prefix(4) == [1, 3, 5, 7])
    let kept = Resize(height: 3, width: 4, labels: .kept).apply(sample, using: &generator)
    #expect(kept.image == both.image)
    #expect(kept.label == sample.label)
    #expect(generator == SplitMix64(seed: 0))
  }
}
