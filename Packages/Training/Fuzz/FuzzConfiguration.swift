import Foundation
import Training

/// Reads mutated configuration files and says how that went. Built with `--sanitize=address`, a read
/// beyond the text ends it.
///
///     swift build -c release --sanitize=address --package-path Packages/Training \
///       --scratch-path .build/fuzz --product FuzzConfiguration
///     .build/fuzz/release/FuzzConfiguration --executions 200000 --seed 1 \
///       Packages/Training/Fuzz/Corpus Apps/train/configs
///
/// Execution n of a seed is always the same input: `--first n --executions 1 --show` prints it.
@main
struct FuzzConfiguration {
  /// More than any input here may take; the sanitizer's own share is in it.
  private static let mostMegabytes = 1024
  private static let mostSeconds = 2.0

  static func main() throws {
    var executions = 200_000, first = 0, seed: UInt64 = 1, show = false
    var folders: [String] = []
    var rest = CommandLine.arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--executions": executions = rest.popFirst().flatMap { Int($0) } ?? executions
      case "--first": first = rest.popFirst().flatMap { Int($0) } ?? first
      case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? seed
      case "--show": show = true
      default: folders.append(argument)
      }
    }
    let corpus = try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        .filter { $0.hasSuffix(".yaml") }
        .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    }
    guard !corpus.isEmpty else {
      print("usage: FuzzConfiguration [--executions N] [--first N] [--seed S] CORPUS_DIR...")
      exit(64)
    }
    var accepted = 0
    var rejected: [String: Int] = [:]
    var slowest = (seconds: 0.0, execution: 0)
    for execution in first..<first + executions {
      var mutation = TextMutation(seed: seed, execution: execution)
      let text = mutation.text(from: corpus)
      if show { print(text) }
      let start = clock()
      do {
        // What is read is written as it will stand beside a run, and must be read back.
        let configuration = try TrainingConfiguration.load(yaml: text, path: "input.yaml")
        let again = try TrainingConfiguration.load(
          yaml: configuration.describe(), path: "again.yaml")
        guard again.describe() == configuration.describe() else {
          fail(execution, "what was read is not what is read back")
        }
        accepted += 1
      } catch {
        // The input or a default that it left may be at fault, never what was written of it.
        if error.description.contains("again.yaml") { fail(execution, error.description) }
        let kind = Mirror(reflecting: error.problem).children.first?.label ?? "another"
        rejected[kind, default: 0] += 1
      }
      // Of the processor: other work on the machine does not count.
      let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      if seconds > slowest.seconds { slowest = (seconds, execution) }
    }
    let megabytes = peakMegabytes()
    print("executions \(executions), corpus \(corpus.count) files, seed \(seed)")
    print("accepted \(accepted), rejected \(executions - accepted)")
    for (kind, count) in rejected.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      print("  \(count) \(kind)")
    }
    print("slowest \(slowest.seconds) s (execution \(slowest.execution)), peak \(megabytes) MB")
    if megabytes > mostMegabytes || slowest.seconds > mostSeconds {
      print("that is above the bound of \(mostMegabytes) MB or \(mostSeconds) s")
      exit(1)
    }
  }

  private static func fail(_ execution: Int, _ words: String) -> Never {
    print("execution \(execution): \(words)")
    exit(1)
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

/// Makes the text of one execution: a file of the corpus, changed in a few places.
private struct TextMutation: RandomNumberGenerator {
  private var state: UInt64

  /// What YAML is made of, and values that numbers go wrong at. Not U+FEFF: Yams drops it from the
  /// beginning of a text, so such a text is never read back as it was.
  private static let spice = [
    ":", "- ", "? ", "{", "}", "[", "]", ",", "&a ", "*a", "!!int ", "|", ">", "'", "\"", "#", "%",
    "@", "`", "\t", "\n", "  ", "---\n", "...\n", "~", "null", "true", ".inf", ".nan", "-1", "0",
    "1e400", "9223372036854775808", "-9223372036854775808", "0x", "0o17", "1_000", "1:30", "é",
    "\u{0}", "\u{85}", "\u{2028}", "\u{1F600}", "<<: ", "a: b\n",
  ].map { Array($0.unicodeScalars) }

  init(seed: UInt64, execution: Int) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(execution) &* 0xD134_2543_DE82_EF95
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  mutating func text(from corpus: [String]) -> String {
    var text = Array(corpus[below(corpus.count)].unicodeScalars)
    for _ in 0...below(4) where !text.isEmpty {
      let place = below(text.count)
      switch below(6) {
      case 0: text.removeLast(below(text.count))
      case 1: text.removeSubrange(place..<min(text.count, place + 1 + below(8)))
      case 2:
        // Something often repeated is what nesting without end looks like.
        let piece = Self.spice[below(Self.spice.count)]
        for _ in 0..<(below(50) == 0 ? below(2000) : 1) {
          text.insert(contentsOf: piece, at: place)
        }
      case 3:
        let piece = Self.spice[below(Self.spice.count)]
        text.replaceSubrange(place..<min(text.count, place + piece.count), with: piece)
      case 4:
        // A line of another file, or of this one.
        let lines = corpus[below(corpus.count)].split(separator: "\n")
        text.insert(contentsOf: Array((lines[below(lines.count)] + "\n").unicodeScalars), at: place)
      default: text[place] = Unicode.Scalar(UInt8(truncatingIfNeeded: next()))
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: text)
    return String(result)
  }
}
