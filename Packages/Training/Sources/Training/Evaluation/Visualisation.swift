public import Checkpoint
import Foundation
public import VisionDatasets

/// Pictures of image, truth and prediction side by side, in the Cityscapes palette.
public struct Visualisation: Sendable {
  private let folder: String

  /// Uses a folder, made where it is missing.
  ///
  /// - Throws: `CheckpointError.unwritable` where the folder cannot be made.
  public init(folder: String) throws(CheckpointError) {
    self.folder = folder
    if let reason = makeFolder(folder) { throw .unwritable(path: folder, reason: reason) }
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
