public import NN
public import Tensor

/// A fully convolutional discriminator over class probabilities: for every region of a picture, does
/// the prediction come from the source domain?
///
/// Five 4x4 convolutions of stride 2 and padding 1 with 64, 128, 256, 512 and 1 channels, LeakyReLU 0.2
/// after the first four, no normalisation (the paper's section IV-B). Weights and biases begin
/// uniform within ±1/√fanIn, PyTorch's default, which the paper's code keeps.
public struct Discriminator: Sendable {
  /// How its convolutions are made.
  public enum Kind: String, Sendable, CaseIterable {
    /// Full convolutions with bias: the paper's FCD.
    case fcd
    /// Each convolution a depthwise 4x4 and a pointwise 1x1 one, both without bias and nothing between
    /// them: the paper's FCD-Light (section III-B).
    case fcdLight = "fcd-light"
  }

  /// The slope of LeakyReLU below zero.
  public static let slope: Float = 0.2
  /// Channels after each of the five convolutions.
  static let widths = [64, 128, 256, 512, 1]

  /// How its convolutions are made.
  public let kind: Kind
  private let layers: [[Conv2d]]

  /// Builds the network in a scope: `layers.0.weight`, …; of FCD-Light `layers.0.0.weight`
  /// (depthwise) and `layers.0.1.weight` (pointwise), ….
  public init(_ scope: Scope, kind: Kind, classes: Int = 19) {
    self.kind = kind
    let inputs = [classes] + Self.widths.dropLast()
    layers = zip(inputs, Self.widths).enumerated().map { index, channels in
      let (input, output) = channels
      let place = scope["layers"]["\(index)"]
      switch kind {
      case .fcd:
        return [
          Conv2d(
            place, input, output, kernel: 4, stride: 2, padding: 1,
            initial: .uniform(fanIn: 16 * input))
        ]
      case .fcdLight:
        return [
          Conv2d(
            place["0"], input, input, kernel: 4, stride: 2, padding: 1, groups: input, bias: false,
            initial: .uniform(fanIn: 16)),
          Conv2d(
            place["1"], input, output, kernel: 1, bias: false, initial: .uniform(fanIn: input)),
        ]
      }
    }
  }

  /// The logits at the network's own resolution: probabilities `[N, C, H, W]` to
  /// `[N, 1, H / 32, W / 32]`; positive where they look like the source domain's.
  ///
  /// - Precondition: H and W are 32 or more.
  public func map(_ probabilities: Tensor) -> Tensor {
    var x = probabilities
    for (index, layer) in layers.enumerated() {
      for convolution in layer { x = convolution(x) }
      if index < layers.count - 1 { x = x.leakyReLU(slope: Self.slope) }
    }
    return x
  }

  /// The logits enlarged bilinearly to the input's size, `[N, 1, H, W]`.
  ///
  /// - Precondition: H and W are 32 or more.
  public func callAsFunction(_ probabilities: Tensor) -> Tensor {
    map(probabilities).upsampledBilinear(
      height: probabilities.shape[2], width: probabilities.shape[3])
  }
}
