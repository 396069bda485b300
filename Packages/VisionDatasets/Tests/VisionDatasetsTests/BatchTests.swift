import Testing
import VisionDatasets

@Suite struct BatchTests {
  private let image = RGBImage(width: 2, height: 1, pixels: [0, 128, 255, 10, 20, 30])

  @Test func `ImageNet's normalisation is torchvision's`() {
    let values = Normalisation.imageNet.apply(to: image)
    // (value / 255 - mean) / deviation, red plane first.
    let expected: [Float] = [-2.117904, -1.9466564, 0.2051821, -1.6855742, 2.64, -1.2815686]
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test(arguments: [Normalisation.imageNet, .paper])
  func `blue first is another order of the same planes`(normalisation: Normalisation) {
    let values = normalisation.apply(to: image)
    #expect(
      normalisation.ordered(.bgr).apply(to: image)
        == Array(values[4...5] + values[2...3] + values[0...1]))
    #expect(normalisation.ordered(.bgr).ordered(.rgb) == normalisation)
  }

  @Test func `the paper's subtracts the mean colour`() {
    let values = Normalisation.paper.apply(to: image)
    let expected: [Float] = [-73.158, -63.158, 45.091, -62.909, 182.608, -42.392]
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func `batches are NCHW and NHW`() throws {
    let plain = Normalisation(scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1])
    let labelled = Sample(
      name: "a", image: image, label: LabelMap(width: 2, height: 1, labels: [4, 255]))
    let unlabelled = Sample(name: "b", image: image, label: nil)
    let batch = try Batch([labelled, unlabelled], normalisation: plain)
    #expect(batch.images == [0, 10, 128, 20, 255, 30, 0, 10, 128, 20, 255, 30])
    #expect(batch.labels == [4, 255, 255, 255])
    #expect(batch.names == ["a", "b"])
    #expect([batch.count, batch.height, batch.width] == [2, 1, 2])
    #expect([batch.labelHeight, batch.labelWidth] == [1, 2])
  }

  @Test func `labels may keep a size of their own`() throws {
    var sample = markedSample(width: 8, height: 6)
    var generator = SplitMix64(seed: 0)
    sample = Resize(height: 3, width: 4, labels: .kept).apply(sample, using: &generator)
    let batch = try Batch([sample], normalisation: .imageNet)
    #expect([batch.height, batch.width] == [3, 4])
    #expect([batch.labelHeight, batch.labelWidth] == [6, 8])
    #expect(batch.labels.count == 48)
  }
}
