import BiSeNet
import Checkpoint
import Foundation
import NN
import PseudoLabel
import SegmentationMetrics
import Tensor
import Testing
import Training
import VisionDatasets

/// Streets under names that carry a folder, as those of Cityscapes do.
private struct Cities: SegmentationDataset {
  let streets = SyntheticStreets(look: .target, seed: 4, count: 3, height: 48, width: 80)

  var count: Int { streets.count }
  func name(at index: Int) -> String { "ulm/street \(index)" }
  func sample(at index: Int) throws -> Sample {
    var sample = try streets.sample(at: index)
    sample.name = name(at: index)
    return sample
  }
}

extension RunTests {
  @Suite struct PseudoLabelExportTests {
    private let size = TrainingConfiguration.ImageSize(height: 32, width: 64)

    /// A network of random weights, and the same one whose head holds a NaN.
    private func network(broken: Bool = false) throws -> BiSeNet {
      let store = ParameterStore(seed: 5)
      _ = BiSeNet(store.scope(.training), backbone: .resnet18)
      if broken {
        let bias = try #require(store["supervision2.bias"]).parameter
        bias.update(Tensor((0..<19).map { $0 == 3 ? .nan : 0 }, shape: [19]))
      }
      return BiSeNet(store.scope(.inference), backbone: .resnet18)
    }

    private func export(
      _ labelling: PseudoLabelling, layers: Int = 3, encoding: LabelEncoding = .trainIDs,
      palette: Bool = false
    ) -> PseudoLabelExport {
      PseudoLabelExport(
        labelling, heads: PseudoLabelExport.Head.layers(layers), size: size,
        normalisation: .imageNet, encoding: encoding, palette: palette)
    }

    /// The predictions in the order of the network's definition: full-size softmax of each head.
    private func predictions(_ network: BiSeNet, layers: Int) throws -> [[LayerPrediction]] {
      try (0..<3).map { index in
        var generator = SplitMix64(seed: 0)
        let sample = Resize(height: 32, width: 64).apply(
          try Cities().sample(at: index), using: &generator)
        let image = Tensor(Normalisation.imageNet.apply(to: sample.image), shape: [1, 3, 32, 64])
        let outputs = network(image).map { $0.softmax() }
        let used =
          [1: [outputs.main], 2: [outputs.main, outputs.thirtySecond]][layers] ?? outputs.all
        return try used.map { try LayerPrediction(probabilities: $0) }
      }
    }

    @Test(arguments: [1, 2, 3]) func whatIsWrittenIsWhatTheDefinitionSays(layers: Int) throws {
      let folder = try TemporaryFolder()
      let network = try network()
      let labelling = PseudoLabelling(fusion: .majority, rule: .fixed, cap: 0.25)
      let statistics = try export(labelling, layers: layers, palette: true)(
        network, on: Cities(), to: folder.file("new/out"), output: Transcript())
      let set = try RelabelledDataset(Cities(), labels: folder.file("new/out/labels"))
      var kept = 0
      for (index, layers) in try predictions(network, layers: layers).enumerated() {
        let expected = labelling(labelling.fused(layers))
        let written = try #require(try set.sample(at: index).label)
        // Rounding may decide a pixel at the very threshold or between equal scores.
        let differing = zip(written.labels, expected.map.labels).count { $0 != $1 }
        #expect(differing <= 2)
        let palette = try LabelMap(
          contentsOf: folder.file("new/out/palette/\(set.name(at: index)).png"), mapping: .trainIDs)
        #expect(palette == written)
        let share = written.labels.count { $0 != LabelMap.ignored }
        #expect(statistics.images[index].kept == share)
        kept += share
      }
      #expect(kept > 0 && kept < 3 * 32 * 64)
      #expect(statistics.kept.reduce(0, +) == kept)
      #expect(statistics.images.map(\.name) == (0..<3).map(Cities().name))
      let text = try folder.text("new/out/statistics.json")
      let layerNames = PseudoLabelExport.Head.layers(layers).map(\.rawValue)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(object["layers"] as? [String] == layerNames)
      #expect(object["keptShare"] as? Double == statistics.keptShare)
      #expect(object["accuracy"] is Double)
      #expect((object["perImage"] as? [[String: Any]])?.count == 3)
    }

