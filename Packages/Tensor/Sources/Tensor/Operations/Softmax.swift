extension Tensor {
  /// Softmax over the channels of `[N, C, H, W]`.
  public func softmax() -> Tensor { softmax(logarithm: false) }

  /// The logarithm of the softmax over the channels of `[N, C, H, W]`.
  public func logSoftmax() -> Tensor { softmax(logarithm: true) }

  private func softmax(logarithm: Bool) -> Tensor {
    require(shape.rank == 4, "softmax takes [N, C, H, W], not \(shape)")
    let x = storage
    return Self.operation(logarithm ? "logSoftmax" : "softmax", [self]) { backend, _ in
      let y = backend.softmax(x, logarithm: logarithm)
      return (y, { [backend.softmaxGradient($0, output: y, logarithm: logarithm)] })
    }
  }
}
