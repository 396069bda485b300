import Glibc
import Synchronization

/// Watches operations as they run: what they computed, how many multiplications they took and for
/// how long. Complexity reports and profiles are both read from it, so neither can drift from what
/// is executed.
public final class OperationObserver: Sendable {
  /// One operation that ran.
  public struct Record: Sendable {
    /// The operation, `conv2d`, with `gradient` behind it for its way back.
    public let name: String
    /// The layer that ran it, as a path of parameter names; empty outside layers.
    public let layer: String
    /// The shape of its output (on the way back, of the incoming gradient).
    public let shape: Shape
    /// Multiplications with addition.
    public let macs: Int
    /// Wall-clock time.
    public let seconds: Double
  }

  @TaskLocal private static var current: OperationObserver?
  /// The layer that is running, as a path of parameter names.
  @TaskLocal public static var layer = ""

  private let seen = Mutex<[Record]>([])

  private init() {}

  /// Runs the closure and returns what it computed and the operations that it ran, in order.
  public static func observing<Result>(_ body: () throws -> Result) rethrows -> (Result, [Record]) {
    let observer = OperationObserver()
    let result = try $current.withValue(observer) { try body() }
    return (result, observer.seen.withLock { $0 })
  }

  static func timed(
    _ name: String, layer: String, macs: Int, _ body: () -> Storage
  ) -> Storage {
    guard let observer = current else { return body() }
    let start = monotonicSeconds()
    let result = body()
    observer.add(
      Record(
        name: name, layer: layer, shape: result.shape, macs: macs,
        seconds: monotonicSeconds() - start))
    return result
  }

  static func timed(
    _ name: @autoclosure () -> String, layer: String, output: Shape, _ body: () -> [Storage?]
  ) -> [Storage?] {
    guard let observer = current else { return body() }
    let start = monotonicSeconds()
    let result = body()
    observer.add(
      Record(
        name: name(), layer: layer, shape: output, macs: 0,
        seconds: monotonicSeconds() - start))
    return result
  }

  private func add(_ record: Record) { seen.withLock { $0.append(record) } }

  private static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
