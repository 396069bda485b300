import Foundation
import Testing

/// An adaptation from six streets to five others, two a step, three iterations an epoch.
let tinyAdaptation = """
  method: adaptation
  data:
    height: 32
    width: 64
    normalisation: imagenet
    synthetic: {count: 6, look: source}
  target:
    height: 64
    width: 32
    synthetic: {count: 5, validation_count: 2, look: target, seed: 1}
  \(tinyTraining)
  """

extension AppTests {
  @Suite struct AdaptationTests {
    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyAdaptation, as: "tiny.yaml")
    }

    /// Streets in the target look on disk, a split of `target` in the layout of Cityscapes.
    private func makeTarget(_ split: String, count: Int, seed: Int = 0) throws {
      let made = try App.makeStreets.run(
        [
          "--layout", "cityscapes", "--look", "target", "--split", split, "--count", "\(count)",
          "--seed", "\(seed)", "--size", "64x128", "--output", "target",
        ], in: folder)
      #expect(made.status == 0, "\(made.transcript)")
    }

    /// Every stage leaves its result, and the report holds the paper's tables; started again,
    /// nothing is done twice, and a stage whose result is gone is evaluated again.
    @Test func theWholeChainRunsAndGoesOn() throws {
      let arguments = [
        "tiny.yaml", "--set", "optimisation.epochs=1", "--output", "chain", "--pictures", "2",
        "--format", "json",
      ]
      let first = try App.reproduce.run(arguments, in: folder)
      #expect(first.status == 0, "\(first.transcript)")
      let stages = [
        "source-only", "target-only", "fcd", "fcd-light", "fcd-ssl", "fcd-ssl-2", "fcd-ssl-3",
      ]
      let object = try first.object()
      #expect(Set(object.keys) == ["stages", "pseudoLabels", "discriminators"])
      let results = try #require(object["stages"] as? [String: [String: Any]])
      #expect(Set(results.keys) == Set(stages))
      for stage in stages {
        // Six source pictures are three batches an epoch, five of the target two.
        #expect(
          results[stage]?["iterations"] as? Int == (stage == "target-only" ? 2 : 3), "\(stage)")
        #expect(results[stage]?["seconds"] is Double, "\(stage)")
        #expect(folder.exists("chain/\(stage)/evaluation.json"), "\(stage)")
      }
      let labels = try #require(object["pseudoLabels"] as? [[String: Any]])
      #expect(labels.map { $0["layers"] as? Int } == [1, 2, 3])
      let report = try folder.text("chain/report/report.md")
      for row in ["| FCD-SSL-3, paper | 80.6 |", "| Source only, here |", "30952915968"] {
        #expect(report.contains(row), "\(row)")
      }
      let preview = try Data(
        contentsOf: URL(fileURLWithPath: folder.file("chain/report/preview.png")))
      #expect(preview.starts(with: [0x89, 0x50, 0x4E, 0x47]))

      try FileManager.default.removeItem(atPath: folder.file("chain/fcd/evaluation.json"))
      let second = try App.reproduce.run(arguments, in: folder)
      #expect(second.status == 0, "\(second.transcript)")
      for (index, stage) in ["source-only", "target-only"].enumerated() {
        #expect(second.errors.contains("[\(index + 1)/10] \(stage): complete"))
      }
      let again = try #require(try second.object()["stages"] as? [String: [String: Any]])
      for stage in stages {
        #expect(again[stage]?["mIoU"] as? Double == results[stage]?["mIoU"] as? Double, "\(stage)")
      }
    }

    @Test func aChainNeedsAnAdaptation() throws {
      let outcome = try App.reproduce.run(
        ["tiny.yaml", "--set", "method=supervised", "--output", "x"], in: folder)
      let sentence = try #require(outcome.sentence, "\(outcome.transcript)")
      #expect(sentence.contains("method adaptation"), "\(sentence)")
      #expect(!folder.exists("x"))
    }

    @Test func anotherConfigurationDoesNotGoOn() throws {
      let arguments = ["tiny.yaml", "--set", "optimisation.epochs=1"]
      let first = try App.train.run(arguments, in: folder)
      #expect(first.status == 0, "\(first.transcript)")
      let other = try App.train.run(
        arguments + ["--set", "adaptation.lambda=0.1", "--resume"], in: folder)
      let sentence = try #require(other.sentence, "\(other.transcript)")
      #expect(sentence.contains("started with adaptation.lambda 0.001"), "\(sentence)")
    }

    /// Source-only is no adaptation with λ = 0: it works where the target has no training pictures.
    @Test func sourceOnlyNeverOpensTheTargetsTrainingPictures() throws {
      try makeTarget("val", count: 2)
      let arguments = [
        "tiny.yaml", "--set", "target.dataset=cityscapes", "--set", "target.root=target", "--set",
        "optimisation.epochs=1",
      ]
      let alone = try App.train.run(
        arguments + ["--set", "method=source-only", "--output", "alone"], in: folder)
      #expect(alone.status == 0, "\(alone.transcript)")
      let adapted = try App.train.run(arguments + ["--output", "adapted"], in: folder)
      let sentence = try #require(adapted.sentence, "\(adapted.transcript)")
      #expect(
        sentence.hasPrefix("target/leftImg8bit/train: there is no such folder"), "\(sentence)")
    }

    /// What adaptation is for: training pictures of the target without any labels.
    @Test func aTargetNeedsNoTrainingLabels() throws {
      try makeTarget("train", count: 4, seed: 1)
      try makeTarget("val", count: 4, seed: 2)
      try FileManager.default.removeItem(atPath: folder.file("target/gtFine/train"))
      let arguments = [
        "tiny.yaml", "--set", "target.dataset=cityscapes", "--set", "target.root=target", "--set",
        "optimisation.epochs=1",
      ]
      let checked = try App.train.run(arguments + ["--check-data"], in: folder)
      #expect(checked.status == 0, "\(checked.transcript)")
      let chain = try App.reproduce.run(
        arguments + [
          "--output", "chain", "--continue-adapted", "--pictures", "1",
        ], in: folder)
      // Everything but the run on the target's own labels.
      #expect(chain.status == 0, "\(chain.transcript)")
      #expect(chain.errors.contains("[2/10] target-only: left out"), "\(chain.transcript)")
      #expect(try folder.text("chain/report/report.md").contains("| Target only, here | – |"))
      let adapted = try App.train.run(arguments + ["--output", "adapted"], in: folder)
      #expect(adapted.status == 0, "\(adapted.transcript)")
      let labelled = try App.exportPseudoLabels.run(
        [
          "--checkpoint", "adapted/best.safetensors", "--dataset", "cityscapes", "--root", "target",
          "--split", "train", "--layers", "3", "--output", "labels", "--format", "json",
        ], in: folder)
      #expect(labelled.status == 0, "\(labelled.transcript)")
      #expect(try labelled.object()["accuracy"] is NSNull)
      let again = try App.train.run(
        arguments + ["--output", "ssl", "--set", "adaptation.pseudo_labels=labels"], in: folder)
      #expect(again.status == 0, "\(again.transcript)")
    }

    /// Nor any others: then nothing is validated, and a run says so.
    @Test func aTargetNeedsNoLabelsAtAll() throws {
      for split in ["train", "val"] { try makeTarget(split, count: 2) }
      let arguments = [
        "tiny.yaml", "--set", "target.dataset=cityscapes", "--set", "target.root=target", "--set",
        "optimisation.epochs=1",
      ]
      // One that is missing among others is a mistake.
      let truth = "target/gtFine/val/target"
      let first = try #require(try folder.contents(truth).first { $0.hasSuffix("labelIds.png") })
      try FileManager.default.removeItem(atPath: folder.file("\(truth)/\(first)"))
      let gap = try App.train.run(arguments, in: folder)
      #expect(gap.sentence?.contains("\(truth)/\(first)") == true, "\(gap.transcript)")
      let gapFound = try App.train.run(arguments + ["--check-data"], in: folder)
      #expect(gapFound.status == 1 && gapFound.lastSentence == nil, "\(gapFound.transcript)")
      #expect(gapFound.output.contains("\(truth)/\(first)"), "\(gapFound.transcript)")
      try FileManager.default.removeItem(atPath: folder.file("target/gtFine"))
      let checked = try App.train.run(arguments + ["--check-data"], in: folder)
      #expect(checked.status == 0, "\(checked.transcript)")
      let run = try App.train.run(arguments, in: folder)
      #expect(run.status == 0, "\(run.transcript)")
      #expect(run.output == "not evaluated: the validation pictures have no labels\n")
      #expect(run.errors.contains("nothing is validated"), "\(run.transcript)")
      let left = try folder.contents("out")
      #expect(
        left.contains("iteration-0000000003.safetensors") && !left.contains("best.safetensors"))
      let chain = try App.reproduce.run(
        arguments + ["--set", "data.synthetic.count=2", "--output", "chain", "--pictures", "1"],
        in: folder)
      #expect(chain.status == 0, "\(chain.transcript)")
      #expect(chain.errors.contains("target-only: left out, as the target lacks labels"))
      #expect(try folder.text("chain/report/report.md").contains("| FCD-SSL-3, here | – |"))
      // Labels that were named and are not there are a mistake.
      let mistyped = try App.train.run(
        [
          "tiny.yaml", "--output", "mistyped", "--set", "target.dataset=folder", "--set",
          "target.root=target/leftImg8bit/train/target", "--set", "target.labels=lables",
        ], in: folder)
      #expect(
        mistyped.sentence?.hasPrefix("lables: there is no such folder") == true,
        "\(mistyped.transcript)")
      // A folder of pictures is as good.
      let pictures = try App.train.run(
        [
          "tiny.yaml", "--output", "pictures", "--set", "target.dataset=folder", "--set",
          "target.root=target/leftImg8bit/train/target", "--set", "optimisation.epochs=1",
        ], in: folder)
      #expect(pictures.status == 0, "\(pictures.transcript)")
    }

    /// The other options of the chain, and labels that were made with others.
    @Test func twoRoundsGoOnFromTheAdaptedNetwork() throws {
      let arguments = [
        "tiny.yaml", "--set", "optimisation.epochs=1", "--set", "data.synthetic.count=2", "--set",
        "target.synthetic.count=2", "--set", "target.synthetic.validation_count=1", "--output",
        "chain", "--rounds", "2", "--continue-adapted", "--augment-target-only",
      ]
      let chain = try App.reproduce.run(arguments + ["--format", "json"], in: folder)
      #expect(chain.status == 0, "\(chain.transcript)")
      let labels = try #require(try chain.object()["pseudoLabels"] as? [[String: Any]])
      #expect(labels.map { $0["round"] as? Int } == [1, 1, 1, 2, 2, 2])
      #expect(
        try folder.text("chain/fcd-ssl-2-round-2/configuration.yaml")
          .contains("pseudo-labels-2-round-2/teacher.safetensors"))
      let other = try App.reproduce.run(arguments + ["--rule", "fixed"], in: folder)
      let sentence = try #require(
        other.errors.split(separator: "\n").last { $0.hasPrefix("Error: ") })
      #expect(sentence.contains("were made with rule median, not fixed"), "\(sentence)")
      #expect(other.status == 1)
    }

    @Test func dataIsCheckedBeforeARun() throws {
      let made = try App.makeStreets.run(
        [
          "--layout", "gta5", "--look", "source", "--count", "3", "--size", "64x128", "--output",
          "gta5",
        ],
        in: folder)
      #expect(made.status == 0, "\(made.transcript)")
      let arguments = [
        "tiny.yaml", "--set", "data.dataset=gta5", "--set", "data.root=gta5", "--check-data",
        "--format", "json",
      ]
      let sound = try App.train.run(arguments, in: folder)
      #expect(sound.status == 0, "\(sound.transcript)")
      #expect(try sound.object()["trainable"] as? Bool == true)
      let broken = folder.file("gta5/labels/00002.png")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: broken))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: broken))
      let unsound = try App.train.run(arguments, in: folder)
      #expect(unsound.status == 1, "\(unsound.transcript)")
      let object = try unsound.object()
      #expect(object["trainable"] as? Bool == false)
      let set = try #require((object["sets"] as? [String: Any])?["data.train"] as? [String: Any])
      let findings = try #require(set["findings"] as? [[String: Any]])
      #expect(findings.count == 1, "\(findings)")
      #expect((findings.first?["file"] as? String)?.hasSuffix("labels/00002.png") == true)
      #expect(!folder.exists("out"))
    }
  }
}
