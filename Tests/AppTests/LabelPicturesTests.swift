import Foundation
import PNG
import Testing
import VisionDatasets

extension AppTests {
  /// `eval --predictions`: label PNGs against label PNGs.
  @Suite struct LabelPicturesTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func evaluate(_ more: String...) throws -> App.Outcome {
      try App.eval.run(
        ["--predictions", "predictions", "--truth", "truth", "--format", "json"] + more, in: folder)
    }

    /// Writes train ids as a grey PNG in an encoding, one row of pixels.
    private func write(
      _ labels: [UInt8], _ encoding: LabelEncoding, as name: String, rows: Int = 1
    ) throws {
      let path = folder.file(name)
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      let map = LabelMap(width: labels.count / rows, height: rows, labels: labels)
      try map.greyPNG(encoding).write(to: path)
    }

    /// Two pictures of ten pixels in Cityscapes' folders; 255 is an ignored id, 0 in the files.
    private func writeTwoPictures(predictions: LabelEncoding, suffix: String) throws {
      try write(
        [0, 0, 0, 0, 13, 13, 10, 10, 255, 255], .labelIDs,
        as: "truth/val/a/a_000000_000019_gtFine_labelIds.png")
      try write(
        [0, 0, 0, 13, 13, 255, 10, 10, 10, 8], predictions,
        as: "predictions/a_000000_000019\(suffix)")
      try write(
        [0, 0, 10, 10, 10, 10, 10, 255, 255, 11], .labelIDs,
        as: "truth/val/b/b_000001_000019_gtFine_labelIds.png")
      try write(
        [0, 10, 10, 10, 10, 10, 10, 0, 11, 10], predictions,
        as: "predictions/b/b_000001_000019\(suffix)")
    }

