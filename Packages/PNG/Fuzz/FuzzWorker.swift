import Foundation
import PNG

/// What a range of executions came to; one line of text between processes.
struct FuzzTally {
  var decoded = 0
  var refused = 0
  /// Seconds of the slowest execution, and which it was.
  var slowest = 0.0
  var slowestExecution = 0
  /// Of the process, in bytes.
  var peakMemory = 0

  var line: String { "\(decoded) \(refused) \(slowest) \(slowestExecution) \(peakMemory)" }

  init() {}

  init?(line: String) {
    let words = line.split(separator: " ")
    guard words.count == 5, let decoded = Int(words[0]), let refused = Int(words[1]),
      let slowest = Double(words[2]), let slowestExecution = Int(words[3]),
      let peakMemory = Int(words[4])
    else { return nil }
    self.decoded = decoded
    self.refused = refused
    self.slowest = slowest
    self.slowestExecution = slowestExecution
    self.peakMemory = peakMemory
  }

  mutating func add(_ other: FuzzTally) {
    decoded += other.decoded
    refused += other.refused
    if other.slowest > slowest {
      slowest = other.slowest
      slowestExecution = other.slowestExecution
    }
    peakMemory = max(peakMemory, other.peakMemory)
  }
}

/// Runs executions in this process, which may die of one.
struct FuzzWorker {
  /// The most pixels that are accepted: what bounds memory and time, at 8 bytes a pixel.
  static let pixelLimit = 1 << 20

  let corpus: [[UInt8]]
  let seed: UInt64
  /// Where the number of the execution under way is kept, for whoever outlives this process.
  let marker: FileHandle

  func run(_ executions: Range<Int>) throws -> FuzzTally {
    var tally = FuzzTally()
    for execution in executions {
      try marker.seek(toOffset: 0)
      try marker.write(contentsOf: Data("\(execution)\n".utf8))
      var generator = MutationGenerator(corpus: corpus, seed: seed, execution: execution)
      let bytes = generator.file()
      let start = ContinuousClock.now
      if decodes(bytes) { tally.decoded += 1 } else { tally.refused += 1 }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      if seconds > tally.slowest {
        tally.slowest = seconds
        tally.slowestExecution = execution
      }
    }
    tally.peakMemory = Self.peakMemory()
    return tally
  }

  /// The most memory that the process ever held, in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    // Linux counts in kilobytes, macOS in bytes.
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #else
      getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #endif
  }

  /// Whether a file decodes; what decodes must be whole and survive writing, what does not must say so
  /// in a sentence.
  private func decodes(_ bytes: [UInt8]) -> Bool {
    for depth in [PNGImage.Depth.eight, .stored] {
      do {
        let image = try PNGImage.decode(
          bytes, named: "a.png", depth: depth, limit: Self.pixelLimit)
        let rgb = image.convertedToRGB8()
        precondition(rgb.samples8.count == image.width * image.height * 3)
        let isComplete =
          image.format != .palette
          || image.samples8.allSatisfy {
            $0 < image.palette.count
          }
        if isComplete {
          let again = try PNGImage.decode(image.encoded(), depth: .stored)
          precondition(again == image, "what was written is not what was read")
        }
      } catch {
        precondition(error.description.hasPrefix("a.png: "), "\(error)")
        return false
      }
    }
    return true
  }
}
