import AppOptions
import ArgumentParser
import BiSeNet
import Foundation
import NN
import PseudoLabel
import SegmentationMetrics
import Tensor
import Training
import VisionDatasets

struct ExportLabels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Pseudo labels of --batch pictures as export-pseudo-labels makes them, PNGs and all.",
    discussion: """
      The pictures are drawn before, the network is not trained. gigaflopsPerSecond counts the network \
      alone.
      """)

  @OptionGroup var work: Work

  @Option(help: "From how many layers labels are made: 1, 2 or 3.")
  var layers = 3

  @Option(help: "From what confidence on a pixel is kept.")
  var rule = ThresholdRule.median

  func validate() throws {
    guard (1...3).contains(layers) else {
      throw ValidationError("--layers is 1, 2 or 3, not \(layers)")
    }
  }

  func run() throws {
    let store = ParameterStore()
    _ = BiSeNet(store.scope(.training), backbone: work.network)
    let network = BiSeNet(store.scope(.inference), backbone: work.network)
    let (height, width) = (work.size.height, work.size.width)
    let streets = CachedDataset(
      SyntheticStreets(look: .target, seed: 0, count: work.batch, height: height, width: width))
    let export = PseudoLabelExport(
      PseudoLabelling(rule: rule), heads: PseudoLabelExport.Head.layers(layers), size: work.size,
      precision: work.precision, normalisation: .imageNet)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "bench-export-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let macs = BiSeNet.complexity(
      backbone: work.network, image: [work.batch, 3, height, width]
    ).reduce(0) { $0 + $1.macs }
    try work.measure(flops: 2 * macs) {
      _ = try export(network, on: streets, to: folder.path, output: Silence())
    }
  }
}

/// Progress that nobody reads.
private struct Silence: ProgressOutput {
  let isTerminal = false
  let width = 80
  func write(_ text: String) {}
}
