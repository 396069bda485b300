import Checkpoint
import Foundation
import Testing
import Training

private struct Stop: Error {}

@Suite struct CheckpointRotationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ value: Float) -> CheckpointRotation.Write {
    { path, metadata in
      let item = CheckpointItem(name: "x", dtype: .float32, shape: [1], values: [value])
      try writeSafetensors(to: path, metadata: metadata, entries: [item])
    }
  }

  private func name(_ iteration: Int) -> String {
    "iteration-" + String(String(10_000_000_000 + iteration).dropFirst()) + ".safetensors"
  }

  @Test func theLastFewAndTheBestStay() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 2)
    let scores = [0.2, 0.5, 0.4, nil, 0.5, .nan]
    let best = try scores.enumerated().map { index, score in
      try rotation.save(iteration: index * 100, score: score, write: write(Float(index)))
    }
    #expect(best == [true, true, false, false, false, false])
    #expect(try folder.contents() == ["best.safetensors", name(400), name(500)])
    #expect(rotation.bestScore == 0.5)
    let file = try SafetensorsFile(contentsOf: rotation.bestPath)
    #expect(file.metadata == ["iteration": "100", "score": "0.5"])
    #expect(try file.floats(of: "x") == [1])
    #expect(try rotation.iterations() == [400, 500])
  }

  @Test func aNewProcessGoesOnWithTheBestScore() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 1)
    try rotation.save(iteration: 1, score: 0.1 + 0.2, write: write(1))
    var resumed = try CheckpointRotation(folder: folder.path, keepLast: 1)
    #expect(resumed.bestScore == 0.1 + 0.2)
    #expect(try resumed.save(iteration: 2, score: 0.3, write: write(2)) == false)
    #expect(try resumed.save(iteration: 3, score: 0.31, write: write(3)))
    #expect(try SafetensorsFile(contentsOf: resumed.bestPath).floats(of: "x") == [3])
    #expect(try resumed.resumePoint()?.iteration == 3)
  }

  @Test func aNumberOfMoreDigitsIsNewer() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 1)
    for iteration in [9, 10, 99_999_999_999] {
      try rotation.save(iteration: iteration, write: write(1))
    }
    #expect(try rotation.iterations() == [99_999_999_999])
  }

  @Test func anEmptyFolderHasNothingToResume() throws {
    let rotation = try CheckpointRotation(folder: folder.file("a/b"), keepLast: 1)
    #expect(try rotation.resumePoint() == nil)
    #expect(rotation.bestScore == nil)
  }

  @Test func theNewestWholeFileIsResumedAndTheDamagedNamed() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 5)
    for iteration in 1...4 { try rotation.save(iteration: iteration, write: write(1)) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: rotation.path(iteration: 4)))
    try whole.dropLast(1).write(to: URL(fileURLWithPath: rotation.path(iteration: 4)))
    _ = try folder.write("", as: name(3))
    let point = try #require(try rotation.resumePoint())
    #expect(point.iteration == 2)
    #expect(point.path == rotation.path(iteration: 2))
    #expect(
      point.damaged == [
        .cutShort(
          path: rotation.path(iteration: 4), expected: whole.count, found: whole.count - 1),
        .notSafetensors(path: rotation.path(iteration: 3), found: "an empty file"),
      ])
  }

  @Test func aDamagedCompanionIsPassedOverAsWell() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 5)
    for iteration in 1...3 {
      try rotation.save(iteration: iteration, write: write(1))
      try write(1)(rotation.path(iteration: iteration) + ".companion", [:])
    }
    try Data().write(to: URL(fileURLWithPath: rotation.path(iteration: 3) + ".companion"))
    try FileManager.default.removeItem(atPath: rotation.path(iteration: 2) + ".companion")
    let point = try #require(try rotation.resumePoint { $0 + ".companion" })
    #expect(point.iteration == 1 && point.damaged.count == 2)
    #expect(try rotation.resumePoint()?.iteration == 3)
  }

  @Test func nothingButDamagedFilesIsAnError() throws {
    let rotation = try CheckpointRotation(folder: folder.path, keepLast: 1)
    _ = try folder.write("", as: name(3))
    #expect(throws: CheckpointError.self) { try rotation.resumePoint() }
  }

  @Test func aSaveThatFailsLeavesTheOldFiles() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 1)
    try rotation.save(iteration: 1, score: 0.5, write: write(1))
    #expect(throws: Stop.self) {
      try rotation.save(iteration: 2, score: 0.9) { _, _ in throw Stop() }
    }
    #expect(rotation.bestScore == 0.5)
    #expect(try folder.contents() == ["best.safetensors", name(1)])
    #expect(try SafetensorsFile(contentsOf: rotation.bestPath).floats(of: "x") == [1])
  }

  /// Going back to an earlier state must not delete what that state then writes.
  @Test func filesOfLaterIterationsDoNotPushOutNewOnes() throws {
    var rotation = try CheckpointRotation(folder: folder.path, keepLast: 1)
    try rotation.save(iteration: 100, write: write(1))
    try rotation.save(iteration: 10, write: write(2))
    #expect(try rotation.iterations() == [10, 100])
  }

  @Test func whatAKilledRunLeftUnfinishedIsRemoved() throws {
    _ = try folder.write("half", as: ".iteration-0000000001.safetensors.1a2b.partial")
    _ = try folder.write("mine", as: ".hidden")
    _ = try CheckpointRotation(folder: folder.path, keepLast: 1)
    #expect(try folder.contents() == [".hidden"])
  }

  @Test func aFolderThatCannotBeMadeGivesASentence() throws {
    let file = try folder.write("", as: "file")
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointRotation(folder: file + "/a", keepLast: 1)
    }
    #expect(error == .unwritable(path: file + "/a", reason: "Not a directory"))
  }
}
