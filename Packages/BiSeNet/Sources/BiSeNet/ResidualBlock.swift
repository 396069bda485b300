import NN
import Tensor

/// A residual block as torchvision builds it: `BasicBlock` of ResNet-18, `Bottleneck` of ResNet-101
/// (with the stride in its 3x3 convolution).
struct ResidualBlock: Layer {
  private let convolutions: [ConvolutionBatchNorm]
  private let shortcut: ConvolutionBatchNorm?

  init(_ scope: Scope, backbone: Backbone, inputs: Int, width: Int, stride: Int) {
    let outputs = width * backbone.expansion
    func part(_ index: Int, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, relu: Bool)
      -> ConvolutionBatchNorm
    {
      ConvolutionBatchNorm(
        convolution: scope["conv\(index)"], norm: scope["bn\(index)"], inputs, outputs,
        kernel: kernel, stride: stride, padding: kernel / 2, relu: relu,
        // Deep networks hold more than they compute: inside bottlenecks memory comes first.
        remade: backbone == .resnet101, bytes: .all,
        initial: .kaimingNormalFanOut)
    }
    switch backbone {
    case .resnet18:
      convolutions = [
        part(1, inputs, width, kernel: 3, stride: stride, relu: true),
        part(2, width, outputs, kernel: 3, stride: 1, relu: true),
      ]
    case .resnet101:
      convolutions = [
        part(1, inputs, width, kernel: 1, stride: 1, relu: true),
        part(2, width, width, kernel: 3, stride: stride, relu: true),
        part(3, width, outputs, kernel: 1, stride: 1, relu: true),
      ]
    }
    shortcut =
      stride == 1 && inputs == outputs
      ? nil
      : ConvolutionBatchNorm(
        convolution: scope["downsample"]["0"], norm: scope["downsample"]["1"], inputs, outputs,
        kernel: 1, stride: stride, relu: false, bytes: .all, initial: .kaimingNormalFanOut)
  }

  /// The last convolution's ReLU comes after the sum.
  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x
    for convolution in convolutions.dropLast() { y = convolution(y) }
    return convolutions[convolutions.count - 1](y, residual: shortcut?(x) ?? x)
  }
}