    /// Road: 4 + 2 true, 3 + 1 right, no other predicted road counts (one lies on ignored truth).
    /// Car: 2 true, 1 right, 1 road taken for it; the other car was predicted as an ignored id.
    /// Sky: 2 + 5 true, all right, 1 road and 1 person taken for it. Person: 1 true, none right.
    /// Vegetation is predicted on ignored truth alone, so it does not occur.
    @Test(arguments: [
      (LabelEncoding.labelIDs, "_leftImg8bit.png"), (.labelIDs, "_gtFine_labelIds.png"),
      (.trainIDs, "_pred.png"), (.trainIDs, ".png"),
    ])
    func iouIsThatCountedByHand(_ encoding: LabelEncoding, suffix: String) throws {
      try writeTwoPictures(predictions: encoding, suffix: suffix)
      let outcome = try evaluate(
        "--encoding", encoding == .trainIDs ? "train-ids" : "label-ids")
      let object = try outcome.object()
      #expect(Set(object.keys) == reportKeys, "\(outcome.transcript)")
      let classes = try #require(object["classes"] as? [String: Any])
      let expected = ["road": 4.0 / 6, "car": 1.0 / 3, "sky": 7.0 / 9, "person": 0]
      for (name, value) in classes {
        // Reading JSON may move the last bit.
        let difference = (value as? Double).flatMap { iou in expected[name].map { abs(iou - $0) } }
        #expect(
          difference.map { $0 < 1e-12 } ?? (value is NSNull && expected[name] == nil),
          "\(name): \(value)")
      }
      let mean = (4.0 / 6 + 1.0 / 3 + 7.0 / 9) / 4
      #expect(abs(try #require(object["mIoU"] as? Double) - mean) < 1e-12)
      #expect(object["pixelAccuracy"] as? Double == 12.0 / 16)
      #expect(object["images"] as? Int == 2 && object["labelResolution"] as? String == "full")
    }

    @Test func otherNamesArePairedByTheirPaths() throws {
      try write([0, 0, 1, 1], .trainIDs, as: "truth/x/1.png")
      try write([0, 1, 1, 1], .trainIDs, as: "predictions/x/1.png")
      try write([5, 5, 5, 5], .trainIDs, as: "predictions/2.png")
      let outcome = try evaluate("--encoding", "train-ids")
      let object = try outcome.object()
      #expect(object["pixelAccuracy"] as? Double == 0.75)
      #expect(outcome.errors.contains("1 predictions without truth were left out"))
      #expect(outcome.errors.contains("'predictions/2.png'"))
    }

    private func expectSentence(
      _ parts: String..., encoding: String = "label-ids", truth: String = "label-ids"
    ) throws {
      let outcome = try evaluate("--encoding", encoding, "--truth-encoding", truth)
      let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("comparing") }
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome.transcript)")
      #expect(lines.count == 1 && lines[0].hasPrefix("Error: "), "\(outcome.transcript)")
      for part in parts { #expect(outcome.errors.contains(part), "\(outcome.transcript)") }
    }

    @Test func whatIsMissingIsNamed() throws {
      try expectSentence("truth: there is no such folder")
      try FileManager.default.createDirectory(
        atPath: folder.file("truth/a"), withIntermediateDirectories: true)
      try folder.write("x", as: "truth/a/list.txt")
      try expectSentence("truth: holds no PNG (1 other files)")
      try writeTwoPictures(predictions: .labelIDs, suffix: ".png")
      try write([0], .labelIDs, as: "predictions/c/b_000001_000019_other.png")
      try expectSentence(
        "b_000001_000019_gtFine_labelIds.png: has 2 predictions", "b_000001_000019_other.png")
      try FileManager.default.removeItem(atPath: folder.file("predictions/b"))
      try FileManager.default.removeItem(atPath: folder.file("predictions/c"))
      try expectSentence(
        "truth/val/b/b_000001_000019_gtFine_labelIds.png: has no prediction",
        "b_000001_000019*.png")
    }

    @Test func filesThatDoNotFitAreNamed() throws {
      try write([0, 1, 2, 3, 4, 5], .labelIDs, as: "truth/1.png")
      try write([0, 1, 2, 3, 4, 5], .labelIDs, as: "predictions/1.png", rows: 2)
      try expectSentence("predictions/1.png is 3x2", "truth/1.png is 6x1", "equal sizes")

      try Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 1, count: 99))
        .write(to: URL(fileURLWithPath: folder.file("predictions/1.png")))
      try expectSentence("predictions/1.png: is", "JPEG")

      let whole = LabelMap(width: 64, height: 64, labels: (0..<4096).map { UInt8($0 % 19) })
      try write(whole.labels, .labelIDs, as: "truth/1.png", rows: 64)
      try whole.greyPNG(.labelIDs).write(to: folder.file("predictions/1.png"))
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("predictions/1.png")))
      try bytes.prefix(bytes.count / 2)
        .write(to: URL(fileURLWithPath: folder.file("predictions/1.png")))
      try expectSentence("predictions/1.png: the PNG ends too early")

      try whole.coloured().write(to: folder.file("predictions/1.png"))
      try expectSentence("predictions/1.png", "expected labels")
    }

    @Test func anotherEncodingThanDeclaredIsRecognised() throws {
      let street = [UInt8]([0, 0, 0, 0, 1, 1, 2, 2, 8, 8, 10, 10, 13, 13, 11, 18])
      try write(street, .labelIDs, as: "truth/1.png")
      try write(street, .trainIDs, as: "predictions/1.png")
      try expectSentence("predictions/1.png", "label ids")
      try write(street, .labelIDs, as: "predictions/1.png")
      try expectSentence("predictions/1.png", "label ids", encoding: "train-ids")
      try write(street, .trainIDs, as: "truth/1.png")
      try expectSentence("truth/1.png", "label ids")
    }

    @Test(arguments: [
      (["--predictions", "a"], "--truth"), (["--predictions", "a", "--truth", "b"], "--encoding"),
      (["--predictions", "a", "--truth", "b", "--encoding", "colours"], "label-ids"),
      (
        ["--predictions", "a", "--truth", "b", "--encoding", "train-ids", "--dataset", "camvid"],
        "--dataset"
      ),
      (
        ["--predictions", "a", "--truth", "b", "--encoding", "train-ids", "--checkpoint", "c"],
        "either"
      ), ([], "either"),
      (["--checkpoint", "b"], "--dataset"),
      (["--checkpoint", "b", "--dataset", "camvid", "--truth", "c"], "--truth"),
    ])
    func optionsThatDoNotGoTogetherAreRefused(_ arguments: [String], sentence: String) throws {
      let outcome = try App.eval.run(arguments, in: folder)
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.transcript)")
      #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.transcript)")
      #expect(outcome.errors.contains(sentence), "\(outcome.transcript)")
    }
  }
}
