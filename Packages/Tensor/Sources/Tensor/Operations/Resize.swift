extension Tensor {
  /// Bilinear resizing with half-pixel centres (`interpolate(mode="bilinear",
  /// align_corners=False)`): `[N, C, H, W]` to `[N, C, height, width]`.
  public func upsampledBilinear(height: Int, width: Int) -> Tensor {
    resized(height: height, width: width, mode: .bilinear)
  }

  /// Resizing by the nearest pixel centre (`interpolate(mode="nearest-exact")`).
  public func upsampledNearest(height: Int, width: Int) -> Tensor {
    resized(height: height, width: width, mode: .nearest)
  }

  private func resized(height: Int, width: Int, mode: ResizeMode) -> Tensor {
    require(
      shape.rank == 4 && height > 0 && width > 0, "resize: \(shape) to \(height)x\(width)")
    if shape[2] == height, shape[3] == width { return self }
    let x = storage, shape = shape
    return Self.operation("resize", [self]) { backend, _ in
      let y = backend.resize(x, height: height, width: width, mode: mode)
      return (y, { [backend.resizeGradient($0, shape: shape, mode: mode)] })
    }
  }
}
