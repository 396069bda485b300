public import Tensor

/// A convolution, batch normalisation and, where asked for, a residual sum and ReLU: what deep
/// networks are made of.
///
/// Built for inference, the normalisation is folded into the convolution's weights and everything
/// runs as one primitive.
public struct ConvolutionBatchNorm: Layer {
  /// What of a layer an int8 network computes in bytes.
  public enum Bytes: Sendable {
    /// Nothing.
    case none
    /// Its output is rounded to bytes.
    case output
    /// All of it: its input is a quantised map that is nowhere negative, a residual any quantised map.
    case all
  }

  private enum Form: Sendable {
    case training(Conv2d, BatchNorm2d)
    case folded(weight: Tensor, bias: Tensor, Ending)
    case quantised(QuantisedWeight, step: Float)
  }

  /// What becomes of a folded layer's output.
  private enum Ending: Sendable {
    case plain
    case observed(Calibration)
    case bytes(step: Float)
  }

  private let form: Form
  private let stride: Int
  private let padding: Int
  private let relu: Bool
  private let remade: Bool
  private let path: String

  /// Builds the convolution in one scope and the normalisation in another, as PyTorch's modules
  /// name them.
  ///
  /// - Parameter remade: In training, whether a convolution over the output normalises again on the way
  ///   back rather than hold it; see `Tensor.batchNorm`.
  /// - Parameter bytes: What an int8 network computes in bytes.
  public init(
    convolution: Scope, norm: Scope, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, bias: Bool = false, relu: Bool = true, remade: Bool = false,
    bytes: Bytes = .none, initial: Initialiser = .kaimingNormalFanIn
  ) {
    let conv = Conv2d(
      convolution, inputs, outputs, kernel: kernel, stride: stride, padding: padding, bias: bias,
      initial: initial)
    let norm = BatchNorm2d(norm, outputs)
    form =
      switch convolution.mode {
      case .training: .training(conv, norm)
      case .inference: Self.folded(conv, norm, .plain)
      case .calibrating(let calibration):
        Self.folded(conv, norm, bytes == .none ? .plain : .observed(calibration))
      case .quantised(let calibration):
        Self.quantised(conv, norm, bytes) {
          calibration.step(of: convolution.path, signed: !relu)
        }
      }
    self.stride = stride
    self.padding = padding
    self.relu = relu
    self.remade = remade
    path = convolution.path
  }

  private static func quantised(
    _ conv: Conv2d, _ norm: BatchNorm2d, _ bytes: Bytes, step: () -> Float
  ) -> Form {
    switch bytes {
    case .none: return folded(conv, norm, .plain)
    case .output: return folded(conv, norm, .bytes(step: step()))
    case .all:
      let (weight, bias) = folded(conv, norm)
      return .quantised(QuantisedWeight(weight, bias: bias), step: step())
    }
  }

  private static func folded(_ conv: Conv2d, _ norm: BatchNorm2d, _ ending: Ending) -> Form {
    let (weight, bias) = folded(conv, norm)
    return .folded(weight: weight, bias: bias, ending)
  }

  private static func folded(_ conv: Conv2d, _ norm: BatchNorm2d) -> (weight: Tensor, bias: Tensor)
  {
    let (factor, summand) = norm.folded
    var weights = conv.weight.value.floats
    let perOutput = weights.count / factor.count
    for output in factor.indices {
      for index in output * perOutput..<(output + 1) * perOutput {
        weights[index] *= factor[output]
      }
    }
    var biases = summand
    if let bias = conv.bias?.value.floats {
      for output in factor.indices { biases[output] += factor[output] * bias[output] }
    }
    return (
      Tensor(weights, shape: conv.weight.shape), Tensor(biases, shape: [factor.count])
    )
  }

  /// `[N, C, H, W]` to `[N, O, H', W']`.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, residual: nil) }

  /// With a residual in the output's shape, added before ReLU.
  public func callAsFunction(_ x: Tensor, residual: Tensor?) -> Tensor {
    switch form {
    case .training(let conv, let norm):
      guard let residual else { return norm(conv(x), relu: relu, remade: remade) }
      let y = norm(conv(x))
      return OperationObserver.$layer.withValue(path) {
        relu ? y.addedReLU(residual) : y + residual
      }
    case .folded(let weight, let bias, let ending):
      return OperationObserver.$layer.withValue(path) {
        ended(
          x.conv2dForInference(
            weight: weight, bias: bias, stride: stride, padding: padding, residual: residual,
            relu: relu), ending)
      }
    case .quantised(let weight, let step):
      return OperationObserver.$layer.withValue(path) {
        x.conv2dForInference(
          weight: weight, stride: stride, padding: padding, residual: residual, relu: relu,
          step: step)
      }
    }
  }

  private func ended(_ y: Tensor, _ ending: Ending) -> Tensor {
    switch ending {
    case .plain: return y
    case .observed(let calibration):
      calibration.observe(path, y)
      return y
    case .bytes(let step): return y.quantised(step: step, signed: !relu)
    }
  }

  /// Over x and maps that are first enlarged to its size and joined behind its channels; see
  /// ``Tensor/Tensor/conv2d(upsampling:weight:)``.
  ///
  /// - Precondition: A 3x3 convolution with stride and padding 1, without a bias of its own, not in bytes.
  public func callAsFunction(_ x: Tensor, upsampling maps: [Tensor]) -> Tensor {
    precondition(stride == 1 && padding == 1, "\(path) has stride \(stride), padding \(padding)")
    switch form {
    case .training(let conv, let norm):
      precondition(conv.bias == nil, "\(path) has a bias")
      let y = OperationObserver.$layer.withValue(conv.path) {
        x.conv2d(upsampling: maps, weight: conv.weight.value)
      }
      return norm(y, relu: relu)
    case .quantised: fatalError("\(path), in bytes, takes no maps to enlarge")
    case .folded(let weight, let bias, let ending):
      return OperationObserver.$layer.withValue(path) {
        ended(
          x.conv2dForInference(upsampling: maps, weight: weight, bias: bias, relu: relu), ending)
      }
    }
  }
}
