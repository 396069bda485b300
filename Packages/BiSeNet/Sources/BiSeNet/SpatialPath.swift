import NN
import Tensor

/// Three 3x3 stride-2 convolutions that keep detail: 3 → 64 → 128 → 256 channels at 1/8.
struct SpatialPath: Layer {
  private let blocks: [ConvolutionBatchNorm]

  init(_ scope: Scope, backbone: Backbone) {
    blocks = zip([3, 64, 128], [64, 128, 256]).enumerated().map { index, channels in
      .block(
        scope["convblock\(index + 1)"], channels.0, channels.1, stride: 2,
        remade: backbone == .resnet101, bytes: index == 0 ? .output : .all)
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    blocks.reduce(x) { $1($0) }.dequantised(to: x.dtype)
  }
}

extension ConvolutionBatchNorm {
  /// 3x3 convolution without bias, batch norm, ReLU.
  static func block(
    _ scope: Scope, _ inputs: Int, _ outputs: Int, stride: Int, remade: Bool = false,
    bytes: Bytes = .none
  ) -> Self {
    ConvolutionBatchNorm(
      convolution: scope["conv1"], norm: scope["bn"], inputs, outputs, kernel: 3, stride: stride,
      padding: 1, remade: remade, bytes: bytes)
  }
}
