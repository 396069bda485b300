import NN
import Tensor

/// torchvision's ResNet without its classifier: wide context at low resolution.
struct ContextPath: Sendable {
  private let stem: ConvolutionBatchNorm
  private let stages: [[ResidualBlock]]
  private let backbone: Backbone
  private let recomputesActivations: Bool

  init(_ scope: Scope, backbone: Backbone, recomputesActivations: Bool) {
    self.backbone = backbone
    self.recomputesActivations = recomputesActivations
    stem = ConvolutionBatchNorm(
      convolution: scope["conv1"], norm: scope["bn1"], 3, 64, kernel: 7, stride: 2, padding: 3,
      bytes: .output, initial: .kaimingNormalFanOut)
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
    var sixteenth = y
    var left = recomputedBlocks(y.dtype)
    for stage in stages {
      sixteenth = y
      for block in stage {
        y = left > 0 ? recomputed(y, block.callAsFunction) : block(y)
        left -= 1
      }
    }
    let thirtySecond = y.dequantised(to: x.dtype)
    return (sixteenth.dequantised(to: x.dtype), thirtySecond, thirtySecond.spatialMean())
  }

  /// How many blocks run again on the way back. Of ResNet-101 the first ones hold most for their
  /// arithmetic, as their maps are the largest: in float32 the first of all, with a projection among them,
  /// in bfloat16, where what is not maps weighs more, the first stage.
  private func recomputedBlocks(_ dtype: DType) -> Int {
    if recomputesActivations { return stages.reduce(0) { $0 + $1.count } }
    return switch backbone {
    case .resnet18: 0
    case .resnet101: dtype == .float32 ? 1 : backbone.depths[0]
    }
  }
}
