import Foundation
public import VisionDatasets

/// Pictures of image, truth and prediction side by side, in the Cityscapes palette.
public struct Visualisation: Sendable {
  private let folder: String

  /// Uses a folder, made where it is missing.
  ///
  /// - Throws: The system's reason where the folder cannot be made.
  public init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Writes `<name>.png`.
  ///
  /// - Parameter image: The photograph at its own size; shown at the prediction's.
  /// - Throws: `PNGError`.
  public func write(_ outcome: Evaluation.Outcome, image: RGBImage) throws {
    let width = outcome.prediction.width, height = outcome.prediction.height
    let shown =
      image.width == width && image.height == height
      ? image : image.resized(width: width, height: height)
    let picture = RGBImage.sideBySide([
      shown, outcome.truth.coloured(), outcome.prediction.coloured(),
    ])
    try picture.write(to: "\(folder)/\(outcome.name.replacingOccurrences(of: "/", with: "_")).png")
  }
}
