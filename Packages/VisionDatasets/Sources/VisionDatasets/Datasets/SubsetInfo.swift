#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the `info.json` of a subset says: the map from label id to train id, and beside it the palette
/// and the channels' mean and deviation, where they are given.
public struct SubsetInfo: Sendable, Equatable {
  /// The file.
  public let file: String
  /// `label2train`, from file value to train id; -1 stands for the value 255.
  public let mapping: LabelMapping
  /// The label ids that `label2train` takes to another train id than Cityscapes does.
  public let contradictions: [UInt8]
  /// `palette`: red, green, blue of each class, 0 to 255.
  public let palette: [[UInt8]]?
  /// `mean` of red, green, blue.
  public let mean: [Double]?
  /// `std` of red, green, blue.
  public let deviation: [Double]?

  /// The keys that are read; others may stand beside them.
  private struct Content: Decodable {
    let label2train: [[Int]]
    let palette: [[Int]]?
    let mean: [Double]?
    let std: [Double]?
  }

  /// Reads the file.
  ///
  /// - Throws: ``DatasetError/badMapping(file:reason:)`` when it cannot be read, `label2train` is
  ///   missing or empty or leaves the bounds, or another key is not what it should be.
  public init(contentsOf path: String) throws(DatasetError) {
    let content: Content
    do {
      content = try JSONDecoder().decode(
        Content.self, from: Data(contentsOf: URL(filePath: path)))
    } catch is DecodingError {
      throw .badMapping(
        file: path,
        reason: "expected a JSON object whose \"label2train\" is a list of [label id, train id], "
          + "with \"palette\", \"mean\" and \"std\" as lists of numbers")
    } catch {
      throw .badMapping(file: path, reason: "it cannot be read (is it there?)")
    }
    file = path
    let trainIDs = try Self.trainIDs(content.label2train, file: path)
    mapping = LabelMapping(trainIDs)
    contradictions = trainIDs.filter { $1 != LabelMapping.cityscapesLabelIDs[$0] }.keys.sorted()
    palette = try content.palette.map { colours throws(DatasetError) in
      try Self.palette(colours, file: path)
    }
    for (key, values) in [("mean", content.mean), ("std", content.std)] {
      if let values, values.count != 3 {
        throw .badMapping(
          file: path, reason: "\"\(key)\" has \(values.count) values, expected 3 (red, green, blue)"
        )
      }
    }
    mean = content.mean
    deviation = content.std
  }

  private static func trainIDs(
    _ pairs: [[Int]], file: String
  ) throws(DatasetError) -> [UInt8: UInt8] {
    if pairs.isEmpty { throw .badMapping(file: file, reason: "\"label2train\" is empty") }
    var trainIDs: [UInt8: UInt8] = [:]
    for pair in pairs {
      guard pair.count == 2 else {
        throw .badMapping(
          file: file, reason: "\"label2train\" holds \(pair), expected [label id, train id]")
      }
      guard (-1...255).contains(pair[0]) else {
        throw .badMapping(
          file: file,
          reason: "\"label2train\" maps the label id \(pair[0]), expected -1 (unlabelled) to 255")
      }
      guard let trainID = UInt8(exactly: pair[1]), LabelMapping.isTrainID(trainID) else {
        throw .badMapping(
          file: file,
          reason: "\"label2train\" maps \(pair[0]) to \(pair[1]), which is no train id (0 to 18, "
            + "or 255)")
      }
      let value = UInt8(truncatingIfNeeded: pair[0])
      if let other = trainIDs[value], other != trainID {
        throw .badMapping(
          file: file,
          reason: "\"label2train\" maps \(pair[0]) to both \(other) and \(trainID)")
      }
      trainIDs[value] = trainID
    }
    return trainIDs
  }

  private static func palette(
    _ colours: [[Int]], file: String
  ) throws(DatasetError) -> [[UInt8]] {
    var palette: [[UInt8]] = []
    for colour in colours {
      let bytes = colour.compactMap { UInt8(exactly: $0) }
      guard colour.count == 3, bytes.count == 3 else {
        throw .badMapping(
          file: file, reason: "\"palette\" holds \(colour), expected three values from 0 to 255")
      }
      palette.append(bytes)
    }
    return palette
  }
}
