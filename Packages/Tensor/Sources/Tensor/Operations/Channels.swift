extension Tensor {
  /// Tensors joined along the channels (`torch.cat(dim=1)`): `[N, C₁ + C₂ + …, H, W]`.
  ///
  /// - Precondition: At least one tensor; all agree in everything but the channels.
  public static func concatenated(_ parts: [Tensor]) -> Tensor {
    guard let first = parts.first else { fatalError("nothing to concatenate") }
    for part in parts {
      require(
        part.shape.rank == 4 && part.shape == first.shape.with(channels: part.shape[1])
          && part.dtype == first.dtype,
        "concatenate: \(parts.map(\.shape))")
    }
    return operation("concatenate", parts) { backend, demand in
      let needs = demand.needs
      let counts = parts.map { $0.shape[1] }
      return (
        backend.concatenate(parts.map(\.storage)),
        { gradient in
          var start = 0
          return zip(counts, needs).map { count, needed in
            defer { start += count }
            return needed ? backend.channels(start..<start + count, of: gradient) : nil
          }
        }
      )
    }
  }

  /// Each channel of each image times a factor: `x[n, c, ·, ·] · factor[n, c, 0, 0]`.
  ///
  /// - Parameter factor: `[N, C, 1, 1]`.
  public func scaledChannels(by factor: Tensor) -> Tensor {
    require(
      shape.rank == 4 && factor.shape == shape.with(height: 1, width: 1),
      "scaledChannels: \(factor.shape) for \(shape)")
    let x = storage, f = factor.storage
    return Self.operation("scaleChannels", [self, factor]) { backend, demand in
      let needs = demand.needs
      return (
        backend.scaleChannels(x, by: f),
        { gradient in
          [
            needs[0] ? backend.scaleChannels(gradient, by: f) : nil,
            needs[1]
              ? backend.cast(backend.sumChannels(gradient, times: x, scale: 1), to: f.dtype) : nil,
          ]
        }
      )
    }
  }
}
