import Checkpoint
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension AppTests {
  @Suite struct KilledRunTests {
    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyConfiguration, as: "supervised.yaml")
      try folder.write(tinyAdaptation, as: "adaptation.yaml")
    }

    /// Killed at random moments, twice, and gone on with: the weights, a discriminator's, the
    /// optimisers' memory and the log are those of a run that was not.
    @Test(arguments: ["supervised", "adaptation"], ["float32", "bfloat16"])
    func killedAndResumedItEndsTheSame(_ method: String, _ precision: String) throws {
      let arguments = [
        "\(method).yaml", "--set", "precision=\(precision)", "--set",
        "augmentation.scale=[0.75, 2]",
        "--output",
      ]
      let whole = try App.train.run(arguments + ["whole"], in: folder)
      #expect(whole.status == 0, "\(whole.transcript)")
      var resuming: [String] = []
      for moment in [Int.random(in: 1...5), Int.random(in: 6...10)] {
        let delay = Int.random(in: 0...200)
        try killing(arguments + ["killed"] + resuming, after: moment, milliseconds: delay)
        print(
          "\(method), \(precision): killed \(delay) ms after iteration \(moment), at \(try logged()) of 12"
        )
        resuming = ["--resume"]
      }
      let last = try App.train.run(arguments + ["killed", "--resume"], in: folder)
      #expect(last.status == 0, "\(last.transcript)")
      #expect(last.output == whole.output, "\(last.transcript)")
      #expect(try folder.contents("killed") == folder.contents("whole"))
      #expect(try folder.text("killed/log.jsonl") == folder.text("whole/log.jsonl"))
      for name in try folder.contents("whole") where name.hasSuffix(".safetensors") {
        try expectEqual(folder.file("whole/\(name)"), folder.file("killed/\(name)"))
      }
    }

    /// Starts a run, waits until its log has reached an iteration, and kills it a little later.
    private func killing(_ arguments: [String], after iteration: Int, milliseconds: Int) throws {
      let process = try App.train.start(arguments, in: folder)
      while process.isRunning, try logged() < iteration { usleep(2_000) }
      usleep(UInt32(milliseconds) * 1_000)
      _ = kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      // A process that was done before has ended well.
      let ending = (process.terminationReason, process.terminationStatus)
      let errors = try folder.text("stderr")
      #expect(
        ending == (.uncaughtSignal, SIGKILL) || ending == (.exit, 0),
        "\(errors)")
    }

    /// The iterations in the log.
    private func logged() throws -> Int {
      guard folder.exists("killed/log.jsonl") else { return 0 }
      return try folder.text("killed/log.jsonl").split(separator: "\n").count {
        $0.contains(#""event":"step""#)
      }
    }

    private func expectEqual(_ path: String, _ other: String) throws {
      let first = try openCheckpoint(at: path), second = try openCheckpoint(at: other)
      #expect(first.names == second.names)
      #expect(first.metadata == second.metadata)
      for name in first.names where second.entry(name) != nil {
        let bytes = try first.withBytes(of: name) { Array($0) }
        let same = try second.withBytes(of: name) { $0.elementsEqual(bytes) }
        #expect(same, "\(path): \(name)")
      }
    }
  }
}
