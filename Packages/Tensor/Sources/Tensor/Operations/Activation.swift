extension Tensor {
  /// `max(x, 0)`, element by element.
  public func relu() -> Tensor { rectified(slope: 0, name: "relu") }

  /// x where x > 0, else `slope · x` (`torch.nn.functional.leaky_relu`).
  ///
  /// - Precondition: `slope >= 0`, so that the output tells the input's sign.
  public func leakyReLU(slope: Float = 0.01) -> Tensor {
    rectified(slope: slope, name: "leakyReLU")
  }

  private func rectified(slope: Float, name: String) -> Tensor {
    require(slope >= 0, "leakyReLU: a slope of \(slope)")
    let x = storage
    return Self.operation(name, [self]) { backend, _ in
      let y = backend.leakyReLU(x, slope: slope)
      return (y, { [backend.leakyReLUGradient($0, output: y, slope: slope)] })
    }
  }

  /// `1 / (1 + e^-x)`, element by element.
  public func sigmoid() -> Tensor {
    let x = storage
    return Self.operation("sigmoid", [self]) { backend, _ in
      let y = backend.sigmoid(x)
      return (y, { [backend.sigmoidGradient($0, output: y)] })
    }
  }
}
