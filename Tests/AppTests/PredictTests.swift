import Checkpoint
import Foundation
import PNG
import Testing
import VisionDatasets

extension AppTests {
  @Suite struct PredictTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func predict(_ arguments: String...) throws -> App.Outcome {
      let run = try TinyRun.get()
      return try App.predict.run(
        ["--checkpoint", run.checkpoint, "--images", "images"] + arguments, in: folder)
    }

    private let network = ["--size", "32x64", "--normalisation", "imagenet"]

    /// Streets as pictures, with their truth beside them in `truth`.
    private func writeStreet(_ name: String, height: Int, width: Int) throws {
      let street = SyntheticStreets(look: .source, seed: 5, count: 1, height: height, width: width)
      let sample = try street.sample(at: 0)
      for (below, picture) in [("images", sample.image.png()), ("truth", sample.label?.greyPNG())] {
        let path = folder.file("\(below)/\(name)")
        try FileManager.default.createDirectory(
          atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
          withIntermediateDirectories: true)
        try picture?.write(to: path)
      }
    }

    private func labels(_ name: String, _ mapping: LabelMapping = .trainIDs) throws -> LabelMap {
      try LabelMap(contentsOf: folder.file(name), mapping: mapping)
    }

    @Test func picturesOfAnySizeGiveLabelsOfTheirSizeAndOverlays() throws {
      try writeStreet("a.png", height: 48, width: 80)
      try writeStreet("city/b_000000_000001_leftImg8bit.png", height: 30, width: 50)
      let arguments = [
        "--size", "32x64", "--normalisation", "imagenet", "--format", "json",
      ]
      let run = try TinyRun.get()
      let outcome = try App.predict.run(
        ["--checkpoint", run.checkpoint, "--images", "images", "--output", "new/out"] + arguments,
        in: folder)
      let object = try outcome.object()
      #expect(
        Set(object.keys) == [
          "images", "unreadable", "seconds", "imagesPerSecond", "size", "labels", "overlays",
        ])
      #expect(object["images"] as? Int == 2 && object["size"] as? String == "32x64")
      #expect((object["imagesPerSecond"] as? Double ?? 0) > 0)
      #expect(try folder.contents("new/out/labels") == ["a.png", "city"])
      #expect(
        try folder.contents("new/out/overlays/city") == ["b_000000_000001_overlay.png"])
      let first = try labels("new/out/labels/a.png")
      #expect(first.width == 80 && first.height == 48)
      let second = try labels("new/out/labels/city/b_000000_000001_pred_trainIds.png")
      #expect(second.width == 50 && second.height == 30)

      // Half of the picture and half of the classes' colours.
      let picture = try RGBImage(contentsOf: folder.file("images/a.png"))
      let colours = first.coloured()
      let overlay = try RGBImage(contentsOf: folder.file("new/out/overlays/a.png"))
      #expect(
        zip(overlay.pixels, zip(picture.pixels, colours.pixels)).allSatisfy { pixel, both in
          abs(2 * Int(pixel) - Int(both.0) - Int(both.1)) <= 1
        })

      // Label ids are the same labels, and colours alone the same colours.
      let again = try App.predict.run(
        ["--checkpoint", run.checkpoint, "--images", "images", "--output", "again"] + arguments
          + ["--encoding", "label-ids", "--overlay", "1"], in: folder)
      #expect(again.status == 0, "\(again.transcript)")
      #expect(try labels("again/labels/a.png", .cityscapesLabelIDs) == first)
      #expect(try RGBImage(contentsOf: folder.file("again/overlays/a.png")) == colours)
      #expect(
        try folder.contents("again/labels/city") == ["b_000000_000001_pred_labelIds.png"])
    }

    /// In bytes nearly all labels are those of float32, and eval takes the same options.
    @Test func int8IsCalibratedOnAFolder() throws {
      for index in 0..<3 { try writeStreet("\(index).png", height: 64, width: 128) }
      let bytes = ["--precision", "int8", "--calibration", "images"]
      for (output, more) in [("exact", []), ("bytes", bytes)] {
        let run = try TinyRun.get()
        let outcome = try App.predict.run(
          [
            "--checkpoint", run.checkpoint, "--images", "images", "--output", output,
            "--no-overlay",
          ]
            + network + more, in: folder)
        #expect(outcome.status == 0, "\(outcome.transcript)")
        #expect(
          outcome.errors.contains("calibrating") == (output == "bytes"), "\(outcome.transcript)")
      }
      var same = 0, all = 0
      for index in 0..<3 {
        let exact = try labels("exact/labels/\(index).png").labels
        let found = try labels("bytes/labels/\(index).png").labels
        same += zip(exact, found).filter { $0 == $1 }.count
        all += exact.count
      }
      #expect(same < all, "nothing was computed in bytes")
      #expect(Double(same) > 0.9 * Double(all), "\(same) of \(all)")
      let run = try TinyRun.get()
      let set = ["--checkpoint", run.checkpoint, "--dataset", "folder", "--root", "images"]
      let reports = try [[], bytes].map { more in
        try App.eval.run(
          set + ["--labels", "truth", "--format", "json"] + network + more, in: folder
        ).object()
      }
      #expect(reports.allSatisfy { $0["images"] as? Int == 3 })
      let accuracies = reports.compactMap { $0["pixelAccuracy"] as? Double }
      #expect(accuracies.count == 2 && accuracies[0] != accuracies[1], "\(accuracies)")
      let exported = try App.exportPseudoLabels.run(
        set + ["--output", "pseudo"] + network + bytes, in: folder)
      #expect(
        exported.status == 0 && exported.errors.contains("calibrating"), "\(exported.transcript)")
      #expect(try folder.contents("pseudo/labels").count == 3)
    }

    /// Two ways to the same figures: the network in eval, and its label PNGs through eval.
    @Test func evalOfTheLabelsIsEvalOfTheNetwork() throws {
      for (index, height) in [48, 64].enumerated() {
        try writeStreet("\(index).png", height: height, width: 80)
      }
      let run = try TinyRun.get()
      let predicted = try predict(
        "--output", "out", "--size", "32x64", "--normalisation", "imagenet", "--no-overlay")
      #expect(predicted.status == 0, "\(predicted.transcript)")
      #expect(predicted.output.hasPrefix("2 images in "), "\(predicted.transcript)")
      #expect(predicted.output.contains("network at 32x64"))
      #expect(!folder.exists("out/overlays"))
      let compared = try App.eval.run(
        [
          "--predictions", "out/labels", "--truth", "truth", "--encoding", "train-ids", "--format",
          "json",
        ], in: folder)
      let evaluated = try App.eval.run(
        [
          "--checkpoint", run.checkpoint, "--dataset", "folder", "--root", "images", "--labels",
          "truth", "--size", "32x64", "--normalisation", "imagenet", "--format", "json",
        ], in: folder)
      #expect(compared.status == 0, "\(compared.transcript)")
      #expect(compared.output == evaluated.output, "\(compared.output)\n\(evaluated.output)")
    }

    /// What the checkpoint says of its training is used unless it is overruled.
    @Test func theCheckpointSaysHowItWasTrained() throws {
      try writeStreet("a.png", height: 48, width: 80)
      func stored(
        _ metadata: [String: String], with more: [CheckpointItem] = [], as name: String
      ) throws {
        let file = try openCheckpoint(at: TinyRun.get().checkpoint)
        let items = try file.names.filter { file.entry($0)?.dtype == .float32 }.map { name in
          CheckpointItem(
            name: name, dtype: .float32, shape: try file.requiredEntry(name).shape,
            values: try file.floats(of: name))
        }
        try writeSafetensors(to: folder.file(name), metadata: metadata, entries: items + more)
      }
      try stored(
        ["normalisation": "imagenet", "channelOrder": "bgr", "height": "64", "width": "96"],
        with: [CheckpointItem(name: "fc.bias", dtype: .float32, shape: [1], values: [Float(0)])],
        as: "a.safetensors")
      try stored(["normalisation": "caffe"], as: "b.safetensors")
      func run(_ checkpoint: String, _ output: String, _ more: String...) throws -> App.Outcome {
        try App.predict.run(
          ["--checkpoint", checkpoint, "--images", "images", "--output", output] + more, in: folder)
      }
      let own = try run("a.safetensors", "own")
      #expect(own.output.contains("network at 64x96"), "\(own.transcript)")
      #expect(own.errors.hasPrefix("a.safetensors: "), "\(own.transcript)")
      #expect(own.errors.contains("1 ignored (fc.bias)"), "\(own.transcript)")
      let same = try run(
        TinyRun.get().checkpoint, "same", "--size", "64x96", "--normalisation", "imagenet",
        "--channel-order", "bgr")
      #expect(same.status == 0, "\(same.transcript)")
      #expect(try labels("own/labels/a.png") == labels("same/labels/a.png"))
      let bad = try run("b.safetensors", "bad", "--size", "32x64")
      #expect(
        bad.sentence?.contains("'b.safetensors': its metadata gives normalisation as 'caffe'")
          == true,
        "\(bad.transcript)")
      #expect(!folder.exists("bad"))
    }

    @Test func anUnreadablePictureEndsTheRunOrIsPassedOver() throws {
      for name in ["a.png", "c.png"] { try writeStreet(name, height: 48, width: 80) }
      try Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 1, count: 99))
        .write(to: URL(fileURLWithPath: folder.file("images/b.png")))
      let stopped = try predict("--output", "stopped", "--size", "32x64", "--no-overlay")
      #expect(stopped.status == 1 && stopped.output.isEmpty, "\(stopped.transcript)")
      #expect(stopped.errors.contains("images/b.png: is"), "\(stopped.transcript)")
      #expect(stopped.errors.contains("JPEG"), "\(stopped.transcript)")
      #expect(try folder.contents("stopped/labels") == ["a.png"])

      let passed = try predict(
        "--output", "passed", "--size", "32x64", "--keep-going", "--format", "json")
      #expect(passed.status == 1, "\(passed.transcript)")
      #expect(passed.errors.contains("passed over: images/b.png: is"), "\(passed.transcript)")
      let object = try passed.object()
      #expect(object["images"] as? Int == 2)
      #expect((object["unreadable"] as? [String])?.count == 1)
      #expect(try folder.contents("passed/labels") == ["a.png", "c.png"])
      #expect(try folder.contents("passed/overlays") == ["a.png", "c.png"])
    }

    @Test func whatCannotBeUsedIsNamed() throws {
      try folder.write("a file", as: "file")
      func expectSentence(_ part: String, _ arguments: String...) throws {
        let outcome = try App.predict.run(
          ["--checkpoint", TinyRun.get().checkpoint, "--size", "32x64"] + arguments, in: folder)
        #expect(outcome.sentence?.contains(part) == true, "\(outcome.transcript)")
      }
      try expectSentence("nowhere: there is no such folder", "--images", "nowhere", "--output", "o")
      try FileManager.default.createDirectory(
        atPath: folder.file("empty/below"), withIntermediateDirectories: true)
      try expectSentence(
        "empty: holds no PNG (0 other files)", "--images", "empty", "--output", "o")
      try writeStreet("a.png", height: 48, width: 80)
      try expectSentence(
        "'file/out/labels' cannot be written", "--images", "images", "--output", "file/out")
      try expectSentence(
        "images/out: lies in the folder of pictures", "--images", "images", "--output", "images/out"
      )
      try expectSentence(
        "empty: holds no PNG (0 other files)", "--images", "images", "--output", "o", "--precision",
        "int8", "--calibration", "empty")
      #expect(!folder.exists("o"))
      #expect(try folder.text("file") == "a file")
      let checkpoint = try App.predict.run(
        ["--checkpoint", "file", "--images", "images", "--output", "o"], in: folder)
      #expect(checkpoint.sentence?.contains("'file'") == true, "\(checkpoint.transcript)")
    }

    @Test(arguments: [
      (["--size", "100x100"], "multiples of 8"), (["--overlay", "1.5"], "--overlay is 0 to 1"),
      (["--encoding", "colours"], "label-ids"), (["--normalisation", "caffe"], "imagenet"),
      (["--precision", "int8"], "int8 needs --calibration"),
      (["--calibration", "d"], "--calibration belongs to --precision int8"),
    ])
    func anOptionThatIsNoneIsRefused(_ arguments: [String], sentence: String) throws {
      let outcome = try App.predict.run(
        ["--checkpoint", "a", "--images", "b", "--output", "c"] + arguments, in: folder)
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.transcript)")
      #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.transcript)")
      #expect(outcome.errors.contains(sentence), "\(outcome.transcript)")
    }
  }
}
