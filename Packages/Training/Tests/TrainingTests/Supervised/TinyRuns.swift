import Checkpoint
import Foundation
import PNG
import Synchronization
import Testing
import Training
import VisionDatasets

/// Whole runs, each of which takes all cores: one after the other.
@Suite(.serialized) enum RunTests {}

/// Synthetic streets of 32x64, six of them, two a step: two epochs of three iterations, a
/// checkpoint after each.
func tinyConfiguration(output: String) -> TrainingConfiguration {
  var configuration = TrainingConfiguration()
  configuration.data.height = 32
  configuration.data.width = 64
  configuration.loading.normalisation = .imagenet
  configuration.data.synthetic.count = 6
  configuration.data.synthetic.validationCount = 2
  configuration.augmentation.scale = nil
  configuration.optimisation.learningRate = 0.01
  configuration.optimisation.scheduleStep = .iteration
  configuration.optimisation.epochs = 2
  configuration.optimisation.batchSize = 2
  configuration.checkpoint.every = .iterations(1)
  configuration.checkpoint.keepLast = 100
  configuration.output = output
  return configuration
}

extension TrainingConfiguration {
  /// From the source look to four other streets in the target look.
  mutating func adaptToTargetStreets() {
    method = .adaptation
    target = data
    target.synthetic.look = .target
    target.synthetic.count = 4
    target.synthetic.seed = 1
  }
}

/// Writes streets of 32x64 as a folder set's files, named as the streets are; folders are made.
///
/// - Parameter labels: Where their labels go, as train ids; nil leaves them out.
func writeStreets(_ count: Int, images: String, labels: String?) throws {
  let streets = SyntheticStreets(look: .source, seed: 5, count: count, height: 32, width: 64)
  for folder in [images, labels].compactMap({ $0 }) {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }
  for index in 0..<count {
    let sample = try streets.sample(at: index)
    try sample.image.write(to: "\(images)/\(sample.name).png")
    if let labels { try sample.label?.greyPNG().write(to: "\(labels)/\(sample.name).png") }
  }
}

/// Takes a run's progress and keeps it.
final class Transcript: ProgressOutput {
  private let kept = Mutex("")
  let isTerminal = false
  let width = 80

  func write(_ text: String) { kept.withLock { $0 += text } }
  var text: String { kept.withLock { $0 } }
}

/// A record of `log.jsonl`.
struct LogRecord: Decodable {
  let iteration: Int
  let event: String
  let epoch: Int
  let learningRate: Double?
  let loss: Double?
  let main: Double?
  let sixteenth: Double?
  let thirtySecond: Double?
  let gradientNorm: Double?
  let mIoU: Double?
  let labelResolution: String?

  static func all(in folder: String) throws -> [LogRecord] {
    let text = try String(contentsOfFile: "\(folder)/log.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(LogRecord.self, from: Data($0.utf8))
    }
  }
}

/// The name of an iteration's file without its extension.
func stem(_ iteration: Int) -> String {
  "iteration-" + String(String(10_000_000_000 + iteration).dropFirst())
}

/// The first tensor in which two checkpoints differ in a bit; nil where they are the same.
func firstDifference(_ path: String, _ other: String) throws -> String? {
  let first = try openCheckpoint(at: path), second = try openCheckpoint(at: other)
  guard first.names == second.names else { return "the names" }
  guard first.metadata == second.metadata else { return "the metadata" }
  for name in first.names {
    guard first.entry(name) == second.entry(name) else { return "the entry of \(name)" }
    let bytes = try first.withBytes(of: name) { Array($0) }
    if try !second.withBytes(of: name, { $0.elementsEqual(bytes) }) { return name }
  }
  return nil
}
