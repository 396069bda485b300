public import BiSeNet
import Foundation
import PseudoLabel
public import SegmentationMetrics
import Tensor
public import VisionDatasets

/// Evaluates a network on a data set, one image at a time, with one streamed confusion matrix.
public struct Evaluation: Sendable {
  /// The size of the network's input.
  public var size: TrainingConfiguration.ImageSize
  /// The resolution that predictions are compared at.
  public var labelResolution: TrainingConfiguration.LabelResolution
  /// The type that the network computes in.
  public var precision: TrainingConfiguration.Precision
  /// How pixels become numbers.
  public var normalisation: Normalisation
  /// Threads that read ahead.
  public var workers: Int

  /// An evaluation at a size.
  public init(
    size: TrainingConfiguration.ImageSize,
    labelResolution: TrainingConfiguration.LabelResolution = .full,
    precision: TrainingConfiguration.Precision = .float32, normalisation: Normalisation,
    workers: Int = 2
  ) {
    self.size = size
    self.labelResolution = labelResolution
    self.precision = precision
    self.normalisation = normalisation
    self.workers = workers
  }

  /// What is known of one image after it was evaluated.
  public struct Outcome: Sendable {
    /// The sample's place in its set.
    public let index: Int
    /// The sample's name.
    public let name: String
    /// The prediction, at the resolution that was compared at.
    public let prediction: LabelMap
    /// The truth at the same resolution; 255 everywhere where there is none.
    public let truth: LabelMap
  }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - network: Built for inference.
  ///   - each: Called after each image, in the set's order.
  /// - Throws: What loading throws, or ``UnusablePrediction`` where the network gives NaN.
  public func callAsFunction(
    _ network: BiSeNet, on dataset: any SegmentationDataset,
    each: (Outcome) throws -> Void = { _ in }
  ) throws -> SegmentationReport {
    let loader = try DataLoader(
      dataset: dataset, batchSize: 1,
      transform: Resize(
        height: size.height, width: size.width,
        labels: labelResolution == .full ? .kept : .nearest),
      normalisation: normalisation, workers: workers)
    var matrix = ConfusionMatrix(classes: CityscapesClass.allCases.count)
    let batches = try loader.batches(epoch: 0)
    var index = 0
    while let batch = try batches.next() {
      let prediction = try network.classes(batch, precision: precision)
      matrix.add(prediction: prediction, truth: batch.labels)
      try each(
        Outcome(
          index: index, name: batch.names[0],
          prediction: LabelMap(
            width: batch.labelWidth, height: batch.labelHeight, labels: prediction),
          truth: LabelMap(
            width: batch.labelWidth, height: batch.labelHeight, labels: batch.labels)))
      index += 1
    }
    return SegmentationReport(
      matrix, classNames: CityscapesClass.allCases.map(\.name), images: index,
      labelResolution: labelResolution == .full ? .full : .input)
  }
}

extension BiSeNet {
  /// The class of every pixel of a batch at the labels' resolution, `[N, H, W]` in one row. The
  /// network's output is at the input's size by definition; where the labels have another, it is
  /// enlarged to theirs in a second step.
  func classes(
    _ batch: Batch, precision: TrainingConfiguration.Precision
  ) throws(UnusablePrediction) -> [UInt8] {
    var logits = mainLogits(batch.tensor(precision))
    // The largest of NaNs would be a class like any other.
    if !logits.sum().item.isFinite {
      throw UnusablePrediction(
        image: batch.names[0], head: .main, reason: .notFinite(shape: "\(logits.shape)"))
    }
    if batch.labelHeight != batch.height || batch.labelWidth != batch.width {
      logits = logits.upsampledBilinear(height: batch.height, width: batch.width)
    }
    return logits.argmaxOverChannels(height: batch.labelHeight, width: batch.labelWidth).labels
  }
}

extension Batch {
  /// One black picture with labels of class 0.
  init(blank size: TrainingConfiguration.ImageSize) throws(DataLoaderError) {
    let (height, width) = (size.height, size.width)
    let sample = Sample(
      name: "blank",
      image: RGBImage(
        width: width, height: height, pixels: [UInt8](repeating: 0, count: 3 * height * width)),
      label: LabelMap(
        width: width, height: height, labels: [UInt8](repeating: 0, count: height * width)))
    try self.init([sample], normalisation: .imageNet)
  }

  /// The images as a tensor, `[N, 3, H, W]`.
  func tensor(_ precision: TrainingConfiguration.Precision) -> Tensor {
    Tensor(
      images, shape: [count, 3, height, width],
      dtype: precision == .bfloat16 ? .bfloat16 : .float32)
  }

  /// The labels as a tensor, `[N, H, W]`.
  var labelTensor: Tensor {
    Tensor(labels: labels, shape: [count, labelHeight, labelWidth])
  }
}
