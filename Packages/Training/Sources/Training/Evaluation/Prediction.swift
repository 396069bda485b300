public import BiSeNet
import Foundation
public import VisionDatasets

/// Turns a folder of PNGs of any sizes into label PNGs and coloured overlays.
///
/// Decoding, the network and encoding run at the same time, one picture each or a few. Every picture is
/// reduced to the network's input; the network's logits, not its labels, are enlarged to the picture's
/// own size.
public struct Prediction: Sendable {
  /// The size of the network's input.
  public var size: TrainingConfiguration.ImageSize
  /// The type that the network computes in.
  public var precision: TrainingConfiguration.Precision
  /// How pixels become numbers.
  public var normalisation: Normalisation
  /// What the label PNGs hold.
  public var encoding: LabelEncoding
  /// The share of the classes' colours in an overlay, 0 to 1; nil where none are written.
  public var overlay: Double?
  /// Whether pictures that cannot be read are passed over.
  public var keepsGoing: Bool

  /// Predictions at a size.
  public init(
    size: TrainingConfiguration.ImageSize,
    precision: TrainingConfiguration.Precision = .float32, normalisation: Normalisation,
    encoding: LabelEncoding = .trainIDs, overlay: Double? = 0.5, keepsGoing: Bool = false
  ) {
    self.size = size
    self.precision = precision
    self.normalisation = normalisation
    self.encoding = encoding
    self.overlay = overlay
    self.keepsGoing = keepsGoing
  }

  /// What a run did.
  public struct Summary: Sendable, Hashable {
    /// Pictures predicted and written.
    public let images: Int
    /// One sentence for each picture that could not be read.
    public let unreadable: [String]
    /// From the first picture's decoding to the last one's file.
    public let seconds: Double

    /// Pictures per second, decoding and encoding included.
    public var imagesPerSecond: Double { seconds > 0 ? Double(images) / seconds : 0 }
  }

  /// Predicts every PNG in a folder and below, into `<output>/labels` and `<output>/overlays`, with the
  /// same paths below those; of Cityscapes' pictures `x_leftImg8bit.png` becomes `x_pred_labelIds.png` or
  /// `x_pred_trainIds.png`, which the official evaluator finds.
  ///
  /// Each file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - network: Built for inference.
  ///   - progress: Called before the first picture and after each with the number of those behind it
  ///     and the number of all.
  /// - Throws: ``EvaluationProblem`` where there are no pictures or the output lies among them,
  ///   `DataLoaderError` for the first picture that cannot be read unless ``keepsGoing``,
  ///   ``UnusablePrediction`` where the network gives NaN, `PNGError` or `CheckpointError` where a file
  ///   or folder cannot be written.
  public func callAsFunction(
    _ network: BiSeNet, images folder: String, output: String,
    progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws -> Summary {
    try refuse(output: output, among: folder)
    let pictures = try PictureFolder(folder, keeping: overlay != nil)
    let loader = try DataLoader(
      dataset: pictures, batchSize: 1,
      transform: Resize(height: size.height, width: size.width, labels: .kept),
      normalisation: normalisation)
    let writer = try PredictionWriter(output: output, encoding: encoding, overlay: overlay)
    progress(0, loader.batchCount)
    let start = ContinuousClock.now
    let batches = try loader.batches(epoch: 0)
    var unreadable: [String] = []
    for index in 0..<loader.batchCount {
      do {
        if let batch = try batches.next() {
          let labels = try network.classes(batch, precision: precision)
          let map = LabelMap(width: batch.labelWidth, height: batch.labelHeight, labels: labels)
          writer.write(map, over: pictures.take(index), as: pictures.files[index])
        }
      } catch DataLoaderError.unreadableSample(_, let reason) where keepsGoing {
        unreadable.append("\(reason)")
      } catch {
        // What was predicted before is complete, and its files are whole.
        try writer.finish()
        throw error
      }
      if writer.hasFailed { break }
      progress(index + 1, loader.batchCount)
    }
    try writer.finish()
    return Summary(
      images: loader.batchCount - unreadable.count, unreadable: unreadable,
      seconds: (ContinuousClock.now - start).seconds)
  }

  /// A second run would take the first one's output for pictures.
  private func refuse(output: String, among folder: String) throws(EvaluationProblem) {
    let inner = URL(fileURLWithPath: output).standardizedFileURL.resolvingSymlinksInPath().path
    let outer = URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
    guard inner == outer || inner.hasPrefix(outer + "/") else { return }
    throw EvaluationProblem(
      description:
        "\(output): lies in the folder of pictures \(folder), expected a folder outside of "
        + "it; choose another for the output")
  }
}
