/// Shows how far a run is, how fast it goes and when it will end.
///
/// On a terminal one line is drawn over; elsewhere plain lines follow each other at a bounded rate,
/// so that a log file stays readable. The rate is that of the last minute or so: what was slow at
/// the start, or done before a resume, does not count.
public struct ProgressReporter: Sendable {
  /// A monotonic clock: the time since any fixed moment.
  public typealias Clock = @Sendable () -> Duration

  private let label: String
  private let unit: String
  private let total: Int
  private let output: any ProgressOutput
  private let now: Clock
  private let interval: Duration

  private var completed: Int
  private var detail = ""
  private var lastShown: Duration?
  private var lineIsOpen = false
  /// Moments of the window over which the rate is taken, oldest first.
  private var moments: [(time: Duration, completed: Int)]

  private static let window = Duration.seconds(60)

  /// Begins to measure.
  ///
  /// - Parameters:
  ///   - label: What is being done, such as `training`.
  ///   - unit: What is counted, such as `iterations`.
  ///   - total: How many there are in all.
  ///   - completed: How many were done before, as after a resume.
  ///   - plainInterval: The least time between two lines where lines cannot be drawn over.
  ///   - now: The clock.
  public init(
    _ label: String, unit: String, total: Int, completed: Int = 0,
    plainInterval: Duration = .seconds(30), output: any ProgressOutput = StandardError(),
    now: @escaping Clock = ProgressReporter.systemClock()
  ) {
    self.label = label
    self.unit = unit
    self.total = total
    self.completed = completed
    self.output = output
    self.now = now
    interval = output.isTerminal ? .milliseconds(100) : plainInterval
    moments = [(now(), completed)]
  }

  /// The system's monotonic clock, counted from now.
  public static func systemClock() -> Clock {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
  }

  /// Notes how many are done, with words such as the loss, and shows it when it is time to.
  public mutating func update(completed: Int, detail: String = "") {
    let time = now()
    self.completed = completed
    self.detail = detail
    remember(time)
    if let lastShown, time - lastShown < interval, completed < total { return }
    show(at: time)
  }

  /// Writes a line that stays, above the line of progress.
  public mutating func message(_ text: String) {
    clearLine()
    output.write(text + "\n")
    if output.isTerminal, lastShown != nil { show(at: now()) }
  }

  /// Shows the last state and leaves the line.
  public mutating func finish() {
    let isShown = lastShown != nil && lastShown == moments.last?.time
    if !isShown { show(at: now()) }
    if lineIsOpen { output.write("\n") }
    lineIsOpen = false
  }

  /// How many are done per second, over the last minute or so; nil before that is known.
  public var rate: Double? {
    guard let first = moments.first, let last = moments.last else { return nil }
    let seconds = (last.time - first.time).seconds
    guard seconds > 0, last.completed > first.completed else { return nil }
    return Double(last.completed - first.completed) / seconds
  }

  /// The time until all are done at the present rate; nil before that is known.
  public var remaining: Duration? {
    rate.map { .seconds(Double(max(0, total - completed)) / $0) }
  }

  private mutating func remember(_ time: Duration) {
    // Few moments are enough; a fast loop would otherwise fill memory and time.
    if moments.count > 1, time - moments[moments.count - 2].time < .milliseconds(500) {
      moments[moments.count - 1] = (time, completed)
    } else {
      moments.append((time, completed))
    }
    // One moment at or beyond the window's edge stays, so that slow work has a rate, too.
    while moments.count > 2, time - moments[1].time >= Self.window { moments.removeFirst() }
  }

  private mutating func show(at time: Duration) {
    lastShown = time
    if output.isTerminal {
      // One column stays free: some terminals wrap when the last one is filled.
      output.write("\r\(line.prefix(max(1, output.width - 1)))\u{1B}[K")
      lineIsOpen = true
    } else {
      output.write(line + "\n")
    }
  }

  private mutating func clearLine() {
    if lineIsOpen { output.write("\r\u{1B}[K") }
    lineIsOpen = false
  }

  private var line: String {
    var parts = ["\(label) \(completed)/\(total) \(unit)"]
    if total > 0 {
      parts[0] += " (\(formatted(100 * Double(completed) / Double(total), decimals: 1)) %)"
    }
    if let rate { parts.append(rateWords(rate)) }
    if let remaining, completed < total { parts.append("\(formatted(remaining)) left") }
    // Last, because it is the end that a narrow terminal cuts off.
    if !detail.isEmpty { parts.append(detail) }
    return parts.joined(separator: " | ")
  }

  private func rateWords(_ rate: Double) -> String {
    // Of slow work the time for one is easier to grasp.
    rate >= 1
      ? "\(formatted(significant: rate)) \(unit)/s"
      : "\(formatted(significant: 1 / rate)) s each"
  }
}
