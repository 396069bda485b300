import Checkpoint
import FoundationEssentials
public import SegmentationMetrics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The record of a run: a file of one JSON object per line, in the order of iterations.
///
/// Each line is handed to the system whole before ``append(iteration:event:_:)`` returns, so a
/// killed run loses at most the line being written. ``init(path:resumingAfter:)`` then drops that
/// half line, and the records of iterations that will be done again.
public final class RunLog {
  /// Why the record could not be read or written.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// One sentence with the file and the system's reason.
    public let description: String

    init(_ path: String, _ reason: String) {
      description =
        "the run's log '\(path)' cannot be written: \(reason); free space or choose another output."
    }
  }

  /// The file's path.
  public let path: String
  /// How many lines a resume dropped: of later iterations, or damaged.
  public let droppedLines: Int
  private let descriptor: Int32

  /// Opens the log of a new run (nil), emptying a file that is there, or of one that goes on after
  /// an iteration, whose records up to that iteration stay.
  ///
  /// - Throws: ``Failure`` where the file cannot be written.
  public init(path: String, resumingAfter iteration: Int?) throws(Failure) {
    self.path = path
    var kept = Data()
    var dropped = 0
    if let iteration, let old = FileManager.default.contents(atPath: path) {
      (kept, dropped) = RunLog.records(of: old, upTo: iteration)
    }
    droppedLines = dropped
    do throws(CheckpointError) {
      try AtomicFile.write(to: path) { file throws(CheckpointError) in
        try file.append(Array(kept))
      }
    } catch {
      guard case .unwritable(_, let reason) = error else { throw Failure(path, "\(error)") }
      throw Failure(path, reason)
    }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(path, String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// Appends `{"iteration": …, "event": …, …}`.
  ///
  /// - Parameters:
  ///   - iteration: How many iterations were done when this happened.
  ///   - event: What happened, such as `step` or `validation`.
  ///   - members: What is known of it.
  /// - Throws: ``Failure``, as on a full disk.
  public func append(
    iteration: Int, event: String, _ members: [JSONValue.Member]
  ) throws(Failure) {
    let record = JSONValue.object(
      [.init("iteration", .integer(iteration)), .init("event", .string(event))] + members)
    // One call for the whole line: a process that is killed has written it or has not.
    var rest = Array((record.line + "\n").utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        throw Failure(path, String(cString: strerror(errno)))
      }
      rest = rest.dropFirst(written)
    }
  }

  private struct Record: Decodable {
    let iteration: Int
  }

  /// The whole lines of iterations up to one, and how many others there were.
  private static func records(of log: Data, upTo iteration: Int) -> (kept: Data, dropped: Int) {
    let decoder = JSONDecoder()
    var kept = Data()
    var dropped = 0
    var lines = log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last newline is a line that was never finished.
    if let last = lines.popLast(), !last.isEmpty { dropped += 1 }
    for line in lines {
      if let record = try? decoder.decode(Record.self, from: line), record.iteration <= iteration {
        kept += line + [UInt8(ascii: "\n")]
      } else {
        dropped += 1
      }
    }
    return (kept, dropped)
  }
}
