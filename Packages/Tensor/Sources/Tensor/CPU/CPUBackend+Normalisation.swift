import CKernels

extension CPUBackend {
  package func batchNorm(
    _ x: Storage, scale: Storage, shift: Storage, epsilon: Float, relu: Bool
  ) -> BatchNormResult {
    let source = walkable(x), channels = x.shape[1]
    let mean = Storage(plain: [channels], dtype: .float32)
    let variance = Storage(plain: [channels], dtype: .float32)
    ck_batch_moments(
      floats(mean), floats(variance), source.pointer, layout(source), x.isBFloat16)
    let output = normalised(
      source, scale: scale, shift: shift, mean: mean, variance: variance, epsilon: epsilon,
      relu: relu)
    return BatchNormResult(output: output, mean: mean, variance: variance)
  }

  package func batchNormGradient(
    _ gradient: Storage, input: Storage, scale: Storage, shift: Storage, result: BatchNormResult,
    epsilon: Float, relu: Bool
  ) -> (input: Storage, scale: Storage, shift: Storage) {
    let source = walkable(input)
    let incoming = relaid(cast(gradient, to: source.dtype), like: source)
    let slope = allocate(source.shape, source.descriptor)
    let scaleSlope = Storage(plain: scale.shape, dtype: .float32)
    let shiftSlope = Storage(plain: shift.shape, dtype: .float32)
    ck_batch_norm_gradient(
      slope.pointer, floats(scaleSlope), floats(shiftSlope), incoming.pointer, source.pointer,
      floats(result.mean), floats(result.variance), floats(scale), floats(shift), epsilon, relu,
      layout(source), source.isBFloat16)
    withExtendedLifetime((source, incoming, scale, shift, result)) {}
    return (slope, scaleSlope, shiftSlope)
  }

  package func batchNorm(
    _ x: Storage, scale: Storage, shift: Storage, mean: Storage, variance: Storage, epsilon: Float,
    relu: Bool
  ) -> Storage {
    normalised(
      walkable(x), scale: scale, shift: shift, mean: mean, variance: variance, epsilon: epsilon,
      relu: relu)
  }

  private func normalised(
    _ source: Storage, scale: Storage, shift: Storage, mean: Storage, variance: Storage,
    epsilon: Float, relu: Bool
  ) -> Storage {
    let result = allocate(source.shape, source.descriptor)
    ck_batch_norm(
      result.pointer, source.pointer, floats(mean), floats(variance), floats(scale),
      floats(shift), epsilon, relu, layout(source), source.isBFloat16)
    withExtendedLifetime((source, scale, shift, mean, variance)) {}
    return result
  }
}
