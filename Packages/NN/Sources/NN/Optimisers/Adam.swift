public import Tensor

/// Adam in PyTorch's form (`torch.optim.Adam`): means corrected for their start at zero, ε added to
/// the corrected root.
public final class Adam: Optimizer {
  private let parameters: [Parameter]
  private let means: [Parameter]
  private let squares: [Parameter]
  private let count = Parameter(name: "step", Tensor(0))
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double

  /// An optimiser of these parameters, before its first step.
  public init(
    _ parameters: [Parameter], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.parameters = parameters
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    (beta1, beta2) = betas
    means = companions("mean", of: parameters)
    squares = companions("square", of: parameters)
  }

  /// The means, the mean squares and the number of steps.
  public var state: [Parameter] { means + squares + [count] }

  /// One step; see ``Optimizer``.
  public func step(_ gradients: Gradients, learningRate: Double, gradientScale: Double) {
    count.update(Tensor(count.value.item + 1))
    let numbers = AdamStep(
      learningRate: Float(learningRate), beta1: Float(beta1), beta2: Float(beta2),
      epsilon: Float(epsilon), weightDecay: Float(weightDecay),
      gradientScale: Float(gradientScale), step: Int(count.value.item))
    for ((parameter, mean), square) in zip(zip(parameters, means), squares) {
      guard let gradient = gradients[parameter] else { continue }
      parameter.stepAdam(mean: mean, square: square, gradient: gradient, numbers)
    }
  }
}
