import BiSeNet
import Foundation
import NN
import SegmentationMetrics
import Tensor
import Testing
import Training
import VisionDatasets

/// Samples at hand.
private struct GivenSamples: SegmentationDataset {
  let samples: [Sample]

  var count: Int { samples.count }
  func name(at index: Int) -> String { samples[index].name }
  func sample(at index: Int) throws -> Sample { samples[index] }
}

extension RunTests {
  @Suite struct EvaluationTests {
    private func sample(_ name: String, width: Int, height: Int, labels: [UInt8]? = nil) -> Sample {
      var pixels = [UInt8](repeating: 0, count: width * height * 3)
      for index in pixels.indices {
        let x = index / 3 % width, y = index / 3 / width
        pixels[index] = UInt8((x * 7 + y * 13 + index % 3 * 50 + x * y) % 256)
      }
      return Sample(
        name: name, image: RGBImage(width: width, height: height, pixels: pixels),
        label: labels.map { LabelMap(width: width, height: height, labels: $0) })
    }

    private func network(_ store: ParameterStore) -> BiSeNet {
      BiSeNet(store.scope(.inference), backbone: .resnet18)
    }

    /// A network whose head says class 2 whatever it sees, by a logit of 1 where others are 0.
    private func constantNetwork(logit: Float = 1) throws -> BiSeNet {
      let store = ParameterStore()
      _ = network(store)
      try #require(store["conv.weight"]).parameter.update(
        Tensor(repeating: 0, shape: [19, 19, 1, 1]))
      try #require(store["conv.bias"]).parameter.update(
        Tensor((0..<19).map { $0 == 2 ? logit : 0 }, shape: [19]))
      return network(store)
    }

    /// 48x80: the first 12 rows road, the next 24 building, 6 sky, the last 6 void.
    private let labels: [UInt8] = (0..<48 * 80).map { index in
      let row = index / 80
      return row < 12 ? 0 : row < 36 ? 2 : row < 42 ? 10 : 255
    }

    @Test func aKnownNetworkHasItsKnownFigures() throws {
      let set = GivenSamples(samples: [
        sample("a", width: 80, height: 48, labels: labels),
        sample("b", width: 80, height: 48, labels: labels),
      ])
      let evaluation = Evaluation(size: .init(height: 32, width: 64), normalisation: .paper)
      let report = try evaluation(try constantNetwork(), on: set)
      #expect(report.images == 2)
      #expect(report.labelResolution == .full)
      // Rows: 12 road, 24 building, 6 sky are labelled, all predicted building.
      let labelled = report.classes.reduce(0) { $0 + $1.pixels }
      #expect(labelled == 2 * 42 * 80)
      let share: Double = 24 / 42
      #expect(report.pixelAccuracy == share)
      #expect(report.classes[2].iou == share)
      #expect(report.classes[0].iou == 0)
      #expect(report.classes[10].iou == 0)
      let absent = report.classes.count { $0.iou == nil }
      #expect(absent == 16)
      let mean = try #require(report.mIoU)
      #expect(abs(mean - share / 3) < 1e-12)
      #expect(abs(report.mIoU19 - share / 19) < 1e-12)
    }

    /// The largest of NaNs would be a class like any other.
    @Test(arguments: [Float.nan, .infinity]) func whatIsNotFiniteHasNoFigures(_ logit: Float) throws
    {
      let set = GivenSamples(samples: [sample("a", width: 80, height: 48, labels: labels)])
      let network = try constantNetwork(logit: logit)
      let error = #expect(throws: UnusablePrediction.self) {
        try Evaluation(size: .init(height: 32, width: 64), normalisation: .paper)(network, on: set)
      }
      #expect(
        error?.description.hasPrefix(
          "image a, layer main: the network's output [1, 19, 4, 8] holds a value that is not finite"
        )
          == true)
    }

    @Test func atTheInputsResolutionLabelsAreReduced() throws {
      let set = GivenSamples(samples: [sample("a", width: 80, height: 48, labels: labels)])
      let evaluation = Evaluation(
        size: .init(height: 32, width: 64), labelResolution: .input, normalisation: .paper)
      var sizes: [[Int]] = []
      let report = try evaluation(try constantNetwork(), on: set) { outcome in
        sizes.append([outcome.prediction.height, outcome.prediction.width, outcome.truth.height])
      }
      #expect(sizes == [[32, 64, 32]])
      // 48 rows become 32: 8 road, 16 building, 4 sky, 4 void.
      let labelled = report.classes.reduce(0) { $0 + $1.pixels }, share: Double = 16 / 28
      #expect(labelled == 28 * 64)
      #expect(report.classes[2].iou == share)
      #expect(report.labelResolution == .input)
    }

    @Test(arguments: [TrainingConfiguration.LabelResolution.full, .input])
    func predictionsAreTheNetworksOwn(
      _ resolution: TrainingConfiguration.LabelResolution
    ) throws {
      let store = ParameterStore(seed: 3)
      _ = network(store)
      let network = network(store)
      let set = GivenSamples(samples: [
        sample("a", width: 80, height: 48, labels: labels), sample("b", width: 56, height: 72),
      ])
      let evaluation = Evaluation(
        size: .init(height: 32, width: 64), labelResolution: resolution, normalisation: .imageNet)
      var names: [String] = []
      let report = try evaluation(network, on: set) { outcome in
        names.append(outcome.name)
        let original = set.samples[outcome.index].image
        let image = original.resized(width: 64, height: 32)
        var logits = network(
          Tensor(Normalisation.imageNet.apply(to: image), shape: [1, 3, 32, 64])
        ).main
        // Without labels there is no resolution but the input's.
        let isFull = resolution == .full && set.samples[outcome.index].label != nil
        let height = isFull ? original.height : 32, width = isFull ? original.width : 64
        if isFull { logits = logits.upsampledBilinear(height: height, width: width) }
        let values = logits.floats, area = height * width
        let expected = (0..<area).map { pixel in
          (0..<19).max { values[$0 * area + pixel] < values[$1 * area + pixel] } ?? 0
        }
        #expect(outcome.prediction.height == height && outcome.prediction.width == width)
        let agreeing = zip(outcome.prediction.labels, expected).count { Int($0) == $1 }
        #expect(agreeing > area * 995 / 1000, "\(outcome.name)")
        #expect(Set(expected).count > 1)
      }
      #expect(names == ["a", "b"])
      #expect(report.images == 2)
    }

    @Test func picturesShowImageTruthAndPrediction() throws {
      let folder = try TemporaryFolder()
      let set = GivenSamples(samples: [sample("x/a", width: 80, height: 48, labels: labels)])
      let pictures = try Visualisation(folder: folder.file("new/pictures"))
      let evaluation = Evaluation(size: .init(height: 32, width: 64), normalisation: .paper)
      _ = try evaluation(try constantNetwork(), on: set) { outcome in
        try pictures.write(outcome, image: set.samples[outcome.index].image)
      }
      let picture = try RGBImage(contentsOf: folder.file("new/pictures/x_a.png"))
      #expect(picture.height == 48 && picture.width == 3 * 80 + 2 * 4)
      func colour(_ x: Int, _ y: Int) -> [UInt8] {
        Array(picture.pixels[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
      }
      #expect(Array(set.samples[0].image.pixels.prefix(3)) == colour(0, 0))
      // Road above void in the truth, building all over the prediction.
      #expect(colour(84, 0) == [128, 64, 128] && colour(84, 47) == [0, 0, 0])
      #expect(colour(168, 0) == [70, 70, 70] && colour(247, 47) == [70, 70, 70])
    }
  }
}
