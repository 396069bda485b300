extension Tensor {
  /// The matrix product of the last two dimensions (`torch.matmul` without broadcasting).
  ///
  /// - Parameter other: `[…, K, N]` of the same type, with the same leading dimensions.
  /// - Returns: `[…, M, N]` for this tensor's `[…, M, K]`.
  public func matmul(_ other: Tensor) -> Tensor {
    let rank = shape.rank
    require(
      rank >= 2 && other.shape.rank == rank && shape[rank - 1] == other.shape[rank - 2]
        && shape.dimensions.dropLast(2) == other.shape.dimensions.dropLast(2)
        && dtype == other.dtype,
      "matmul: \(dtype) \(shape) × \(other.dtype) \(other.shape)")
    let a = storage, b = other.storage
    let macs = shape.count * other.shape[rank - 1]
    return Self.operation("matmul", [self, other], macs: macs) { backend, demand in
      let needs = demand.needs
      return (
        backend.matmul(a, b),
        { gradient in
          [
            needs[0] ? backend.matmul(gradient, backend.transposed(b)) : nil,
            needs[1] ? backend.matmul(backend.transposed(a), gradient) : nil,
          ]
        }
      )
    }
  }
}
