import Synchronization
import Testing
import Training

/// Collects what is written, as a terminal or as a file.
private final class Screen: ProgressOutput {
  let isTerminal: Bool
  let width: Int
  private let text = Mutex("")

  init(isTerminal: Bool, width: Int = 200) {
    self.isTerminal = isTerminal
    self.width = width
  }

  func write(_ text: String) { self.text.withLock { $0 += text } }

  var written: String { text.withLock { $0 } }
}

private final class HandClock: Sendable {
  private let time = Mutex(Duration.zero)

  func advance(_ seconds: Double) { time.withLock { $0 += .seconds(seconds) } }

  var now: ProgressReporter.Clock { { self.time.withLock { $0 } } }
}

@Suite struct ProgressReporterTests {
  @Test func plainLinesComeAtABoundedRate() {
    let (screen, clock) = (Screen(isTerminal: false), HandClock())
    var progress = ProgressReporter(
      "training", unit: "iterations", total: 1000, output: screen, now: clock.now)
    for iteration in 1...1000 {
      clock.advance(0.1)
      progress.update(completed: iteration, detail: "loss 1.5")
    }
    progress.finish()
    let lines = screen.written.split(separator: "\n")
    // 100 seconds at one line in 30, and the last.
    #expect(lines.count == 5)
    #expect(
      lines[1]
        == "training 301/1000 iterations (30.1 %) | 10.0 iterations/s | 1 min 10 s left | loss 1.5")
    #expect(lines[4] == "training 1000/1000 iterations (100.0 %) | 10.0 iterations/s | loss 1.5")
    #expect(!screen.written.contains("\r"))
  }

  @Test func aTerminalsLineIsDrawnOverAndFits() {
    let (screen, clock) = (Screen(isTerminal: true, width: 20), HandClock())
    var progress = ProgressReporter(
      "training", unit: "iterations", total: 10, output: screen, now: clock.now)
    for iteration in 1...10 {
      clock.advance(0.04)
      progress.update(completed: iteration)
    }
    progress.finish()
    let written = screen.written
    #expect(written.hasPrefix("\rtraining 1/10 itera\u{1B}[K"))
    #expect(written.hasSuffix("\rtraining 10/10 iter\u{1B}[K\n"))
    #expect(written.filter { $0 == "\n" }.count == 1)
    // At 0.04 and then every 0.1 seconds at most: 1, 4, 7, 10.
    #expect(written.split(separator: "\r").count == 4)
  }

  @Test func aMessageStandsAboveTheLine() {
    let (screen, clock) = (Screen(isTerminal: true), HandClock())
    var progress = ProgressReporter("t", unit: "x", total: 2, output: screen, now: clock.now)
    progress.message("first")
    progress.update(completed: 1)
    progress.message("second")
    progress.finish()
    #expect(
      screen.written
        == "first\n\rt 1/2 x (50.0 %)\u{1B}[K\r\u{1B}[Ksecond\n\rt 1/2 x (50.0 %)\u{1B}[K\n")
  }

  @Test func theRateIsThatOfTheLastMinuteAndOfThisRunAlone() throws {
    let (screen, clock) = (Screen(isTerminal: false), HandClock())
    var progress = ProgressReporter(
      "t", unit: "x", total: 2000, completed: 1000, output: screen, now: clock.now)
    #expect(progress.rate == nil)
    #expect(progress.remaining == nil)
    // Slow for 100 seconds, then fast for 200.
    for step in 1...100 {
      clock.advance(1)
      progress.update(completed: 1000 + step)
    }
    #expect(abs(try #require(progress.rate) - 1) < 1e-9)
    for step in 1...200 {
      clock.advance(1)
      progress.update(completed: 1100 + 4 * step)
    }
    #expect(abs(try #require(progress.rate) - 4) < 0.1)
    #expect(abs(try #require(progress.remaining).seconds - 25) < 1)
  }

  @Test func workSlowerThanTheWindowHasARate() throws {
    let (screen, clock) = (Screen(isTerminal: false), HandClock())
    var progress = ProgressReporter("t", unit: "epochs", total: 10, output: screen, now: clock.now)
    for epoch in 1...3 {
      clock.advance(600)
      progress.update(completed: epoch)
    }
    #expect(abs(try #require(progress.rate) - 1.0 / 600) < 1e-12)
    #expect(screen.written.contains("600 s each | 1 h 10 min left"))
  }

  @Test func nothingToDoIsNoDivisionByZero() {
    let screen = Screen(isTerminal: false)
    var progress = ProgressReporter("t", unit: "x", total: 0, output: screen, now: { .zero })
    progress.update(completed: 0)
    progress.finish()
    #expect(screen.written == "t 0/0 x\n")
  }

  @Test func theSystemsClockRuns() {
    let clock = ProgressReporter.systemClock()
    let first = clock()
    let second = clock()
    #expect(first >= .zero && second >= first)
  }
}

@Suite struct FormattingTests {
  @Test(arguments: [
    (-3, "0.0 s"), (0.84, "0.8 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"),
    (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3599.6, "1 h 00 min"), (18_430, "5 h 07 min"),
    (86_399.9, "1 d 00 h"), (183_600, "2 d 03 h"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(formatted(Duration.seconds(seconds)) == text)
  }

  @Test(arguments: [
    (0.46749, 3, "0.467"), (0.9996, 3, "1.000"), (-0.0001, 2, "0.00"), (-1.5, 1, "-1.5"),
    (12, 0, "12"), (0.05, 1, "0.1"), (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
    (1e300, 2, "1e+300"),
  ])
  func decimals(value: Double, places: Int, text: String) {
    #expect(formatted(value, decimals: places) == text)
  }

  @Test(arguments: [
    (0, "0"), (0.025, "0.0250"), (12.34, "12.3"), (9.999, "10.0"), (1234, "1234"),
    (1.5e-7, "1.50e-07"), (-2.5e9, "-2.50e+09"), (0.00012345, "0.000123"), (.infinity, "inf"),
  ])
  func significantDigits(value: Double, text: String) {
    #expect(formatted(significant: value) == text)
  }
}
