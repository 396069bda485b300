import Foundation

/// Feeds broken files to the PNG reader and reports crashes, hangs, the slowest and peak memory.
///
/// ```
/// swift build -c release --sanitize=address --package-path Packages/PNG --product FuzzPNG
/// FuzzPNG --executions 200000 --seed 1 Packages/PNG/Fuzz/Corpus
/// ```
///
/// Executions run in a process of their own, which is started again after one that it died of; such an
/// execution is run again alone with `--first N --executions 1`.
@main
struct FuzzPNG {
  static let usage = "usage: FuzzPNG [--executions N] [--seed N] [--first N] CORPUS_DIR"
  /// An execution that takes longer is a hang.
  static let patience = 10.0

  static func main() {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if let marker = options.marker { return try work(options, marker: marker) }
      let crashes = try supervise(options)
      fflush(nil)
      // Without the leak check at exit, which finds what Foundation leaks here; the processes that
      // read files are checked.
      _exit(crashes == 0 ? 0 : 1)
    } catch {
      FileHandle.standardError.write(Data("FuzzPNG: \(error)\n".utf8))
      exit(2)
    }
  }

  private static func work(_ options: Options, marker: String) throws {
    guard let handle = FileHandle(forWritingAtPath: marker) else {
      throw FuzzProblem(description: "\(marker): cannot be written")
    }
    let worker = FuzzWorker(
      corpus: try options.corpus(), seed: options.seed, marker: handle)
    print(try worker.run(options.first..<options.first + options.executions).line)
  }

  /// Runs all executions and returns how many of them a process died of.
  private static func supervise(_ options: Options) throws -> Int {
    let files = try options.corpus().count
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fuzz-png-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let start = ContinuousClock.now
    var tally = FuzzTally()
    var crashes: [Int] = []
    var next = options.first
    let end = options.first + options.executions
    while next < end {
      // In portions, for a word now and then and for figures that a crash does not lose.
      let portion = next..<min(next + 20_000, end)
      switch try FuzzProcess(options: options, folder: folder).run(portion) {
      case .finished(let part):
        tally.add(part)
        next = portion.upperBound
      case .died(let execution):
        crashes.append(execution)
        print("execution \(execution) crashed or hung")
        next = max(execution, next) + 1
      }
      FileHandle.standardError.write(Data("\(next - options.first) executions\n".utf8))
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      """
      executions   \(options.executions) from \(files) files, seed \(options.seed)
      decoded      \(tally.decoded)
      refused      \(tally.refused)
      crashes      \(crashes.count)\(crashes.isEmpty ? "" : ": \(crashes)")
      slowest      \(Int(tally.slowest * 1e6)) µs (execution \(tally.slowestExecution))
      peak memory  \(tally.peakMemory >> 20) MiB
      time         \(Int(seconds)) s
      """)
    return crashes.count
  }
}

/// Why a run cannot start, in one sentence.
struct FuzzProblem: Error, CustomStringConvertible {
  let description: String
}

/// The command line.
struct Options {
  var executions = 200_000
  var seed: UInt64 = 1
  var first = 0
  var folder = ""
  /// Set in the process that executes.
  var marker: String?

  init(_ arguments: some Sequence<String>) throws {
    var iterator = arguments.makeIterator()
    while let argument = iterator.next() {
      guard argument.hasPrefix("--") else {
        folder = argument
        continue
      }
      guard let value = iterator.next() else { throw FuzzProblem(description: FuzzPNG.usage) }
      switch (argument, Int(value)) {
      case ("--executions", let count?) where count > 0: executions = count
      case ("--first", let count?) where count >= 0: first = count
      case ("--seed", let number?) where number >= 0: seed = UInt64(number)
      case ("--marker", _): marker = value
      default: throw FuzzProblem(description: FuzzPNG.usage)
      }
    }
    if folder.isEmpty { throw FuzzProblem(description: FuzzPNG.usage) }
  }

  /// The files to start from, in the order of their names.
  func corpus() throws -> [[UInt8]] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.filter { $0.hasSuffix(".png") }.sorted()
    if files.isEmpty { throw FuzzProblem(description: "\(folder): holds no PNG to start from") }
    return try files.map { [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + $0))) }
  }
}