    @Test func thresholdsOfAllImagesAreThoseOfThePool() throws {
      let folder = try TemporaryFolder()
      let network = try network()
      let labelling = PseudoLabelling(rule: .medianDataset)
      let transcript = Transcript()
      let statistics = try export(labelling, layers: 2)(
        network, on: Cities(), to: folder.path, output: transcript)
      var pooled = [[Float]](repeating: [], count: 19)
      for layers in try predictions(network, layers: 2) {
        let fused = labelling.fused(layers)
        for (label, confidence) in zip(fused.labels, fused.confidences) {
          pooled[Int(label)].append(confidence)
        }
      }
      var kept = 0
      for (label, values) in pooled.enumerated() where values.count > 50 {
        let index = Int((0.5 * Double(values.count)).rounded(.toNearestOrEven))
        let exact = min(0.9, Double(values.sorted()[index]))
        let threshold = try #require(statistics.threshold(of: label))
        #expect(abs(threshold - exact) < 1e-4 * exact, "\(label)")
        let share = values.count { Double($0) >= exact }
        // Rounding may decide pixels at the very threshold.
        #expect(abs(statistics.kept[label] - share) <= 4, "\(label)")
        kept += share
      }
      #expect(kept > 3 * 32 * 64 / 3)
      #expect(transcript.text.contains("finding thresholds 3/3 images"))
      #expect(transcript.text.contains("labelling 3/3 images"))
    }

    @Test func labelIDsMapBackToTheSameClasses() throws {
      let folder = try TemporaryFolder()
      let network = try network()
      for (encoding, name) in [(LabelEncoding.trainIDs, "trainIDs"), (.labelIDs, "labelIDs")] {
        _ = try export(PseudoLabelling(), encoding: encoding)(
          network, on: Cities(), to: folder.file(name), output: Transcript())
      }
      for index in 0..<3 {
        let name = Cities().name(at: index)
        let trained = try LabelMap(
          contentsOf: folder.file("trainIDs/labels/\(name).png"), mapping: .trainIDs)
        let ids = try LabelMap(
          contentsOf: folder.file("labelIDs/labels/\(name).png"), mapping: .cityscapesLabelIDs)
        #expect(trained == ids)
        #expect(Set(trained.labels).count > 1)
      }
    }

    /// A failure before the first label changes nothing, not even what is said of earlier labels.
    @Test func aFailureNamesTheImageAndLeavesTheEarlierExport() throws {
      let folder = try TemporaryFolder()
      _ = try folder.write("{}", as: "statistics.json")
      let error = #expect(throws: UnusablePrediction.self) {
        try export(PseudoLabelling())(
          network(broken: true), on: Cities(), to: folder.path, output: Transcript())
      }
      let sentence = try #require(error?.description)
      #expect(sentence.hasPrefix("image ulm/street 0, layer thirtySecond: the network's output"))
      #expect(try folder.contents() == ["statistics.json"])
      // With the first new labels the old statistics would be wrong: they go before those come.
      _ = try folder.write("", as: "labels")
      #expect(throws: CheckpointError.self) {
        try export(PseudoLabelling())(
          network(), on: Cities(), to: folder.path, output: Transcript())
      }
      #expect(try folder.contents() == ["labels"])
      try FileManager.default.removeItem(atPath: folder.path + "/labels")
      // The broken head is not asked.
      _ = try export(PseudoLabelling(), layers: 1)(
        network(broken: true), on: Cities(), to: folder.path, output: Transcript())
      #expect(try folder.contents() == ["labels", "statistics.json"])
    }
  }
}
