public import Checkpoint
import FoundationEssentials

/// The checkpoints of a run in one folder: the last few by iteration, and the best by a score.
///
/// `iteration-0000001200.safetensors` and `best.safetensors` appear whole or not at all, and an old
/// file goes only when its successor is in place. The best file's score stands in its own
/// metadata, so the two cannot disagree after a crash.
public struct CheckpointRotation: Sendable {
  /// Writes a checkpoint to the path, with at least that metadata in it.
  public typealias Write = (_ path: String, _ metadata: [String: String]) throws -> Void

  /// The metadata key of the number of iterations done.
  public static let iterationKey = "iteration"
  /// The metadata key of the score; absent where none was measured.
  public static let scoreKey = "score"

  /// A checkpoint to go on from.
  public struct ResumePoint: Sendable, Hashable {
    /// The file.
    public let path: String
    /// How many iterations it has behind it.
    public let iteration: Int
    /// Newer files that are damaged, each with the reason.
    public let damaged: [CheckpointError]
  }

  /// The folder.
  public let folder: String
  /// How many files are kept beside the best.
  public let keepLast: Int
  /// The best score so far, and nil where none was measured. Higher is better.
  public private(set) var bestScore: Double?
  /// Where the best checkpoint is, once there is one.
  public var bestPath: String { "\(folder)/best.safetensors" }

  /// Uses a folder, made where it is missing; what a killed run left unfinished in it is removed.
  ///
  /// - Precondition: `keepLast` is 1 or more.
  /// - Throws: ``Checkpoint/CheckpointError`` where the folder cannot be used, or its best
  ///   checkpoint is damaged.
  public init(folder: String, keepLast: Int) throws(CheckpointError) {
    precondition(keepLast >= 1, "keepLast is \(keepLast); at least one checkpoint must be kept")
    self.folder = folder
    self.keepLast = keepLast
    if let reason = makeFolder(folder) { throw .unwritable(path: folder, reason: reason) }
    for name in try contents()
    where name.hasPrefix(".") && name.hasSuffix(AtomicFile.temporarySuffix) {
      remove("\(folder)/\(name)")
    }
    if FileManager.default.fileExists(atPath: bestPath) {
      bestScore = try SafetensorsFile(contentsOf: bestPath).metadata[Self.scoreKey]
        .flatMap { Double($0) }
    }
    try nameOverlookedBest()
  }

  /// A run killed between writing a checkpoint and giving it the best one's name has one with a
  /// higher score than the best.
  private mutating func nameOverlookedBest() throws(CheckpointError) {
    for iteration in try iterations() {
      let path = path(iteration: iteration)
      guard let text = try? SafetensorsFile(contentsOf: path).metadata[Self.scoreKey],
        let score = Double(text), bestScore.map({ score > $0 }) ?? true, replaceBest(with: path)
      else { continue }
      bestScore = score
    }
  }

  /// The file of an iteration, whether it exists or not.
  public func path(iteration: Int) -> String {
    let digits = String(iteration)
    let padding = String(repeating: "0", count: max(0, 10 - digits.count))
    return "\(folder)/iteration-\(padding)\(digits).safetensors"
  }

  /// The iterations of which there is a file, whole or not, ascending.
  public func iterations() throws(CheckpointError) -> [Int] {
    try contents().compactMap { name in
      guard name.hasPrefix("iteration-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst("iteration-".count).dropLast(".safetensors".count))
    }.sorted()
  }

  /// The newest checkpoint that is whole, or nil where there is none.
  ///
  /// - Parameter companion: From a checkpoint's path to that of a file without which it cannot be gone
  ///   on from; nil where there is none.
  public func resumePoint(
    companion: ((String) -> String)? = nil
  ) throws(CheckpointError) -> ResumePoint? {
    var damaged: [CheckpointError] = []
    for iteration in try iterations().reversed() {
      let path = path(iteration: iteration)
      do throws(CheckpointError) {
        _ = try SafetensorsFile(contentsOf: path)
        if let companion { _ = try SafetensorsFile(contentsOf: companion(path)) }
        return ResumePoint(path: path, iteration: iteration, damaged: damaged)
      } catch {
        damaged.append(error)
      }
    }
    // Starting again from nothing where there was something is for the user to decide.
    if let first = damaged.first { throw first }
    return nil
  }

  /// Saves a checkpoint, makes it the best if its score is higher than any before, and then removes
  /// older ones beyond the last ``keepLast``. Files of later iterations are not touched.
  ///
  /// - Parameters:
  ///   - iteration: How many iterations are done.
  ///   - score: Higher is better; nil, or what is not a number, is never the best.
  ///   - metadata: What the file says besides its iteration and score.
  ///   - write: Writes the file; called a second time only where the filesystem has no links.
  /// - Returns: Whether it is the best so far.
  /// - Throws: What `write` throws, and ``Checkpoint/CheckpointError``. Older files are all there
  ///   then.
  @discardableResult
  public mutating func save(
    iteration: Int, score: Double? = nil, metadata: [String: String] = [:], write: Write
  ) throws -> Bool {
    let path = path(iteration: iteration)
    var metadata = metadata
    metadata[Self.iterationKey] = String(iteration)
    let score = score.flatMap { $0.isNaN ? nil : $0 }
    if let score { metadata[Self.scoreKey] = "\(score)" }
    try write(path, metadata)
    let isBest = score.map { score in bestScore.map { score > $0 } ?? true } ?? false
    if isBest {
      if !replaceBest(with: path) { try write(bestPath, metadata) }
      bestScore = score
    }
    for old in try iterations().filter({ $0 <= iteration }).dropLast(keepLast) {
      remove(self.path(iteration: old))
    }
    return isBest
  }

  /// Gives a file the best one's name as well, without writing it twice.
  private func replaceBest(with path: String) -> Bool {
    let temporary = "\(folder)/.best.safetensors\(AtomicFile.temporarySuffix)"
    remove(temporary)
    return linkFile(path, temporary) && renameFile(temporary, bestPath)
  }

  private func contents() throws(CheckpointError) -> [String] {
    if let names = try? FileManager.default.contentsOfDirectory(atPath: folder) { return names }
    throw .unreadable(path: folder, reason: "the folder cannot be listed")
  }

  private func remove(_ path: String) {
    // A file that cannot be removed costs space and nothing else.
    try? FileManager.default.removeItem(atPath: path)
  }
}
