import Foundation

extension TrainingConfiguration {
  /// Keys that may differ between a run and its continuation: they decide on no weight.
  private static let free = [
    "output", "data.workers", "data.cache", "validation.every", "checkpoint.",
  ]

  /// Keys that say where something lies: it may have moved, and what it is, is not compared.
  private static let places = [
    "data.root", "data.labels", "target.root", "target.labels", "adaptation.pseudo_labels",
  ]

  /// Compares with the configuration that the run in a folder was started with.
  ///
  /// - Returns: A line for each place that is another now.
  /// - Throws: ``TrainingFailure/otherConfiguration(folder:key:was:isNow:)``, or
  ///   ``ConfigurationError`` where the folder's `configuration.yaml` cannot be read.
  func checkContinuation(in folder: String) throws -> [String] {
    let path = "\(folder)/configuration.yaml"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let started = try TrainingConfiguration.load(contentsOf: path)
    var moved: [String] = []
    for key in Self.schema.keys where !Self.free.contains(where: key.name.hasPrefix) {
      let was = key.encode(started), isNow = key.encode(self)
      if was == isNow { continue }
      guard Self.places.contains(key.name), was != "null", isNow != "null" else {
        throw TrainingFailure.otherConfiguration(
          folder: folder, key: key.name, was: was, isNow: isNow)
      }
      moved.append("\(key.name) was \(was) and is \(isNow) now")
    }
    return moved
  }

  /// What a checkpoint says of the input that its network expects.
  var inputMetadata: [String: String] {
    let size = evaluatedDomain.validationSize
    return [
      "normalisation": loading.normalisation.rawValue,
      "channelOrder": loading.channelOrder.rawValue,
      "height": String(size.height), "width": String(size.width),
    ]
  }
}
