import Checkpoint
import Foundation
import PNG
import Testing
import VisionDatasets

extension AppTests {
  @Suite struct EvaluateTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func evaluate(_ arguments: String...) throws -> App.Outcome {
      try App.eval.run(arguments, in: folder)
    }

    @Test func aSyntheticSetGivesTheReportOfTheRunAndPictures() throws {
      let run = try TinyRun.get()
      let outcome = try evaluate(
        "--checkpoint", run.checkpoint, "--dataset", "synthetic", "--size", "32x64", "--count", "2",
        "--normalisation", "imagenet", "--format", "json", "--visualise", "new/pictures")
      let object = try outcome.object()
      #expect(Set(object.keys) == reportKeys, "\(outcome.transcript)")
      #expect(object["images"] as? Int == 2)
      #expect(object["labelResolution"] as? String == "full")
      let classes = try #require(object["classes"] as? [String: Any])
      #expect(classes.count == 19)
      #expect(classes.values.allSatisfy { $0 is NSNull || $0 is NSNumber })
      // The only validation of three iterations is the best: the same network, the same pictures.
      #expect(outcome.output == run.outcome.output)
      let pictures = try folder.contents("new/pictures")
      #expect(pictures == ["source_000000.png", "source_000001.png"])
      for name in pictures {
        let picture = try RGBImage(contentsOf: folder.file("new/pictures/\(name)"))
        #expect(picture.width == 3 * 64 + 2 * 4 && picture.height == 32)
      }
    }

    /// A network of more classes than Cityscapes has is evaluated as the run evaluated it.
    @Test func aCheckpointOfAnotherNumberOfClassesOpens() throws {
      try folder.write(tinyConfiguration, as: "tiny.yaml")
      let run = try App.train.run(
        [
          "tiny.yaml", "--set", "optimisation.epochs=1", "--set", "model.classes=21", "--format",
          "json",
        ], in: folder)
      try #require(run.status == 0, "\(run.transcript)")
      let outcome = try evaluate(
        "--checkpoint", "out/best.safetensors", "--dataset", "synthetic", "--size", "32x64",
        "--count", "2", "--normalisation", "imagenet", "--format", "json")
      #expect(outcome.output == run.output, "\(outcome.transcript)")
    }

    /// Without labels the input's resolution is the only one.
    @Test func aFolderWithoutLabelsGivesPicturesAndNoFigures() throws {
      let run = try TinyRun.get()
      try FileManager.default.createDirectory(
        atPath: folder.file("images"), withIntermediateDirectories: true)
      let streets = SyntheticStreets(look: .source, seed: 5, count: 2, height: 48, width: 80)
      for index in 0..<2 {
        try streets.render(index).image.write(to: folder.file("images/\(index).png"))
      }
      for resolution in ["full", "input"] {
        let outcome = try evaluate(
          "--checkpoint", run.checkpoint, "--dataset", "folder", "--root", "images", "--size",
          "32x64", "--label-resolution", resolution, "--format", "json", "--visualise", resolution)
        let object = try outcome.object()
        #expect(object["labelResolution"] as? String == resolution, "\(outcome.transcript)")
        #expect(object["mIoU"] is NSNull && object["pixelAccuracy"] is NSNull)
        #expect(try folder.contents(resolution) == ["0.png", "1.png"])
        let picture = try RGBImage(contentsOf: folder.file("\(resolution)/0.png"))
        #expect(picture.width == 3 * 64 + 8 && picture.height == 32)
      }
    }

