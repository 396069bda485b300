import Checkpoint
import Foundation

/// Reads mutated checkpoints, every tensor's values included, and says how that went. Built with
/// `--sanitize=address`, a read beyond a file's bytes ends it.
///
///     swift build -c release --sanitize=address --package-path Packages/Checkpoint \
///       --scratch-path .build/fuzz --product FuzzCheckpoint
///     .build/fuzz/release/FuzzCheckpoint --executions 200000 --seed 1 \
///       Packages/Checkpoint/Fuzz/Corpus Packages/Checkpoint/Tests/CheckpointTests/Golden
///
/// Execution n of a seed is always the same input: `--first n --executions 1 --save FILE` gives it
/// alone, and `--trace` prints each n before it is run.
@main
struct FuzzCheckpoint {
  /// More than any input here may take; the sanitizer's own share is in it.
  private static let mostMegabytes = 1024
  private static let mostSeconds = 2.0

  private struct Options {
    var executions = 200_000
    var first = 0
    var seed: UInt64 = 1
    var trace = false
    var save: String?
    var folders: [String] = []

    init(_ arguments: [String]) {
      var rest = arguments[...]
      while let argument = rest.popFirst() {
        switch argument {
        case "--executions": executions = rest.popFirst().flatMap { Int($0) } ?? executions
        case "--first": first = rest.popFirst().flatMap { Int($0) } ?? first
        case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? seed
        case "--save": save = rest.popFirst()
        case "--trace": trace = true
        default: folders.append(argument)
        }
      }
    }
  }

  static func main() throws {
    let options = Options(Array(CommandLine.arguments.dropFirst()))
    let corpus = try options.folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        .filter { $0.hasSuffix(".pth") || $0.hasSuffix(".safetensors") }
        .map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) }
    }
    guard !corpus.isEmpty else {
      print("usage: FuzzCheckpoint [--executions N] [--first N] [--seed S] [--trace] CORPUS_DIR...")
      exit(64)
    }
    var accepted = 0
    var rejected: [String: Int] = [:]
    var slowest = (seconds: 0.0, execution: 0)
    for execution in options.first..<options.first + options.executions {
      if options.trace { print(execution) }
      var mutation = Mutation(seed: options.seed, execution: execution)
      let input = mutation.input(from: corpus)
      if let path = options.save { try Data(input).write(to: URL(fileURLWithPath: path)) }
      let start = clock()
      do {
        try read(input)
        accepted += 1
      } catch {
        // The sentence is made too: it quotes what a hostile file says.
        precondition(error.description.hasSuffix("."))
        let kind = Mirror(reflecting: error).children.first?.label ?? "another"
        rejected[kind, default: 0] += 1
      }
      // Of the processor: other work on the machine does not count.
      let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      if seconds > slowest.seconds { slowest = (seconds, execution) }
    }
    let megabytes = peakMegabytes()
    print("executions \(options.executions), corpus \(corpus.count) files, seed \(options.seed)")
    print("accepted \(accepted), rejected \(options.executions - accepted)")
    for (kind, count) in rejected.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      print("  \(count) \(kind)")
    }
    print("slowest \(slowest.seconds) s (execution \(slowest.execution)), peak \(megabytes) MB")
    if megabytes > mostMegabytes || slowest.seconds > mostSeconds {
      print("that is above the bound of \(mostMegabytes) MB or \(mostSeconds) s")
      exit(1)
    }
  }

  private static func read(_ input: [UInt8]) throws(CheckpointError) {
    let file = try openCheckpoint(copying: input, path: "input")
    for name in file.names {
      let entry = try file.requiredEntry(name)
      let sum = try file.withBytes(of: name) { $0.reduce(0) { $0 &+ Int($1) } }
      precondition(sum >= 0 && sum <= 255 * entry.byteCount)
      do throws(CheckpointError) {
        let values = try file.floats(of: name)
        precondition(values.count == entry.elementCount)
      } catch .notNumeric {
      }
    }
  }

  private static func peakMegabytes() -> Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, whose type in Swift differs between systems.
    getrusage(0, &usage)
    #if canImport(Darwin)
      return usage.ru_maxrss >> 20
    #else
      return usage.ru_maxrss >> 10
    #endif
  }
}
