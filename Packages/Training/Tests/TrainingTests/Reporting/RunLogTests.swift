import Foundation
import SegmentationMetrics
import Testing
import Training

@Suite struct RunLogTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.file("log.jsonl") }

  private func write(_ iterations: ClosedRange<Int>, resumingAfter iteration: Int?) throws -> RunLog
  {
    let log = try RunLog(path: path, resumingAfter: iteration)
    for iteration in iterations {
      try log.append(iteration: iteration, event: "step", [.init("loss", .number(0.5))])
    }
    return log
  }

  @Test func everyRecordIsALineThatIsThereAtOnce() throws {
    let log = try RunLog(path: path, resumingAfter: nil)
    try log.append(
      iteration: 10, event: "step", [.init("loss", .number(1.25)), .init("note", .string("a\nb"))])
    #expect(
      try folder.text("log.jsonl")
        == #"{"iteration":10,"event":"step","loss":1.25,"note":"a\nb"}"# + "\n")
    try log.append(iteration: 20, event: "validation", [.init("mIoU", .number(nil))])
    let lines = try folder.text("log.jsonl").split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }

  @Test func aNewRunEmptiesTheLog() throws {
    _ = try write(1...3, resumingAfter: nil)
    _ = try write(1...1, resumingAfter: nil)
    #expect(try folder.text("log.jsonl").split(separator: "\n").count == 1)
  }

  @Test func aResumedRunsLogIsThatOfOneThatWasNotStopped() throws {
    _ = try write(1...10, resumingAfter: nil)
    let whole = try folder.text("log.jsonl")
    for stop in [0, 1, 4, 9] {
      let log = try write(stop + 1...10, resumingAfter: stop)
      #expect(log.droppedLines == 10 - stop)
      #expect(try folder.text("log.jsonl") == whole)
    }
  }

  @Test func aHalfWrittenLineIsDropped() throws {
    _ = try write(1...3, resumingAfter: nil)
    let whole = try folder.text("log.jsonl")
    // Cut within the last line: even a cut that leaves valid JSON has no newline and is unfinished.
    for cut in 1..<20 {
      _ = try folder.write(String(whole.dropLast(cut)), as: "log.jsonl")
      let log = try write(3...3, resumingAfter: 2)
      #expect(log.droppedLines == 1)
      #expect(try folder.text("log.jsonl") == whole)
    }
  }

  @Test func damagedLinesAreDroppedAndOthersKept() throws {
    let text = """
      {"iteration":1,"event":"step"}
      garbage
      {"event":"step"}

      {"iteration":2,"event":"step"}
      {"iteration":"3"}

      """
    _ = try folder.write(text, as: "log.jsonl")
    let log = try RunLog(path: path, resumingAfter: 5)
    #expect(log.droppedLines == 4)
    #expect(
      try folder.text("log.jsonl")
        == #"{"iteration":1,"event":"step"}"# + "\n" + #"{"iteration":2,"event":"step"}"# + "\n")
  }

  @Test func aResumeWithoutALogBeginsOne() throws {
    let log = try write(6...6, resumingAfter: 5)
    #expect(log.droppedLines == 0)
    #expect(try folder.text("log.jsonl").hasPrefix(#"{"iteration":6"#))
  }

  @Test func aFolderThatIsNotThereGivesASentence() {
    let path = folder.file("absent/log.jsonl")
    let error = #expect(throws: RunLog.Failure.self) { try RunLog(path: path, resumingAfter: nil) }
    #expect(
      error?.description
        == "the run's log '\(path)' cannot be written: No such file or directory; "
        + "free space or choose another output.")
  }
}
