import NN
import Tensor

/// Weighs each channel by a learnt function of the channels' means: x · σ(BN(conv1x1(mean(x)))).
struct AttentionRefinement: Layer {
  private let convolution: ConvolutionBatchNorm

  init(_ scope: Scope, _ channels: Int) {
    convolution = ConvolutionBatchNorm(
      convolution: scope["conv"], norm: scope["bn"], channels, channels, kernel: 1, bias: true,
      relu: false)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { x.scaledChannels(by: weights(x)) }

  /// `[N, C, 1, 1]`.
  func weights(_ x: Tensor) -> Tensor { convolution(x.spatialMean()).sigmoid() }
}
