import NN
import Tensor

/// Joins detail and context, then weighs each channel by a learnt function of the channels' means:
/// f·w + f.
struct FeatureFusion: Sendable {
  private let block: ConvolutionBatchNorm
  private let conv1: Conv2d
  private let conv2: Conv2d

  init(_ scope: Scope, _ inputs: Int, classes: Int) {
    block = .block(scope["convblock"], inputs, classes, stride: 1)
    conv1 = Conv2d(scope["conv1"], classes, classes, kernel: 1)
    conv2 = Conv2d(scope["conv2"], classes, classes, kernel: 1)
  }

  /// Maps at 1/8, `[N, ·, h, w]`, to `[N, classes, h, w]`.
  func callAsFunction(_ maps: [Tensor]) -> Tensor { weighed(block(.concatenated(maps))) }

  /// Detail at 1/8 and context as it is, whose enlargement to 1/8 commutes with the convolution.
  func callAsFunction(_ detail: Tensor, context: [Tensor]) -> Tensor {
    weighed(block(detail, upsampling: context))
  }

  private func weighed(_ feature: Tensor) -> Tensor {
    let weights = conv2(conv1(feature.spatialMean()).relu()).sigmoid()
    return feature.scaledChannels(by: weights) + feature
  }
}
