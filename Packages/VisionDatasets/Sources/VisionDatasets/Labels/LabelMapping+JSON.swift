#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension LabelMapping {
  /// Reads a mapping from a JSON file: one object whose keys are file values and whose values are
  /// train ids, as `{"0": 10, "3": 0, "11": 255}`. Values that are not named are ignored.
  ///
  /// - Throws: ``DatasetError/badMapping(file:reason:)`` when the file cannot be read or says
  ///   something else.
  public init(contentsOfJSON path: String) throws(DatasetError) {
    let entries: [String: Int]
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      entries = try JSONDecoder().decode([String: Int].self, from: data)
    } catch is DecodingError {
      throw .badMapping(
        file: path, reason: "it is not one JSON object from value to train id, as {\"7\": 0}")
    } catch {
      throw .badMapping(file: path, reason: "it cannot be read (is it there?)")
    }
    if entries.isEmpty { throw .badMapping(file: path, reason: "it maps nothing") }
    var trainIDs: [UInt8: UInt8] = [:]
    for (key, number) in entries.sorted(by: { $0.key < $1.key }) {
      guard let value = UInt8(key) else {
        throw .badMapping(file: path, reason: "the key \"\(key)\" is not a value from 0 to 255")
      }
      guard let trainID = UInt8(exactly: number), Self.isTrainID(trainID) else {
        throw .badMapping(
          file: path, reason: "\"\(key)\" maps to \(number), which is no train id (0 to 18, or 255)"
        )
      }
      trainIDs[value] = trainID
    }
    self.init(trainIDs)
  }
}
