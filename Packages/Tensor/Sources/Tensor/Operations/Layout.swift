extension Tensor {
  /// The same values laid out anew, and the gradient likewise on its way back: the seam at which
  /// tests put every operation on every layout that primitives may choose.
  ///
  /// - Parameter block: 1 row-major; 8 or 16 channels innermost in blocks of so many; 0 all
  ///   channels innermost.
  /// - Precondition: Four dimensions.
  package func relaid(block: Int) -> Tensor {
    require(shape.rank == 4, "only [N, C, H, W] has channels to block, not \(shape)")
    let x = storage, shape = shape
    @Sendable func laidOut(_ x: Storage) -> Storage {
      CPUBackend.shared.prepared(
        x,
        as: block == 1
          ? .plain(shape, x.dtype) : .channelBlocked(shape, x.dtype, block: block))
    }
    return Self.operation("relaid", [self]) { _, _ in
      (laidOut(x), { [laidOut($0)] })
    }
  }
}
