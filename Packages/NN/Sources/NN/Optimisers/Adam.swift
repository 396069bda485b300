public import Tensor

/// Adam in PyTorch's form (`torch.optim.Adam`): means corrected for their start at zero, ε added to
/// the corrected root.
public final class Adam: Optimizer {
  private let parameters: [Parameter]
  private let means: [Parameter]
  private let squares: [Parameter]
  /// Steps per parameter, as PyTorch counts them: one without a gradient is none.
  private let counts: [Parameter]
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
    counts = parameters.map { Parameter(name: "step.\($0.name)", Tensor(0)) }
  }

  /// The means, the mean squares and the numbers of steps.
  public var state: [Parameter] { means + squares + counts }

  /// One step; see ``Optimizer``.
  public func step(_ gradients: Gradients, learningRate: Double, gradientScale: Double) {
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = gradients[parameter] else { continue }
      counts[index].update(Tensor(counts[index].value.item + 1))
      let numbers = AdamStep(
        learningRate: Float(learningRate), beta1: Float(beta1), beta2: Float(beta2),
        epsilon: Float(epsilon), weightDecay: Float(weightDecay),
        gradientScale: Float(gradientScale), step: Int(counts[index].value.item))
      parameter.stepAdam(
        mean: means[index], square: squares[index], gradient: gradient, numbers)
    }
  }
}
