import BiSeNet
import Foundation
import Testing
import Training

/// The configurations that come with `train`.
@Suite struct ShippedConfigurationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../../Apps/train/configs").standardizedFileURL.path

  static let files: [String] = {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  @Test(arguments: files) func isSound(_ file: String) throws {
    let configuration = try TrainingConfiguration.load(
      contentsOf: "\(Self.folder)/\(file)",
      overrides: ["data.root=source", "target.root=target"])
    #expect(configuration.output.hasPrefix("out/"))
  }

  /// Every row of Table II, and Table I's second.
  @Test func eachRowOfThePaperHasOne() {
    let names = [
      "fcd", "fcd-light", "fcd-ssl", "fcd-ssl-2", "fcd-ssl-3", "source-only", "target-only",
      "target-only-resnet18",
    ]
    #expect(
      Self.files.filter { $0.hasPrefix("paper/") } == names.map { "paper/\($0).yaml" }.sorted())
  }

  @Test func thePapersAdaptationIsThePapers() throws {
    let configuration = try TrainingConfiguration.load(
      contentsOf: "\(Self.folder)/paper/fcd.yaml",
      overrides: ["data.root=source", "target.root=target"])
    #expect(configuration.method == .adaptation)
    #expect(configuration.model.backbone == .resnet101)
    #expect(configuration.data.size == .init(height: 720, width: 1280))
    #expect(configuration.target.size == .init(height: 512, width: 1024))
    #expect(configuration.optimisation.learningRate == 2.5e-2)
    #expect(configuration.adaptation.lambda == 1e-3)
    #expect(configuration.adaptation.learningRate == 1e-4)
    #expect(configuration.adaptation.adamBetas == [0.9, 0.99])
    #expect(configuration.augmentation.scale == nil)
  }
}
