import Foundation
import PNG
import VisionDatasets

/// The computed picture of Golden/make_resizing.py.
func patternImage(width: Int, height: Int) -> RGBImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<3 { pixels.append(UInt8(((73 * x + 151 * y + 199 * c) ^ (31 * x * y)) % 256)) }
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// Its first channel.
func patternLabels(width: Int, height: Int) -> LabelMap {
  let pixels = patternImage(width: width, height: height).pixels
  return LabelMap(
    width: width, height: height, labels: (0..<width * height).map { pixels[3 * $0] })
}

/// A picture whose every pixel tells its place, and labels that repeat its red channel.
func markedSample(_ name: String = "a", width: Int, height: Int, blue: UInt8 = 0) -> Sample {
  var pixels: [UInt8] = []
  var labels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      pixels += [UInt8(x), UInt8(y), blue]
      labels.append(UInt8(x))
    }
  }
  return Sample(
    name: name, image: RGBImage(width: width, height: height, pixels: pixels),
    label: LabelMap(width: width, height: height, labels: labels))
}

/// A folder that is deleted with its last owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "datasets-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  /// Makes a folder in it.
  @discardableResult func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
    return path(name)
  }

  /// Writes a text file.
  @discardableResult func text(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  /// Writes a grey PNG.
  @discardableResult func labels(
    _ values: [UInt8], width: Int, to name: String
  ) throws -> String {
    try PNGImage(width: width, height: values.count / width, format: .grey, samples: values)
      .write(to: path(name))
    return path(name)
  }
}
