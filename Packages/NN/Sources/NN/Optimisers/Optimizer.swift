public import Tensor

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject, Sendable {
  /// One step at a learning rate. Parameters without a gradient stay as they are.
  ///
  /// - Parameter gradientScale: Every gradient is multiplied by it first (gradient clipping).
  func step(_ gradients: Gradients, learningRate: Double, gradientScale: Double)

  /// What the optimiser remembers between steps, for checkpoints: `velocity.<parameter>`, ….
  var state: [Parameter] { get }
}

extension Optimizer {
  /// One step at a learning rate.
  public func step(_ gradients: Gradients, learningRate: Double) {
    step(gradients, learningRate: learningRate, gradientScale: 1)
  }
}

/// The factor that brings a gradient norm down to a maximum (`torch.nn.utils.clip_grad_norm_`).
public func clippingScale(norm: Double, maximum: Double) -> Double {
  min(1, maximum / (norm + 1e-6))
}

/// What a step multiplies gradients by that are the sum over several batches.
///
/// - Parameters:
///   - share: One over the number of batches.
///   - norm: The norm of the mean gradients; nil where they are not clipped.
///   - maximum: The largest norm of all gradients together; nil does not clip.
public func gradientScale(share: Double, norm: Double?, maximum: Double?) -> Double {
  guard let norm, let maximum else { return share }
  return share * clippingScale(norm: norm, maximum: maximum)
}

/// Zero-filled companions of parameters, named `<prefix>.<parameter>`.
func companions(_ prefix: String, of parameters: [Parameter]) -> [Parameter] {
  parameters.map {
    Parameter(name: "\(prefix).\($0.name)", Tensor(repeating: 0, shape: $0.shape))
  }
}
