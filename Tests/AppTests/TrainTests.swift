import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension AppTests {
  @Suite struct TrainTests {
    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyConfiguration, as: "tiny.yaml")
    }

    @Test func aRunPrintsItsReportAndLeavesItsFiles() throws {
      let run = try TinyRun.get()
      #expect(Set(try run.outcome.object().keys) == reportKeys, "\(run.outcome.transcript)")
      #expect(
        try run.folder.contents("out") == [
          "best.safetensors", "configuration.yaml",
          "iteration-0000000002.optimizer.safetensors", "iteration-0000000002.safetensors",
          "iteration-0000000003.optimizer.safetensors", "iteration-0000000003.safetensors",
          "log.jsonl",
        ])
      #expect(run.outcome.errors.contains("training 3/3 iterations (100.0 %)"))
      #expect(run.outcome.errors.contains("all weights start at random"))
      let written = try run.folder.text("out/configuration.yaml")
      #expect(written.contains("epochs: 1") && written.contains("backbone: resnet18"))
    }

    /// What is said before the first iteration is what is then used, to a tenth.
    @Test(arguments: [
      [], ["--set", "precision=bfloat16"], ["--set", "optimisation.recompute_activations=true"],
      ["--accumulate", "2"],
    ])
    func theMemoryIsKnownBeforehand(_ options: [String]) throws {
      let larger = [
        "data.height=128", "data.width=256", "data.synthetic.count=8",
        "optimisation.epochs=1",
      ].flatMap { ["--set", $0] }
      let outcome = try App.train.run(["tiny.yaml"] + larger + options, in: folder)
      let said = outcome.errors.firstMatch(of: /memory: about (\d+) MB at its largest/)
      let used = outcome.errors.firstMatch(
        of: /memory: (\d+) MB at its largest, (\d+) MB were/)
      let estimate = try #require(said.flatMap { Double($0.1) }, "\(outcome.transcript)")
      let peak = try #require(used.flatMap { Double($0.1) }, "\(outcome.transcript)")
      #expect(used.flatMap { Double($0.2) } == estimate)
      print("memory: \(estimate) MB expected, \(peak) used \(options)")
      #expect(abs(estimate / peak - 1) < 0.1)
    }

    /// What cannot be is said in one sentence, before anything is trained.
    @Test(arguments: [
      (["tiny.yaml", "--set", "data.heigth=64"], "did you mean 'data.height'?"),
      (["tiny.yaml", "--set", "data.height=100"], "data.height is 100"),
      (["tiny.yaml", "--set", "optimisation.epochs=x"], "optimisation.epochs is 'x'"),
      (["tiny.yaml", "--set", "seed"], "an override has the form key=value"),
      (["absent.yaml"], "'absent.yaml': cannot be read"),
      (
        ["tiny.yaml", "--set", "data.dataset=camvid", "--set", "data.root=nowhere"],
        "nowhere/train: there is no such folder"
      ),
      (["tiny.yaml", "--set", "data.dataset=camvid"], "data.root is null; it must be given"),
      (["tiny.yaml", "--set", "data.validation_split=tset"], "not 'tset'"),
      (["tiny.yaml", "--set", "optimisation.batch_size=8"], "6 samples do not fill one batch"),
      (
        ["tiny.yaml", "--set", "model.pretrained=absent.safetensors"],
        "'absent.safetensors' cannot be read"
      ),
      (["tiny.yaml", "--output", "tiny.yaml"], "'tiny.yaml' cannot be written"),
      (["tiny.yaml", "--output", "tiny.yaml/deeper"], "'tiny.yaml/deeper' cannot be written"),
    ])
    func oneSentenceSaysWhatIsWrong(_ arguments: [String], sentence: String) throws {
      let outcome = try App.train.run(arguments, in: folder)
      #expect(outcome.sentence?.contains(sentence) == true, "\(outcome.transcript)")
      #expect(try folder.text("tiny.yaml") == tinyConfiguration)
    }

    @Test func aMistakeInTheFileIsNamedWithItsLine() throws {
      try folder.write("data:\n  height: [32\n", as: "broken.yaml")
      let outcome = try App.train.run(["broken.yaml"], in: folder)
      #expect(outcome.sentence?.contains("'broken.yaml'") == true, "\(outcome.transcript)")
      try folder.write("data:\n  height: 32\n  hight: 64\n", as: "wrong.yaml")
      let wrong = try App.train.run(["wrong.yaml"], in: folder)
      #expect(
        wrong.sentence
          == "'wrong.yaml', line 3: unknown key 'data.hight'; did you mean 'data.height'?",
        "\(wrong.transcript)")
    }

    /// Permissions do not bind the superuser.
    @Test(.enabled(if: geteuid() != 0)) func aReadOnlyFolderIsNamed() throws {
      try FileManager.default.createDirectory(
        atPath: folder.file("locked"), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o555])
      let outcome = try App.train.run(["tiny.yaml", "--output", "locked"], in: folder)
      #expect(outcome.sentence?.contains("'locked/") == true, "\(outcome.transcript)")
    }

    @Test func aFolderWithARunIsKeptAndACompleteRunReportsAgain() throws {
      let run = try TinyRun.get()
      let log = try run.folder.text("out/log.jsonl")
      let arguments = ["tiny.yaml", "--set", "optimisation.epochs=1", "--format", "json"]
      let occupied = try App.train.run(arguments, in: run.folder)
      #expect(
        occupied.sentence?.hasPrefix("'out' holds the checkpoints of a run; go on with it by")
          == true, "\(occupied.transcript)")
      let complete = try App.train.run(arguments + ["--resume"], in: run.folder)
      #expect(complete.status == 0)
      #expect(complete.output == run.outcome.output, "\(complete.transcript)")
      #expect(complete.errors.contains("nothing left to train"))
      #expect(try run.folder.text("out/log.jsonl") == log)
    }

    @Test func anotherBackbonesRunIsNotResumed() throws {
      let run = try TinyRun.get()
      let outcome = try App.train.run(
        ["tiny.yaml", "--set", "model.backbone=resnet101", "--resume"], in: run.folder)
      #expect(
        outcome.sentence?.contains("started with model.backbone resnet18 and cannot go on") == true,
        "\(outcome.transcript)")
    }
  }
}
