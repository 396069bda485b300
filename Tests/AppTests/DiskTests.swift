import Foundation
import PNG
import Testing
import VisionDatasets

extension AppTests {
  /// Disks that are full or read-only: what was there stays, and what is there is whole.
  @Suite(.enabled(if: MemoryDisk.isPossible, Comment(rawValue: MemoryDisk.reason)))
  struct DiskTests {
    /// Every app that writes, and where to.
    enum Writer: String, CaseIterable, Sendable {
      case train, reproduce, predict, export, visualise, convert, streets

      func run(to output: String, in folder: TestFolder) throws -> App.Outcome {
        let network = [
          "--checkpoint", try TinyRun.get().checkpoint, "--size", "32x64", "--normalisation",
          "imagenet",
        ]
        let streets = ["--dataset", "synthetic", "--count", "12"]
        return switch self {
        case .train: try App.train.run(["tiny.yaml", "--output", output], in: folder)
        case .reproduce: try App.reproduce.run(["--output", output], in: folder)
        case .predict:
          try App.predict.run(network + ["--images", "images", "--output", output], in: folder)
        case .export:
          try App.exportPseudoLabels.run(
            network + streets + ["--palette", "--output", output], in: folder)
        case .visualise:
          try App.eval.run(network + streets + ["--visualise", output], in: folder)
        case .convert:
          try App.convertCheckpoint.run(
            [TinyRun.get().checkpoint, "\(output).pth"], in: folder)
        case .streets:
          try App.makeStreets.run(
            [
              "--layout", "gta5", "--look", "source", "--count", "12", "--size", "32x64",
              "--output", output,
            ], in: folder)
        }
      }
    }

    private func disk(kilobytes: Int) throws -> MemoryDisk {
      let disk = try MemoryDisk(kilobytes: kilobytes)
      try disk.folder.write(tinyConfiguration, as: "tiny.yaml")
      try disk.folder.makeFolder("images")
      let streets = SyntheticStreets(look: .source, seed: 5, count: 12, height: 32, width: 64)
      for index in 0..<streets.count {
        try streets.render(index).image.write(to: disk.folder.file("images/\(index).png"))
      }
      return disk
    }

    @Test(arguments: Writer.allCases) func aReadOnlyFolderIsNamed(_ writer: Writer) throws {
      let disk = try disk(kilobytes: 64)
      try disk.folder.write("old", as: "disk/old")
      try disk.makeReadOnly()
      for output in ["disk/new", "disk"] where writer != .convert || output == "disk/new" {
        let outcome = try writer.run(to: output, in: disk.folder)
        let sentence = try #require(outcome.lastSentence, "\(outcome.transcript)")
        #expect(sentence.contains(output), "\(sentence)")
        let reason = writer == .streets ? "the folder cannot be made" : "Read-only file system"
        #expect(sentence.contains(reason), "\(sentence)")
      }
      #expect(disk.folder.files("disk") == ["old": Data("old".utf8)])
    }

    @Test(arguments: [Writer.predict, .export, .visualise, .convert, .streets])
    func aFullDiskLeavesWholeFiles(_ writer: Writer) throws {
      let disk = try disk(kilobytes: 28)
      try disk.folder.write("old", as: "disk/new.pth")
      let outcome = try writer.run(to: "disk/new", in: disk.folder)
      let sentence = try #require(outcome.lastSentence, "\(outcome.transcript)")
      #expect(
        sentence.contains("cannot be written: No space left on device; free space or choose"),
        "\(sentence)")
      let left = disk.folder.files("disk")
      #expect(left["new.pth"] == Data("old".utf8))
      for name in left.keys where name != "new.pth" {
        // Nothing half-written, and no statistics: they would call the export complete.
        _ = try PNGImage.decode(contentsOf: disk.folder.file("disk/\(name)"))
      }
    }

    /// Place for one checkpoint and its optimiser's memory, and for half of the next.
    @Test func aRunThatFilledTheDiskGoesOnWhereThereIsSpace() throws {
      let disk = try disk(kilobytes: 150_000)
      let arguments = ["tiny.yaml", "--set", "validation.every=0"]
      let full = try App.train.run(arguments + ["--output", "disk/out"], in: disk.folder)
      #expect(
        full.lastSentence
          == "'disk/out/iteration-0000000004.safetensors' cannot be written: No space left on "
          + "device; free space or choose another folder; what stood there before is untouched.",
        "\(full.transcript)")
      #expect(
        try disk.folder.contents("disk/out") == [
          "configuration.yaml", "iteration-0000000002.optimizer.safetensors",
          "iteration-0000000002.safetensors", "log.jsonl",
        ])
      try disk.resize(kilobytes: 400_000)
      let resumed = try App.train.run(
        arguments + ["--output", "disk/out", "--resume"], in: disk.folder)
      #expect(resumed.status == 0, "\(resumed.transcript)")
      let whole = try App.train.run(arguments + ["--output", "whole"], in: disk.folder)
      #expect(resumed.output == whole.output, "\(whole.transcript)")
      // configuration.yaml alone differs, by the output folder.
      for (name, data) in disk.folder.files("whole") where name != "configuration.yaml" {
        let same =
          FileManager.default.contents(atPath: disk.folder.file("disk/out/\(name)")) == data
        #expect(same, "\(name)")
      }
    }
  }
}
