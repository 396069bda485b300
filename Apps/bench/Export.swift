import AppOptions
import ArgumentParser
import Foundation
import PseudoLabel
import SegmentationMetrics
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
    try checkLayers(layers)
  }

  func run() throws {
    let network = work.untrainedNetwork()
    let (height, width) = (work.size.height, work.size.width)
    let streets = CachedDataset(
      SyntheticStreets(look: .target, seed: 0, count: work.batch, height: height, width: width))
    let export = PseudoLabelExport(
      PseudoLabelling(rule: rule), heads: PseudoLabelExport.Head.layers(layers), size: work.size,
      precision: work.precision.floats, normalisation: .imageNet)
    let folder = ownTemporaryFolder("export")
    defer { try? FileManager.default.removeItem(at: folder) }
    try work.measure(flops: 2 * work.macs) {
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
