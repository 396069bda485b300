extension Tensor {
  /// A 3x3 convolution, stride and padding 1, over this tensor and maps that are first enlarged
  /// bilinearly to its size and joined behind its channels, without making the enlarged maps:
  /// `concatenated([self] + maps.map { $0.upsampledBilinear(…) }).conv2d(weight:padding: 1)`.
  ///
  /// - Parameters:
  ///   - maps: At most four `[N, Cᵢ, hᵢ, wᵢ]`, none larger than this tensor's `[N, C, H, W]`.
  ///   - weight: Float32 `[O, C + ΣCᵢ, 3, 3]`.
  /// - Returns: `[N, O, H, W]`.
  public func conv2d(upsampling maps: [Tensor], weight: Tensor) -> Tensor {
    checkMaps(maps, weight)
    guard CPUBackend.fuses else {
      return joined(maps).conv2d(weight: weight, padding: 1)
    }
    let x = storage, w = weight.storage, others = maps.map(\.storage)
    return Self.operation(
      "conv2d upsampling", [self] + maps + [weight], macs: macs(maps, weight)
    ) { backend, demand in
      let needs = demand.needs
      return (
        backend.convolution(x, upsampling: others, weight: w, bias: nil, relu: false),
        {
          backend.convolutionGradient(
            $0, input: x, upsampling: others, weight: w, needs: needs)
        }
      )
    }
  }

  /// The same with bias and ReLU in one pass. For inference; nothing is recorded.
  ///
  /// - Precondition: No operand is recorded on a tape.
  public func conv2dForInference(
    upsampling maps: [Tensor], weight: Tensor, bias: Tensor?, relu: Bool
  ) -> Tensor {
    checkMaps(maps, weight)
    checkOperands(bias, outputs: weight.shape[0])
    require(
      ([self, weight, bias] + maps).allSatisfy { $0?.node == nil },
      "this convolution has no gradient: use conv2d(upsampling:weight:)")
    guard CPUBackend.fuses else {
      return joined(maps).conv2dForInference(
        weight: weight, bias: bias, padding: 1, relu: relu)
    }
    return Self.operation("conv2d upsampling", [], macs: macs(maps, weight)) { backend, _ in
      let y = backend.convolution(
        storage, upsampling: maps.map(\.storage), weight: weight.storage, bias: bias?.storage,
        relu: relu)
      return (y, { _ in [] })
    }
  }

  private func joined(_ maps: [Tensor]) -> Tensor {
    .concatenated(
      [self] + maps.map { $0.upsampledBilinear(height: shape[2], width: shape[3]) })
  }

  private func macs(_ maps: [Tensor], _ weight: Tensor) -> Int {
    ([self] + maps).reduce(0) { $0 + $1.shape.count } * weight.shape[0] * 9
  }

  private func checkMaps(_ maps: [Tensor], _ weight: Tensor) {
    let channels = maps.reduce(shape.rank == 4 ? shape[1] : 0) { $0 + $1.shape[1] }
    require(
      dtype.isNumber && shape.rank == 4 && (1...4).contains(maps.count) && weight.dtype == .float32
        && weight.shape.rank == 4 && weight.shape[1] == channels && weight.shape[2] == 3
        && weight.shape[3] == 3
        && maps.allSatisfy {
          $0.shape.rank == 4 && $0.shape[0] == shape[0] && $0.dtype == dtype
            && $0.shape[2] <= shape[2] && $0.shape[3] <= shape[3]
        },
      "conv2d upsampling: weight \(weight.dtype) \(weight.shape) for \(dtype) \(shape) and "
        + "\(maps.map(\.shape))")
  }
}
