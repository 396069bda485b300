import NN
import Tensor

/// torchvision's ResNet without its classifier: wide context at low resolution.
struct ContextPath: Sendable {
  private let stem: ConvolutionBatchNorm
  private let stages: [[ResidualBlock]]
  private let recomputesActivations: Bool

  init(_ scope: Scope, backbone: Backbone, recomputesActivations: Bool) {
    self.recomputesActivations = recomputesActivations
    stem = ConvolutionBatchNorm(
      convolution: scope["conv1"], norm: scope["bn1"], 3, 64, kernel: 7, stride: 2, padding: 3,
      initial: .kaimingNormalFanOut)
    var inputs = 64
    stages = backbone.depths.enumerated().map { stage, depth in
      let width = 64 << stage
      return (0..<depth).map { block in
        defer { inputs = width * backbone.expansion }
        return ResidualBlock(
          scope["layer\(stage + 1)"]["\(block)"], backbone: backbone, inputs: inputs,
          width: width, stride: block == 0 && stage > 0 ? 2 : 1)
      }
    }
  }

  /// `[N, 3, H, W]` to the features at 1/16 and 1/32 and the spatial mean of the latter.
  func callAsFunction(_ x: Tensor) -> (sixteenth: Tensor, thirtySecond: Tensor, tail: Tensor) {
    var y = stem(x).maxPool2d(kernel: 3, stride: 2, padding: 1)
    for stage in stages.dropLast() { y = run(stage, y) }
    let sixteenth = y
    y = run(stages[stages.count - 1], y)
    return (sixteenth, y, y.spatialMean())
  }

  private func run(_ stage: [ResidualBlock], _ x: Tensor) -> Tensor {
    stage.reduce(x) { recomputesActivations ? recomputed($0, $1.callAsFunction) : $1($0) }
  }
}
