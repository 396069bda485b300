import Checkpoint
import Foundation
import SegmentationMetrics

/// What a training stage came to, as its `evaluation.json` keeps it.
public struct StageResult: Codable, Sendable, Hashable {
  /// Of the last checkpoint on the target's validation pictures; nil where no class occurs.
  public let mIoU: Double?
  /// The same with classes that never occur as 0; nil where nothing was evaluated.
  public let mIoU19: Double?
  /// The share of labelled pixels predicted right.
  public let pixelAccuracy: Double?
  /// IoU by class name; a class that does not occur is not there.
  public let classes: [String: Double]
  /// The highest mIoU among the validations, chosen by looking at the target's labels.
  public let bestMIoU: Double?
  /// Iterations of training.
  public let iterations: Int
  /// Seconds of training with its validations; nil where it was resumed.
  public let seconds: Double?

  /// - Parameter report: Nil where the target's validation pictures have no labels.
  init(_ report: SegmentationReport?, best: Double?, iterations: Int, seconds: Double?) {
    mIoU = report?.mIoU
    mIoU19 = report?.mIoU19
    pixelAccuracy = report?.pixelAccuracy
    classes = Dictionary(
      uniqueKeysWithValues: (report?.classes ?? []).compactMap { score in
        score.iou.map { (score.name, $0) }
      })
    bestMIoU = best
    self.iterations = iterations
    self.seconds = seconds
  }

  /// Reads a stage's result; nil where the stage is not complete.
  ///
  /// - Throws: ``ReproductionError/unreadable(path:)`` where there is a file that is not one.
  static func read(in folder: String) throws -> StageResult? {
    let path = "\(folder)/evaluation.json"
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    guard let result = try? JSONDecoder().decode(StageResult.self, from: data) else {
      throw ReproductionError.unreadable(path: path)
    }
    return result
  }

  func write(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try writeText(
      String(decoding: encoder.encode(self), as: UTF8.self), to: "\(folder)/evaluation.json")
  }
}

/// Writes a text whole or not at all.
func writeText(_ text: String, to path: String) throws(CheckpointError) {
  try AtomicFile.write(to: path) { file throws(CheckpointError) in
    try file.append(Array(text.utf8))
  }
}

/// Why a chain of runs cannot be made.
public enum ReproductionError: Error, Sendable, CustomStringConvertible {
  /// The configuration is of another method.
  case noAdaptation(TrainingConfiguration.Method)
  /// The target's training size is none of the network's, so that it cannot be labelled.
  case unlabellable(TrainingConfiguration.ImageSize)
  /// A stage's result cannot be read.
  case unreadable(path: String)

  /// One sentence: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .noAdaptation(let method):
      "the configuration's method is \(method.rawValue), and the chain of runs needs a source and a "
        + "target: give a configuration with method adaptation"
    case .unlabellable(let size):
      "target.height and target.width are \(size.height)x\(size.width), and pseudo labels are made at "
        + "that size: both must be multiples of the network's stride, 8"
    case .unreadable(let path):
      "'\(path)' is no result of a stage; remove it to evaluate the stage again"
    }
  }
}
