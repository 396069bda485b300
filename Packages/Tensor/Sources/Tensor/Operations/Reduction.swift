extension Tensor {
  /// The sum of all elements, a float32 scalar.
  public func sum() -> Tensor { sum(scale: 1) }

  /// The mean of all elements, a float32 scalar.
  public func mean() -> Tensor { sum(scale: 1 / Float(max(1, shape.count))) }

  private func sum(scale: Float) -> Tensor {
    let x = storage, shape = shape, dtype = dtype
    return Self.operation("sum", [self]) { backend, _ in
      let total = Tensor(Float(backend.sum(x, squared: false) * Double(scale)))
      return (
        total.storage,
        { gradient in
          let value = scale * Tensor(gradient).item
          return [Tensor(repeating: value, shape: shape, dtype: dtype).storage]
        }
      )
    }
  }

  /// Per pixel of `[N, C, H, W]` scores the channel of the largest, `uint8 [N, height, width]`, the
  /// scores first resized bilinearly where the size is another than theirs.
  public func argmaxOverChannels(height: Int? = nil, width: Int? = nil) -> Tensor {
    prediction(height, width, confidence: false, normalised: false).labels
  }

  /// Per pixel the channel of the largest score and that score, `[N, height, width]`.
  public func maxOverChannels(height: Int? = nil, width: Int? = nil) -> (
    labels: Tensor, values: Tensor
  ) {
    let result = prediction(height, width, confidence: true, normalised: false)
    guard let values = result.confidence else { fatalError("asked for above") }
    return (result.labels, values)
  }

  /// Per pixel the most probable class of logits and its softmax probability.
  public func classesWithConfidence(height: Int? = nil, width: Int? = nil) -> (
    labels: Tensor, confidence: Tensor
  ) {
    let result = prediction(height, width, confidence: true, normalised: true)
    guard let confidence = result.confidence else { fatalError("asked for above") }
    return (result.labels, confidence)
  }

  private func prediction(
    _ height: Int?, _ width: Int?, confidence: Bool, normalised: Bool
  ) -> (labels: Tensor, confidence: Tensor?) {
    require(
      shape.rank == 4 && shape[1] <= 255 && shape.count > 0,
      "argmax takes [N, C <= 255, H, W] with elements, not \(shape)")
    var values: Storage?
    let labels = Self.operation("argmax", []) { backend, _ in
      let result = backend.argmax(
        storage, height: height ?? shape[2], width: width ?? shape[3], confidence: confidence,
        normalised: normalised)
      values = result.confidence
      return (result.labels, { _ in [] })
    }
    return (labels, values.map { Tensor($0) })
  }
}