    @Test func aCheckpointThatIsNoneIsNamed() throws {
      let run = try TinyRun.get()
      let whole = try Data(contentsOf: URL(fileURLWithPath: run.checkpoint))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.file("half")))
      try Data().write(to: URL(fileURLWithPath: folder.file("empty")))
      try folder.write(String(repeating: "PK\u{3}\u{4}", count: 100), as: "zip.pth")
      try write(channels: 2048, as: "mixed.safetensors")
      try write(channels: 64, as: "other.safetensors")
      let cases = [
        ("absent.safetensors", "cannot be read: No such file"), ("half", "is cut short"),
        ("empty", "is not a safetensors file"), ("zip.pth", "is no whole zip archive"),
        (".", "it is a folder"), ("mixed.safetensors", "is it a checkpoint of another"),
        ("other.safetensors", "is no BiSeNet of ResNet-18 or ResNet-101"),
      ]
      for (name, sentence) in cases {
        let outcome = try evaluate(
          "--checkpoint", name, "--dataset", "synthetic", "--size", "32x64", "--count", "1")
        #expect(outcome.sentence?.contains("'\(name)'") == true, "\(outcome.transcript)")
        #expect(outcome.sentence?.contains(sentence) == true, "\(outcome.transcript)")
      }
    }

    /// A file whose head for 1/32 has these channels, and that has nothing else.
    private func write(channels: Int, as name: String) throws {
      let values = [Float](repeating: 0, count: 19 * channels)
      let item = CheckpointItem(
        name: "supervision2.weight", dtype: .float32, shape: [19, channels, 1, 1], values: values)
      try writeSafetensors(to: folder.file(name), entries: [item])
    }

    @Test func aDataSetThatIsNoneIsNamed() throws {
      let run = try TinyRun.get()
      let checkpoint = ["--checkpoint", run.checkpoint, "--size", "32x64"]
      try folder.write("no picture", as: "file.png")
      let cases: [([String], String)] = [
        (["--dataset", "camvid"], "needs a folder"),
        (["--dataset", "camvid", "--root", "nowhere"], "nowhere/val: there is no such folder"),
        (["--dataset", "folder", "--root", "nowhere"], "nowhere: there is no such folder"),
        (["--dataset", "folder", "--root", "."], "file.png"),
        (["--dataset", "synthetic", "--split", "tset"], "not 'tset'"),
        (
          ["--dataset", "synthetic", "--count", "1", "--visualise", "file.png/a"],
          "'file.png/a' cannot be written"
        ),
      ]
      for (arguments, sentence) in cases {
        let outcome = try App.eval.run(checkpoint + arguments, in: folder)
        #expect(outcome.sentence?.contains(sentence) == true, "\(outcome.transcript)")
      }
    }

    @Test(arguments: [
      (["--size", "100x100"], "multiples of 8"), (["--size", "64"], "multiples of 8"),
      (["--count", "0"], "--count is 1 or more"), (["--count=-1"], "--count is 1 or more"),
      (["--label-resolution", "half"], "full"), (["--root", "."], "synthetic streets are drawn"),
      (["--mapping", "cityscapes"], "are for --dataset folder"),
      (["--mapping", "{0: x}"], "'{0: x}' is invalid"),
    ])
    func anOptionThatIsNoneIsRefused(_ arguments: [String], sentence: String) throws {
      let outcome = try App.eval.run(
        ["--checkpoint", "a", "--dataset", "synthetic"] + arguments, in: folder)
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.transcript)")
      #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.transcript)")
      #expect(outcome.errors.contains(sentence), "\(outcome.transcript)")
    }

    @Test(arguments: [
      ["--label-resolution", "input"], ["--split", "val"], ["--precision", "bfloat16"],
      ["--normalisation", "imagenet"], ["--precision", "int8", "--calibration", "c"],
    ])
    func whatComparingPicturesDoesNotReadIsRefused(_ arguments: [String]) throws {
      let outcome = try App.eval.run(
        ["--predictions", "a", "--truth", "b", "--encoding", "train-ids"] + arguments, in: folder)
      #expect(outcome.status == 64, "\(outcome.transcript)")
      #expect(outcome.errors.contains("belong to --checkpoint"), "\(outcome.transcript)")
    }

    /// Labels of one's own, by a list as a configuration may have it.
    @Test func aMappingMayBeAList() throws {
      let run = try TinyRun.get()
      for kind in ["images", "labels"] { try folder.makeFolder(kind) }
      let size = (width: 64, height: 32)
      try RGBImage(
        width: size.width, height: size.height,
        pixels: [UInt8](repeating: 90, count: 3 * size.width * size.height)
      ).write(to: folder.file("images/a.png"))
      // A quarter of the pixels is 7, the rest a value that is not listed.
      let labels = (0..<size.width * size.height).map { UInt8($0 % 4 == 0 ? 7 : 9) }
      try LabelMap(width: size.width, height: size.height, labels: labels).greyPNG()
        .write(to: folder.file("labels/a.png"))
      let outcome = try evaluate(
        "--checkpoint", run.checkpoint, "--dataset", "folder", "--root", "images", "--labels",
        "labels", "--mapping", "{7: 0}", "--size", "32x64", "--format", "json")
      let classes = try #require(try outcome.object()["classes"] as? [String: Any])
      #expect(classes["road"] is Double, "\(outcome.transcript)")
      let ignored = try evaluate(
        "--checkpoint", run.checkpoint, "--dataset", "folder", "--root", "images", "--labels",
        "labels", "--mapping", "{7: 255}", "--size", "32x64", "--format", "json")
      #expect(try ignored.object()["mIoU"] is NSNull, "\(ignored.transcript)")
    }
  }
}
