import Dispatch
import Foundation
public import SegmentationMetrics
import Synchronization
public import VisionDatasets

/// Compares predicted label PNGs with true ones at the files' own resolution, without a network, on all
/// cores and with one streamed confusion matrix.
///
/// Pixels count as in the official Cityscapes evaluator: those whose truth is ignored do not, and a
/// prediction that is no class counts as missed.
public struct LabelEvaluation: Sendable {
  /// What the predictions hold.
  public var encoding: LabelEncoding
  /// What the truth holds.
  public var truthEncoding: LabelEncoding

  /// An evaluation of files in these encodings.
  public init(encoding: LabelEncoding, truthEncoding: LabelEncoding) {
    self.encoding = encoding
    self.truthEncoding = truthEncoding
  }

  /// Compares.
  ///
  /// - Parameter progress: Called with the number of pairs done, one call at a time.
  /// - Throws: `PNGError`, `DatasetError` or ``EvaluationProblem``: a file is not sound, holds another
  ///   encoding than was declared, or the two of a pair differ in size.
  public func callAsFunction(
    _ pairs: LabelPairs, progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> SegmentationReport {
    let state = Mutex(State())
    let files = pairs.pairs
    let threads = max(1, min(ProcessInfo.processInfo.activeProcessorCount, files.count))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let index = state.withLock({ $0.begin(of: files.count) }) {
        let counts = Result { try Counts(files[index], encoding, truthEncoding) }
        state.withLock {
          $0.end(index, counts)
          progress($0.completed)
        }
      }
    }
    let counts = try state.withLock { state throws in
      if let (_, error) = state.failure { throw error }
      return state.counts
    }
    try check(counts.predicted, declared: encoding, in: files.map(\.prediction))
    try check(counts.true, declared: truthEncoding, in: files.map(\.truth))
    return SegmentationReport(
      counts.matrix, classNames: CityscapesClass.allCases.map(\.name), images: files.count,
      labelResolution: .full)
  }

  /// Refuses train ids read as label ids, which no single file need give away: read like that, train
  /// ids have none of the classes from traffic light to bicycle and are mostly void.
  private func check(
    _ pixels: [Int], declared: LabelEncoding, in files: [String]
  ) throws(EvaluationProblem) {
    let higher = Int(CityscapesClass.trafficLight.rawValue)..<CityscapesClass.allCases.count
    guard declared == .labelIDs, pixels[higher].allSatisfy({ $0 == 0 }),
      pixels[Int(LabelMap.ignored)] > pixels[..<higher.lowerBound].reduce(0, +)
    else { return }
    throw EvaluationProblem(
      description: "\(files[0]) and the rest of its folder (\(files.count) files) hold no label id "
        + "above 18 and mostly void, as train ids read as label ids do; expected label ids "
        + "(7 road … 33 bicycle): declare train-ids if they are")
  }
}

/// What the threads share.
private struct State {
  var counts = Counts()
  var failure: (index: Int, error: any Error)?
  var completed = 0
  private var next = 0

  /// The next pair to read; nil after the last or a failure.
  mutating func begin(of count: Int) -> Int? {
    guard failure == nil, next < count else { return nil }
    defer { next += 1 }
    return next
  }

  mutating func end(_ index: Int, _ result: Result<Counts, any Error>) {
    switch result {
    case .success(let more):
      counts.add(more)
      completed += 1
    case .failure(let error):
      // Pairs are begun in order, so the first failure is the same whichever thread was faster.
      if failure.map({ index < $0.index }) ?? true { failure = (index, error) }
    }
  }
}

/// What was counted.
private struct Counts: Sendable {
  var matrix = ConfusionMatrix(classes: CityscapesClass.allCases.count)
  /// Pixels by predicted label.
  var predicted = [Int](repeating: 0, count: 256)
  /// Pixels by true label.
  var `true` = [Int](repeating: 0, count: 256)

  init() {}

  /// Reads one pair.
  init(_ pair: LabelPairs.Pair, _ encoding: LabelEncoding, _ truthEncoding: LabelEncoding) throws {
    let prediction = try LabelMap(contentsOf: pair.prediction, mapping: encoding.mapping)
    let truth = try LabelMap(contentsOf: pair.truth, mapping: truthEncoding.mapping)
    guard prediction.width == truth.width, prediction.height == truth.height else {
      throw EvaluationProblem(
        description: "\(pair.prediction) is \(prediction.width)x\(prediction.height) but its truth "
          + "\(pair.truth) is \(truth.width)x\(truth.height); expected equal sizes: predict at the "
          + "pictures' own size")
    }
    matrix.add(prediction: prediction.labels, truth: truth.labels)
    for label in prediction.labels { predicted[Int(label)] += 1 }
    for label in truth.labels { `true`[Int(label)] += 1 }
  }

  mutating func add(_ other: Counts) {
    matrix += other.matrix
    for label in 0..<256 {
      predicted[label] += other.predicted[label]
      `true`[label] += other.true[label]
    }
  }
}

extension LabelEncoding {
  /// From file value to train id.
  fileprivate var mapping: LabelMapping { self == .trainIDs ? .trainIDs : .cityscapesLabelIDs }
}
