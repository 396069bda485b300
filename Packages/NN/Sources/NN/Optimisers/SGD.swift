public import Tensor

/// Stochastic gradient descent in PyTorch's form: v ← μ·v + g + λ·p, p ← p - η·v
/// (`torch.optim.SGD`; its first step, where v is g itself, is the same with v = 0).
public final class SGD: Optimizer {
  private let parameters: [Parameter]
  private let velocities: [Parameter]
  private let momentum: Double
  private let weightDecay: Double

  /// An optimiser of these parameters, at rest.
  public init(_ parameters: [Parameter], momentum: Double = 0.9, weightDecay: Double = 1e-4) {
    self.parameters = parameters
    self.momentum = momentum
    self.weightDecay = weightDecay
    velocities = companions("velocity", of: parameters)
  }

  /// The velocities.
  public var state: [Parameter] { velocities }

  /// One step; see ``Optimizer``.
  public func step(_ gradients: Gradients, learningRate: Double, gradientScale: Double) {
    let numbers = SGDStep(
      learningRate: Float(learningRate), momentum: Float(momentum),
      weightDecay: Float(weightDecay), gradientScale: Float(gradientScale))
    for (parameter, velocity) in zip(parameters, velocities) {
      guard let gradient = gradients[parameter] else { continue }
      parameter.stepSGD(velocity: velocity, gradient: gradient, numbers)
    }
  }
}
