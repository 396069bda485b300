extension Tensor {
  /// Batch normalisation by the batch's own statistics (`torch.nn.functional.batch_norm` with
  /// `training=True`), optionally followed by ReLU in the same pass.
  ///
  /// - Parameters:
  ///   - scale: `[C]`, float32.
  ///   - shift: `[C]`, float32.
  ///   - epsilon: Added to the variance.
  ///   - relu: Whether ReLU follows.
  ///   - remade: Whether convolutions over the output hold this tensor and normalise it again on the
  ///     way back, rather than hold the output: less memory for one more pass over it.
  /// - Returns: The output in this tensor's `[N, C, H, W]`, and the batch's mean and biased variance,
  ///   `[C]`, which no gradient flows through.
  /// - Precondition: More than one element per channel.
  public func batchNorm(
    scale: Tensor, shift: Tensor, epsilon: Float = 1e-5, relu: Bool = false, remade: Bool = false
  ) -> (output: Tensor, mean: Tensor, variance: Tensor) {
    checkChannels(scale, shift)
    require(
      shape.count > shape[1],
      "batch statistics need more than one element per channel, this batch is \(shape)")
    let x = storage, weights = scale.storage, offsets = shift.storage
    var statistics: (Storage, Storage)?
    let output = Self.operation(relu ? "batchNorm+relu" : "batchNorm", [self, scale, shift]) {
      backend, _ in
      let fused = relu && CPUBackend.fuses
      var result = backend.batchNorm(
        x, scale: weights, shift: offsets, epsilon: epsilon, relu: fused)
      statistics = (result.mean, result.variance)
      // Of the result the way back needs its statistics alone; the output would be held for nothing.
      let normalised = result.withOutput(x)
      if relu, !fused { result = result.withOutput(backend.leakyReLU(result.output, slope: 0)) }
      // Held for ReLU alone: what follows a normalisation without one may do without its output.
      let rectified = relu && !fused ? result.output : nil
      return (
        result.output,
        { gradient in
          let slope =
            rectified.map { backend.leakyReLUGradient(gradient, output: $0, slope: 0) } ?? gradient
          let slopes = backend.batchNormGradient(
            slope, input: x, scale: weights, shift: offsets,
            result: normalised, epsilon: epsilon, relu: fused)
          return [slopes.input, slopes.scale, slopes.shift]
        }
      )
    }
    guard let (mean, variance) = statistics else { fatalError("the operation ran") }
    guard remade, CPUBackend.fuses, output.node != nil else {
      return (output, Tensor(mean), Tensor(variance))
    }
    let again = Tensor(output.storage, node: output.node) {
      Self.backend.batchNorm(
        x, scale: weights, shift: offsets, mean: mean, variance: variance, epsilon: epsilon,
        relu: relu)
    }
    return (again, Tensor(mean), Tensor(variance))
  }

  /// Batch normalisation by given statistics (`training=False`).
  ///
  /// - Parameters:
  ///   - mean: `[C]`, float32.
  ///   - variance: `[C]`, float32.
  /// - Precondition: Nothing is recorded: networks are not trained through fixed statistics here.
  public func batchNorm(
    scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: Float = 1e-5
  ) -> Tensor {
    checkChannels(scale, shift)
    checkChannels(mean, variance)
    require(
      node == nil && scale.node == nil && shift.node == nil,
      "batchNorm by given statistics has no gradient")
    return Self.operation("batchNorm", []) { backend, _ in
      let y = backend.batchNorm(
        storage, scale: scale.storage, shift: shift.storage, mean: mean.storage,
        variance: variance.storage, epsilon: epsilon, relu: false)
      return (y, { _ in [] })
    }
  }

  private func checkChannels(_ a: Tensor, _ b: Tensor) {
    require(
      shape.rank == 4 && a.shape == [shape[1]] && b.shape == a.shape && a.dtype == .float32
        && b.dtype == .float32,
      "batchNorm: \(a.dtype) \(a.shape) and \(b.dtype) \(b.shape) for the channels of \(shape)")
  }
}

extension BatchNormResult {
  /// The same statistics beside another output: what the gradient keeps does not include the
  /// output, which the next operation keeps or not as it needs.
  func withOutput(_ output: Storage) -> BatchNormResult {
    BatchNormResult(output: output, mean: mean, variance: variance)
  }
}
