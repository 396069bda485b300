import BiSeNet
import VisionDatasets

/// Pictures that a network in bytes is calibrated on: the largest values that its layers have on them are the
/// largest that their bytes will hold.
public struct CalibrationPictures: Sendable {
  /// A folder of PNGs, those below it included, like those that the network will see.
  public var folder: String
  /// How many of them are run, evenly spread over the folder.
  public var count: Int

  /// Pictures of a folder.
  ///
  /// - Precondition: `count` is 1 or more.
  public init(folder: String, count: Int = 32) {
    precondition(count > 0, "calibration takes a picture at least, not \(count)")
    self.folder = folder
    self.count = count
  }

  /// Runs the network on them, in float32.
  ///
  /// - Throws: ``EvaluationProblem`` where there are none, `DataLoaderError` for the first that cannot be
  ///   read, ``UnusablePrediction`` where the network gives NaN.
  func run(
    _ network: BiSeNet, size: TrainingConfiguration.ImageSize, normalisation: Normalisation,
    progress: (_ done: Int, _ all: Int) -> Void
  ) throws {
    let loader = try DataLoader(
      dataset: PictureFolder(folder, keeping: false, atMost: count), batchSize: 1,
      transform: Resize(height: size.height, width: size.width, labels: .nearest),
      normalisation: normalisation)
    progress(0, loader.batchCount)
    let batches = try loader.batches(epoch: 0)
    for index in 0..<loader.batchCount {
      if let batch = try batches.next() { _ = try network.classes(batch, precision: .float32) }
      progress(index + 1, loader.batchCount)
    }
  }
}
