import Adversarial
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
      as the network's definition runs them, so they cannot drift from it. The input of a \
      discriminator is the softmax of a prediction, 19 classes; flopsPaper counts it by the \
      convention of the paper's Table III: 2 x (MACs + bias additions + one per LeakyReLU element + \
      11 per enlarged element).

      Keys of --format json: parameters, macs, flops; of a discriminator also flopsPaper; with \
      --layers also layers.

      Examples:
        count-flops bisenet-resnet18 --size 512x1024 --layers
        count-flops fcd-light
      """)

  enum Network: String, ExpressibleByArgument, CaseIterable {
    case bisenetResnet18 = "bisenet-resnet18"
    case bisenetResnet101 = "bisenet-resnet101"
    case fcd
    case fcdLight = "fcd-light"
  }

  @Argument(help: "The network.")
  var network: Network

  @Option(help: "The input, height x width, multiples of 8.")
  var size = TrainingConfiguration.ImageSize(height: 512, width: 1024)

  @Flag(help: "List every layer.")
  var layers = false

  @Option(help: "How the report is printed.")
  var format = Format.table

  func run() throws {
    let report =
      switch network {
      case .bisenetResnet18: ComplexityReport(network.rawValue, .resnet18, size)
      case .bisenetResnet101: ComplexityReport(network.rawValue, .resnet101, size)
      case .fcd: ComplexityReport(network.rawValue, .fcd, size)
      case .fcdLight: ComplexityReport(network.rawValue, .fcdLight, size)
      }
    print(
      format == .json
        ? report.json(includingLayers: layers).text : report.table(includingLayers: layers))
  }

  func validate() throws {
    if network == .fcd || network == .fcdLight, min(size.height, size.width) < 32 {
      throw ValidationError("a discriminator takes 32 rows and columns or more, not \(size)")
    }
  }
}

extension ComplexityReport {
  init(_ name: String, _ backbone: Backbone, _ size: TrainingConfiguration.ImageSize) {
    let input: Shape = [1, 3, size.height, size.width]
    self.init(
      network: name, inputShape: input.dimensions,
      layers: BiSeNet.complexity(backbone: backbone, image: input).map {
        Layer(
          name: $0.name, kind: "conv2d", outputShape: $0.output?.dimensions ?? [],
          parameters: $0.parameters, macs: $0.macs)
      })
  }

  init(_ name: String, _ kind: Discriminator.Kind, _ size: TrainingConfiguration.ImageSize) {
    let input: Shape = [1, 19, size.height, size.width]
    let complexity = Discriminator.complexity(kind: kind, input: input)
    self.init(
      network: name, inputShape: input.dimensions,
      layers: complexity.layers.map {
        Layer(
          name: $0.name, kind: "conv2d", outputShape: $0.output.dimensions,
          parameters: $0.parameters, macs: $0.macs)
      }, flopsOfThePaper: complexity.flopsOfThePaper)
  }
}
