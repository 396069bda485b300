import Foundation

extension TrainingConfiguration {
  /// Keys that may differ between a run and its continuation: they decide on no weight.
  private static let free = [
    "output", "data.workers", "data.cache", "validation.every", "checkpoint.",
  ]

  /// Compares with the configuration that the run in a folder was started with.
  ///
  /// - Throws: ``TrainingFailure/otherConfiguration(folder:key:was:isNow:)``, or
  ///   ``ConfigurationError`` where the folder's `configuration.yaml` cannot be read.
  func checkContinuation(in folder: String) throws {
    let path = "\(folder)/configuration.yaml"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let started = try TrainingConfiguration.load(contentsOf: path)
    for key in Self.schema.keys where !Self.free.contains(where: key.name.hasPrefix) {
      let was = key.encode(started), isNow = key.encode(self)
      if was != isNow {
        throw TrainingFailure.otherConfiguration(
          folder: folder, key: key.name, was: was, isNow: isNow)
      }
    }
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
