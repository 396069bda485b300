import Checkpoint
import Foundation
import Testing

extension AppTests {
  @Suite struct ConvertCheckpointTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func convert(_ source: String, _ destination: String) throws -> App.Outcome {
      try App.convertCheckpoint.run([source, destination], in: folder)
    }

    private func expectEqual(_ path: String, _ other: String) throws {
      let first = try openCheckpoint(at: path), second = try openCheckpoint(at: other)
      #expect(Set(first.names) == Set(second.names))
      #expect(first.metadata == second.metadata)
      for name in first.names {
        #expect(first.entry(name) == second.entry(name))
        let bytes = try first.withBytes(of: name) { Data($0) }
        #expect(try second.withBytes(of: name) { Data($0) } == bytes, "\(name)")
      }
    }

    @Test func helpIsWorthReading() throws {
      let outcome = try App.convertCheckpoint.run(["--help"], in: folder)
      #expect(outcome.status == 0)
      for word in ["OVERVIEW", "USAGE: convert-checkpoint <in> <out>", "Example", "strict=True"] {
        #expect(outcome.output.contains(word), "\(outcome.transcript)")
      }
    }

    @Test func aNetworkGoesToPyTorchAndBack() throws {
      let run = try TinyRun.get()
      let there = try convert(run.checkpoint, "a.pth")
      #expect(there.status == 0 && there.errors.isEmpty, "\(there.transcript)")
      #expect(there.output.split(separator: "\n").count == 1)
      #expect(there.output.hasSuffix("tensors loaded\n"), "\(there.transcript)")
      #expect(try openCheckpoint(at: folder.file("a.pth")) is TorchFile)
      try expectEqual(run.checkpoint, folder.file("a.pth"))
      let back = try convert("a.pth", "b.safetensors")
      #expect(back.status == 0, "\(back.transcript)")
      try expectEqual(run.checkpoint, folder.file("b.safetensors"))
      // And is evaluated as it is.
      let report = try App.eval.run(
        [
          "--checkpoint", "a.pth", "--dataset", "synthetic", "--size", "32x64", "--count", "2",
          "--normalisation", "imagenet", "--format", "json",
        ], in: folder)
      #expect(report.output == run.outcome.output, "\(report.transcript)")
    }

    @Test func anyOtherFileIsConvertedTensorByTensor() throws {
      try writeTorchArchive(
        to: folder.file("a.pth"), metadata: ["epoch": "2"],
        entries: [
          CheckpointItem(
            name: "module.fc.weight", dtype: .float64, shape: [2], values: [1, 2] as [Double]),
          CheckpointItem(
            name: "module.steps", dtype: .int64, shape: [], values: [5 as Int64]),
        ])
      let outcome = try convert("a.pth", "b.safetensors")
      #expect(
        outcome.output
          == "a.pth: 2 of 2 tensors loaded, 2 renamed (module.fc.weight to fc.weight, …)\n",
        "\(outcome.transcript)")
      let file = try openCheckpoint(at: folder.file("b.safetensors"))
      #expect(Set(file.names) == ["fc.weight", "steps"])
      #expect(file.entry("fc.weight")?.dtype == .float64)
      #expect(file.metadata == ["epoch": "2"])
    }

    @Test func whatCannotBeConvertedIsOneSentenceAndLeavesTheOldFile() throws {
      try folder.write("old", as: "b.pth")
      try folder.write(String(repeating: "PK\u{3}\u{4}", count: 100), as: "zip.pth")
      for (source, destination, sentence) in [
        ("absent.pth", "b.pth", "'absent.pth' cannot be read: No such file"),
        ("zip.pth", "b.pth", "'zip.pth' is no whole zip archive"),
        ("b.pth", "b.pth", "'b.pth' is not a safetensors file"),
      ] {
        let outcome = try convert(source, destination)
        #expect(outcome.sentence?.contains(sentence) == true, "\(outcome.transcript)")
        #expect(try folder.text("b.pth") == "old")
      }
      let run = try TinyRun.get()
      let nowhere = try convert(run.checkpoint, "absent/b.pth")
      #expect(
        nowhere.sentence?.contains("'absent/b.pth' cannot be written: No such file") == true,
        "\(nowhere.transcript)")
      let ending = try convert(run.checkpoint, "b.txt")
      #expect(ending.status == 64, "\(ending.transcript)")
      #expect(ending.errors.contains("ends in .safetensors, .pth or .pt, not 'b.txt'"))
    }
  }
}
