extension Tensor {
  /// Mean cross-entropy of logits `[N, C, h, w]` over the pixels whose label is below C; 0 where no
  /// pixel has one.
  ///
  /// `torch.nn.functional.cross_entropy` with `ignore_index=255`, but for labels from C to 254: that
  /// refuses them, here they are ignored as well.
  ///
  /// Where the labels are larger than the logits, the logits are resized bilinearly first, in the
  /// same pass: the enlarged logits and their gradient are never written.
  ///
  /// - Parameter labels: `uint8 [N, height, width]`.
  /// - Returns: A float32 scalar.
  public func crossEntropy(labels: Tensor) -> Tensor {
    require(
      shape.rank == 4 && labels.dtype == .uint8 && labels.shape.rank == 3
        && labels.shape[0] == shape[0] && labels.shape[1] >= shape[2]
        && labels.shape[2] >= shape[3],
      "crossEntropy: logits \(shape), labels \(labels.dtype) \(labels.shape)")
    if !CPUBackend.fuses, labels.shape[1] != shape[2] || labels.shape[2] != shape[3] {
      return upsampledBilinear(height: labels.shape[1], width: labels.shape[2])
        .crossEntropy(labels: labels)
    }
    return loss("crossEntropy") { backend, needed in
      backend.crossEntropy(storage, labels: labels.storage, gradient: needed)
    }
  }

  /// Mean binary cross-entropy of logits with the same target everywhere
  /// (`binary_cross_entropy_with_logits`).
  ///
  /// - Parameter target: In [0, 1].
  /// - Returns: A float32 scalar.
  public func binaryCrossEntropy(target: Float) -> Tensor {
    require((0...1).contains(target), "binaryCrossEntropy: a target of \(target)")
    return loss("binaryCrossEntropy") { backend, needed in
      backend.binaryCrossEntropy(storage, target: target, gradient: needed)
    }
  }

  /// Mean binary cross-entropy of one channel of logits enlarged bilinearly to a size, in one pass:
  /// `upsampledBilinear(height:width:).binaryCrossEntropy(target:)`.
  ///
  /// - Parameters:
  ///   - target: In [0, 1].
  ///   - height: Not less than the logits' h.
  ///   - width: Not less than the logits' w.
  /// - Returns: A float32 scalar.
  /// - Precondition: The logits are `[N, 1, h, w]`.
  public func binaryCrossEntropy(target: Float, height: Int, width: Int) -> Tensor {
    require((0...1).contains(target), "binaryCrossEntropy: a target of \(target)")
    require(
      shape.rank == 4 && shape[1] == 1 && height >= shape[2] && width >= shape[3],
      "binaryCrossEntropy: one channel of logits, not \(shape), to \(height)x\(width)")
    guard CPUBackend.fuses else {
      return upsampledBilinear(height: height, width: width).binaryCrossEntropy(target: target)
    }
    return loss("binaryCrossEntropy") { backend, needed in
      backend.binaryCrossEntropy(
        storage, height: height, width: width, target: target, gradient: needed)
    }
  }

  /// A mean whose gradient is cheapest made together with its value.
  private func loss(
    _ name: String, _ body: (any Backend, Bool) -> (loss: Double, gradient: Storage?)
  ) -> Tensor {
    Self.operation(name, [self]) { backend, demand in
      let (value, slope) = body(backend, demand.isOn)
      return (
        Tensor(Float(value)).storage,
        { gradient in
          let factor = Tensor(gradient).item
          return [slope.map { factor == 1 ? $0 : backend.scale($0, by: factor) }]
        }
      )
    }
  }
}
