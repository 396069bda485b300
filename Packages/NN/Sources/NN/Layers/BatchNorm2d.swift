public import Tensor

/// `torch.nn.BatchNorm2d` with the batch's own statistics; keeps the running ones.
public struct BatchNorm2d: Sendable {
  /// Added to the variance.
  public static let epsilon: Float = 1e-5
  /// Share of a batch's statistics in the running ones.
  public static let momentum: Float = 0.1

  let scale: Parameter
  let shift: Parameter
  let runningMean: Parameter
  let runningVariance: Parameter
  let batches: Parameter
  let path: String

  /// Builds `weight`, `bias`, `running_mean`, `running_var` and `num_batches_tracked` in a scope.
  public init(_ scope: Scope, _ channels: Int) {
    scale = scope.parameter("weight", [channels], .constant(1))
    shift = scope.parameter("bias", [channels], .constant(0))
    runningMean = scope.statistic("running_mean", [channels], .constant(0))
    runningVariance = scope.statistic("running_var", [channels], .constant(1))
    batches = scope.statistic("num_batches_tracked", [], .constant(0), role: .counter)
    path = scope.path
  }

  /// Normalises `[N, C, H, W]` by the batch's statistics, then ReLU where asked for, and moves the
  /// running statistics.
  ///
  /// - Parameter remade: See `Tensor.batchNorm`.
  /// - Precondition: More than one element per channel.
  public func callAsFunction(_ x: Tensor, relu: Bool = false, remade: Bool = false) -> Tensor {
    let result = OperationObserver.$layer.withValue(path) {
      x.batchNorm(
        scale: scale.value, shift: shift.value, epsilon: Self.epsilon, relu: relu, remade: remade)
    }
    guard !Recomputation.isUnderWay else { return result.output }
    let count = Float(x.shape.count / x.shape[1])
    // PyTorch keeps the unbiased variance, though it normalises by the biased one.
    let unbiased = count / (count - 1)
    move(runningMean, towards: result.mean, times: 1)
    move(runningVariance, towards: result.variance, times: unbiased)
    batches.update(Tensor(batches.value.item + 1))
    return result.output
  }

  private func move(_ running: Parameter, towards batch: Tensor, times factor: Float) {
    let values = zip(running.value.floats, batch.floats).map {
      (1 - Self.momentum) * $0 + Self.momentum * factor * $1
    }
    running.update(Tensor(values, shape: running.shape))
  }

  /// The factor and the summand per channel that normalisation by the running statistics comes to.
  var folded: (factor: [Float], summand: [Float]) {
    let factor = zip(scale.value.floats, runningVariance.value.floats).map {
      Float(Double($0) / (Double($1) + Double(Self.epsilon)).squareRoot())
    }
    let means = runningMean.value.floats, shifts = shift.value.floats
    return (factor, factor.indices.map { shifts[$0] - means[$0] * factor[$0] })
  }
}
