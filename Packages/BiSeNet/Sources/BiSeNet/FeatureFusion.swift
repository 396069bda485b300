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
  func callAsFunction(_ maps: [Tensor]) -> Tensor {
    let feature = block(.concatenated(maps))
    let weights = conv2(conv1(feature.spatialMean()).relu()).sigmoid()
    return feature.scaledChannels(by: weights) + feature
  }
}
