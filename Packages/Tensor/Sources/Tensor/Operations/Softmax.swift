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

  /// Probabilities at a larger size: softmax over the channels of logits `[N, C, h, w]` enlarged
  /// bilinearly, which are never written: `upsampledBilinear(height:width:).softmax()` in one pass,
  /// both ways.
  ///
  /// - Returns: `[N, C, height, width]`.
  /// - Precondition: The size is not smaller than the logits'.
  public func upsampledSoftmax(height: Int, width: Int) -> Tensor {
    require(
      shape.rank == 4 && height >= shape[2] && width >= shape[3],
      "upsampledSoftmax: \(shape) to \(height)x\(width)")
    guard CPUBackend.fuses else {
      return upsampledBilinear(height: height, width: width).softmax()
    }
    let x = storage, shape = shape
    return Self.operation("upsampledSoftmax", [self]) { backend, _ in
      let y = backend.softmax(x, height: height, width: width)
      return (y, { [backend.softmaxGradient($0, output: y, shape: shape)] })
    }
  }
}
