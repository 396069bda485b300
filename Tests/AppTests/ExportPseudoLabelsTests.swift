import Foundation
import PNG
import SegmentationMetrics
import Testing
import VisionDatasets

extension AppTests {
  @Suite struct ExportPseudoLabelsTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func export(_ arguments: String...) throws -> App.Outcome {
      let run = try TinyRun.get()
      return try App.exportPseudoLabels.run(
        ["--checkpoint", run.checkpoint, "--size", "32x64", "--normalisation", "imagenet"]
          + arguments, in: folder)
    }

    private let streets = SyntheticStreets(
      look: .target, split: .validation, seed: 3, count: 3, height: 32, width: 64)

    @Test func trainIDsReloadAsTheLabelsThatWereExported() throws {
      let outcome = try export(
        "--dataset", "synthetic", "--look", "target", "--seed", "3", "--count", "3", "--split",
        "val", "--layers", "3", "--fusion", "majority", "--rule", "median-dataset", "--palette",
        "--output", "out", "--format", "json")
      let printed = try outcome.object()
      #expect(try folder.contents("out") == ["labels", "palette", "statistics.json"])
      let data = Data(try folder.text("out/statistics.json").utf8)
      let kept = try #require(
        try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(Set(kept.keys) == Set(printed.keys).union(["perImage"]))
      #expect(printed["dataset"] as? String == "synthetic, look target, val, seed 3")
      #expect(printed["layers"] as? [String] == ["main", "sixteenth", "thirtySecond"])
      #expect(printed["rule"] as? String == "median-dataset")
      #expect((printed["classes"] as? [String: Any])?.count == 19)
      let perImage = try #require(kept["perImage"] as? [[String: Any]])
      let set = try RelabelledDataset(streets, labels: folder.file("out/labels"))
      for index in 0..<3 {
        let sample = try set.sample(at: index)
        let labels = try #require(sample.label)
        #expect(labels.width == 64 && labels.height == 32)
        let picture = try PNGImage.decode(
          contentsOf: folder.file("out/labels/\(sample.name).png"), depth: .stored)
        #expect(picture.format == .grey && picture.samples8 == labels.labels)
        let palette = try LabelMap(
          contentsOf: folder.file("out/palette/\(sample.name).png"), mapping: .trainIDs)
        #expect(palette == labels)
        #expect(perImage[index]["name"] as? String == sample.name)
        let share = Double(labels.labels.count { $0 != LabelMap.ignored }) / (32 * 64)
        #expect(perImage[index]["keptShare"] as? Double == share)
      }
      let pixels = try #require(printed["pixels"] as? Int)
      #expect(pixels == 3 * 32 * 64)
    }

    /// Labels of the network itself are a perfect prediction of its own label pictures.
    @Test func labelIDsOfAPerfectPredictionScoreOne() throws {
      let arguments = [
        "--dataset", "synthetic", "--look", "target", "--seed", "3", "--count", "3", "--split",
        "val",
        "--rule", "fixed", "--threshold", "0",
      ]
      let run = try TinyRun.get()
      for encoding in ["train-ids", "label-ids"] {
        let outcome = try App.exportPseudoLabels.run(
          ["--checkpoint", run.checkpoint, "--size", "32x64", "--normalisation", "imagenet"]
            + arguments + ["--encoding", encoding, "--output", encoding], in: folder)
        try #require(outcome.status == 0, "\(outcome.transcript)")
        #expect(outcome.output.contains("3 images, fusion confidence, rule fixed, at most 0.0"))
        #expect(outcome.output.contains("labels in '\(encoding)/labels'"))
      }
      var matrix = ConfusionMatrix(classes: 19)
      for index in 0..<3 {
        let name = streets.name(at: index)
        let truth = try LabelMap(
          contentsOf: folder.file("train-ids/labels/\(name).png"), mapping: .trainIDs)
        let prediction = try LabelMap(
          contentsOf: folder.file("label-ids/labels/\(name).png"), mapping: .cityscapesLabelIDs)
        #expect(!truth.labels.contains(LabelMap.ignored))
        matrix.add(prediction: prediction.labels, truth: truth.labels)
      }
      #expect(matrix.mIoU == 1 && matrix.pixelAccuracy == 1)
      #expect(matrix.labelledPixels == 3 * 32 * 64)
    }

    @Test func whatCannotBeDoneIsOneSentence() throws {
      let synthetic = ["--dataset", "synthetic", "--count", "1"]
      try folder.write("a file", as: "file")
      let outcome = try export(
        synthetic[0], synthetic[1], synthetic[2], synthetic[3], "--output", "file/out")
      #expect(outcome.sentence?.contains("'file/out' cannot be written") == true)
      let cases: [([String], String)] = [
        (synthetic + ["--layers", "4"], "--layers is 1, 2 or 3, not 4"),
        (synthetic + ["--threshold", "1.5"], "--threshold is 0 to 1"),
        (synthetic + ["--rule", "mean"], "median-dataset"),
        (synthetic + ["--fusion", "mean"], "majority"),
        (synthetic + ["--encoding", "colours"], "label-ids"), ([], "--dataset is needed"),
      ]
      for (arguments, sentence) in cases {
        let outcome = try App.exportPseudoLabels.run(
          ["--checkpoint", "a", "--output", "out"] + arguments, in: folder)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.transcript)")
        #expect(outcome.errors.contains(sentence), "\(outcome.transcript)")
      }
    }
  }
}
