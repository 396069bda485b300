import Checkpoint
import Foundation
import Testing

extension AppTests {
  /// Runs that cannot be what was meant, and runs that fail on their way.
  @Suite struct BadRunTests {
    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyConfiguration, as: "supervised.yaml")
      try folder.write(tinyAdaptation, as: "adaptation.yaml")
    }

    /// Batch norm has no statistics of one picture, and a run is told so before it begins.
    @Test(arguments: [App.train, .reproduce], [1, -2])
    func aBatchSizeThatCannotBe(_ app: App, size: Int) throws {
      let outcome = try app.run(
        ["adaptation.yaml", "--set", "optimisation.batch_size=\(size)"], in: folder)
      #expect(
        outcome.sentence
          == "--set optimisation.batch_size=\(size): optimisation.batch_size is \(size); "
          + "it must be 2 or more.", "\(outcome.transcript)")
      #expect(!folder.exists("out"))
    }

    @Test(arguments: [
      ("- a\n- b\n", "line 1: found [a, b] where a mapping of keys to values is expected"),
      ("data: [1, 2\n  x: {\n", "line 2: not valid YAML"),
      ("\u{1}\u{2}", "not valid YAML"),
      ("optimisation:\n  batch_sise: 4\n", "did you mean 'optimisation.batch_size'?"),
      ("optimisation:\n  epochs: [4]\n", "line 2: optimisation.epochs is [4]"),
    ])
    func aConfigurationThatIsNone(_ text: String, words: String) throws {
      try folder.write(text, as: "bad.yaml")
      for app in [App.train, .reproduce] {
        let outcome = try app.run(["bad.yaml", "--output", "out"], in: folder)
        let sentence = try #require(outcome.sentence, "\(app): \(outcome.transcript)")
        #expect(sentence.hasPrefix("'bad.yaml'"), "\(app): \(sentence)")
        #expect(sentence.contains(words), "\(app): \(sentence)")
      }
      #expect(!folder.exists("out"))
    }

    /// Learning rates far beyond reason: the iteration, the term and the checkpoint to go back to.
    @Test(arguments: [
      ("supervised.yaml", "optimisation.learning_rate=1e20", "(main)"),
      ("adaptation.yaml", "optimisation.learning_rate=1e20", "(segmentation)"),
      ("adaptation.yaml", "adaptation.learning_rate=1e18", "(adversarial)"),
    ])
    func aLossThatIsNotFinite(_ configuration: String, rate: String, term: String) throws {
      // The first step is taken at a share of the rate.
      let arguments = [
        configuration, "--set", "checkpoint.every=1 iterations", "--set",
        "optimisation.warmup_iterations=3", "--set", rate,
      ]
      let outcome = try App.train.run(arguments, in: folder)
      let sentence = try #require(outcome.lastSentence, "\(outcome.transcript)")
      #expect(
        sentence
          == "the loss of iteration 2 is not finite \(term); the last good checkpoint is "
          + "'out/iteration-0000000001.safetensors'; lower the learning rate, clip gradients or "
          + "look at the data", "\(sentence)")
      let left = folder.files("out")
      #expect(
        left.keys.sorted() == [
          "configuration.yaml", "iteration-0000000001.optimizer.safetensors",
          "iteration-0000000001.safetensors", "log.jsonl",
        ])
      for name in left.keys where name.hasSuffix(".safetensors") {
        let file = try openCheckpoint(at: folder.file("out/\(name)"))
        for name in file.names {
          #expect(try file.floats(of: name).allSatisfy(\.isFinite), "\(name)")
        }
      }
      // The same again ends in the same way and leaves the checkpoint as it is.
      let again = try App.train.run(arguments + ["--resume"], in: folder)
      #expect(again.lastSentence == sentence, "\(again.transcript)")
      #expect(folder.files("out") == left)
    }

    @Test func aLossThatIsNotFiniteBeforeAnyCheckpoint() throws {
      let outcome = try App.train.run(
        ["supervised.yaml", "--set", "optimisation.learning_rate=1e30"], in: folder)
      #expect(
        outcome.lastSentence?.contains("(main); there is no checkpoint yet; lower") == true,
        "\(outcome.transcript)")
      #expect(try folder.contents("out") == ["configuration.yaml", "log.jsonl"])
    }

    @Test func aSupervisedRunIsNotResumedAsAnAdaptation() throws {
      let run = try TinyRun.get()
      let log = try run.folder.text("out/log.jsonl")
      let outcome = try App.train.run(
        [folder.file("adaptation.yaml"), "--output", "out", "--resume"], in: run.folder)
      #expect(
        outcome.sentence?.hasPrefix(
          "the run in 'out' was started with method supervised and cannot go on with adaptation")
          == true, "\(outcome.transcript)")
      #expect(try run.folder.text("out/log.jsonl") == log)
    }

    @Test func aPictureWithoutPseudoLabelsIsNamed() throws {
      try folder.makeFolder("pseudo/labels")
      let arguments = ["adaptation.yaml", "--set", "adaptation.pseudo_labels=pseudo"]
      let unfinished = try App.train.run(arguments, in: folder)
      #expect(
        unfinished.sentence?.hasPrefix("'pseudo' is no complete export of pseudo labels") == true,
        "\(unfinished.transcript)")
      let statistics = """
        {"layers": ["main"], "encoding": "train-ids", "fusion": "confidence", "rule": "median",
        "threshold": 0.9, "height": 32, "width": 64}
        """
      try folder.write(statistics, as: "pseudo/statistics.json")
      let outcome = try App.train.run(arguments, in: folder)
      #expect(
        outcome.sentence
          == "target_000000: has no labels; expected them in pseudo/labels/target_000000.png",
        "\(outcome.transcript)")
      let checked = try App.train.run(arguments + ["--check-data"], in: folder)
      #expect(checked.sentence == outcome.sentence, "\(checked.transcript)")
      // Other streets of the look, under the same names.
      try folder.write(
        statistics.replacingOccurrences(
          of: "{", with: "{\"dataset\": \"synthetic, look target, train, seed 0\", "),
        as: "pseudo/statistics.json")
      let strange = try App.train.run(arguments, in: folder)
      #expect(
        strange.sentence
          == "'pseudo' holds pseudo labels of other pictures (synthetic, look target, train, seed 0) "
          + "than those that are trained on (synthetic, look target, train, seed 1); export labels "
          + "of the latter", "\(strange.transcript)")
      let other = try App.train.run(arguments + ["--set", "method=source-only"], in: folder)
      #expect(
        other.sentence?.contains("is for method adaptation alone") == true,
        "\(other.transcript)")
      #expect(!folder.exists("out"))
    }

    /// A target without effect is more often a forgotten method than a choice.
    @Test func keysThatTheMethodDoesNotReadAreNamed() throws {
      let target = ["--set", "target.height=64", "--set", "adaptation.lambda=0"]
      let outcome = try App.train.run(["supervised.yaml", "--check-data"] + target, in: folder)
      #expect(outcome.status == 0, "\(outcome.transcript)")
      #expect(
        outcome.errors
          == "a run of method supervised on these sets does not read target.height, "
          + "adaptation.lambda; choose what reads them, or leave them out\n",
        "\(outcome.transcript)")
      let adaptation = try App.train.run(["adaptation.yaml", "--check-data"] + target, in: folder)
      #expect(adaptation.status == 0 && adaptation.errors.isEmpty, "\(adaptation.transcript)")
    }

    /// What the optimiser and the kind of set do not read, neither.
    @Test func keysThatNothingReadsAreNamed() throws {
      let outcome = try App.train.run(
        [
          "supervised.yaml", "--check-data", "--set", "data.mapping=cityscapes", "--set",
          "optimisation.optimizer=adam", "--set", "optimisation.momentum=0.5",
        ], in: folder)
      #expect(
        outcome.errors.contains("does not read data.mapping, optimisation.momentum;"),
        "\(outcome.transcript)")
    }

    @Test func weightsThatAreNotThereAreMissedBeforeAChainBegins() throws {
      let outcome = try App.reproduce.run(
        ["adaptation.yaml", "--both-backbones", "--other-pretrained", "nowhere.pth"], in: folder)
      #expect(
        outcome.sentence?.contains("'nowhere.pth' cannot be read") == true, "\(outcome.transcript)")
      #expect(!folder.exists("out"))
    }

    /// The target's training pictures are read by the second stage; the first must not be waited for.
    @Test func aChainOpensAllItsSetsBeforeItBegins() throws {
      let outcome = try App.reproduce.run(
        ["adaptation.yaml", "--set", "target.train_split=tset"], in: folder)
      #expect(
        outcome.sentence == "synthetic streets have the splits 'train' and 'val', not 'tset'",
        "\(outcome.transcript)")
      #expect(!folder.exists("out"))
    }
  }
}
