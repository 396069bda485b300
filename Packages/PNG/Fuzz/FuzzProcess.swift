import Foundation

/// A process that runs executions and may die of one.
struct FuzzProcess {
  enum Outcome {
    case finished(FuzzTally)
    case died(execution: Int)
  }

  let options: Options
  let folder: URL

  /// Runs a range of executions and waits.
  func run(_ executions: Range<Int>) throws -> Outcome {
    let marker = folder.appendingPathComponent("execution")
    let output = folder.appendingPathComponent("output")
    for file in [marker, output] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [
      "--first", "\(executions.lowerBound)", "--executions", "\(executions.count)",
      "--seed", "\(options.seed)", "--marker", marker.path, options.folder,
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    wait(for: process, marker: marker)
    let text = try String(contentsOf: output, encoding: .utf8)
    if process.terminationStatus == 0, process.terminationReason == .exit,
      let tally = FuzzTally(line: text.trimmingCharacters(in: .newlines))
    {
      return .finished(tally)
    }
    return .died(execution: execution(in: marker) ?? executions.lowerBound)
  }

  /// Ends the process when one execution takes too long.
  private func wait(for process: Process, marker: URL) {
    var last: Int?
    var since = ContinuousClock.now
    while process.isRunning {
      Thread.sleep(forTimeInterval: 0.05)
      let now = execution(in: marker)
      if now != last {
        last = now
        since = ContinuousClock.now
      } else if ContinuousClock.now - since > .seconds(FuzzPNG.patience) {
        kill(process.processIdentifier, SIGKILL)
      }
    }
    process.waitUntilExit()
  }

  /// The execution that was under way last.
  private func execution(in marker: URL) -> Int? {
    // The number is written over the one before, which has no more digits: the first line is whole.
    let text = try? String(contentsOf: marker, encoding: .utf8)
    return text?.split(separator: "\n").first.flatMap { Int($0) }
  }
}
