import AppOptions
import ArgumentParser
import BiSeNet
import SegmentationMetrics
import Tensor
import Training

@main
struct CountFLOPs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count-flops",
    abstract: "Counts a network's parameters and operations at an input size.",
    discussion: """
      MACs are multiplications with addition of the convolutions, zeros of the padding included, \
      for one image and the main output; FLOPs are twice as many. They are read off the operations \
      as the network's definition runs them, so they cannot drift from it.

      Keys of --format json: parameters, macs, flops; with --layers also layers.

      Example:
        count-flops bisenet-resnet18 --size 512x1024 --layers
      """)

  enum Network: String, ExpressibleByArgument, CaseIterable {
    case bisenetResnet18 = "bisenet-resnet18"
    case bisenetResnet101 = "bisenet-resnet101"
  }

  @Argument(help: "The network.")
  var network: Network

  @Option(help: "The input, height x width, multiples of 32.")
  var size = TrainingConfiguration.ImageSize(height: 512, width: 1024)

  @Flag(help: "List every layer.")
  var layers = false

  @Option(help: "How the report is printed.")
  var format = Format.table

  func run() throws {
    let backbone: Backbone = network == .bisenetResnet18 ? .resnet18 : .resnet101
    let report = ComplexityReport(
      network: network.rawValue, backbone: backbone, height: size.height, width: size.width)
    print(
      format == .json
        ? report.json(includingLayers: layers).text : report.table(includingLayers: layers))
  }
}

extension ComplexityReport {
  init(network: String, backbone: Backbone, height: Int, width: Int) {
    let layers = BiSeNet.complexity(backbone: backbone, image: [1, 3, height, width])
    self.init(
      network: network, inputShape: [1, 3, height, width],
      layers: layers.map { layer in
        Layer(
          name: layer.name, kind: "conv2d", outputShape: layer.output?.dimensions ?? [],
          parameters: layer.parameters, macs: layer.macs)
      })
  }
}
