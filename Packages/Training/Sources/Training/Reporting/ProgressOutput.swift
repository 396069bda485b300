#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where progress is shown.
public protocol ProgressOutput: Sendable {
  /// Whether a line can be drawn over; if not, every line stays.
  var isTerminal: Bool { get }

  /// The characters that fit a line, where ``isTerminal`` is true.
  var width: Int { get }

  /// Writes text at once.
  func write(_ text: String)
}

/// Standard error, so that standard output holds results alone.
public struct StandardError: ProgressOutput {
  /// Whether standard error is a terminal that understands being drawn over.
  public let isTerminal: Bool

  /// Standard error as it is now.
  public init() {
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    isTerminal = isatty(STDERR_FILENO) == 1 && !isDumb
  }

  /// The terminal's present width, 80 where it is not known.
  public var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes text; a closed standard error is no reason to end a run.
  public func write(_ text: String) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes {
        writeToStandardError($0.baseAddress! + start, bytes.count - start)
      }
      if written < 0, errno == EINTR { continue }
      if written <= 0 { return }
      start += written
    }
  }
}

private func writeToStandardError(_ start: UnsafeRawPointer, _ count: Int) -> Int {
  write(STDERR_FILENO, start, count)
}
