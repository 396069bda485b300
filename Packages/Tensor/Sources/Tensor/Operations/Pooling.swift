/// The sizes of a pooling window.
public struct PoolingGeometry: Hashable, Sendable {
  /// `[N, C, H, W]`.
  public let input: Shape
  /// Extent of the window, both ways.
  public let kernel: Int
  /// Step between windows.
  public let stride: Int
  /// Elements added on each side that are never the largest.
  public let padding: Int
  /// `[N, C, H', W']` with `H' = (H + 2·padding - kernel) / stride + 1`.
  public let output: Shape

  /// Validates the sizes.
  ///
  /// - Precondition: The window fits, and the padding is at most half of it.
  public init(input: Shape, kernel: Int, stride: Int, padding: Int) {
    require(
      input.rank == 4 && kernel > 0 && stride > 0 && padding >= 0 && 2 * padding <= kernel
        && min(input[2], input[3]) + 2 * padding >= kernel,
      "maxPool2d: kernel \(kernel), stride \(stride), padding \(padding) on \(input)")
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    output = input.with(
      height: (input[2] + 2 * padding - kernel) / stride + 1,
      width: (input[3] + 2 * padding - kernel) / stride + 1)
  }
}

extension Tensor {
  /// The largest element of each window (`torch.nn.functional.max_pool2d`). Quantised maps stay
  /// quantised.
  ///
  /// - Returns: `[N, C, H', W']`; see ``PoolingGeometry``.
  public func maxPool2d(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    let geometry = PoolingGeometry(input: shape, kernel: kernel, stride: stride, padding: padding)
    require(dtype.isNumber || step != nil, "maxPool2d takes numbers, not labels")
    let x = storage
    if let step {
      return Self.byteOperation("maxPool2d", step: step) {
        $0.maxPool(x, geometry: geometry).output
      }
    }
    return Self.operation("maxPool2d", [self]) { backend, _ in
      let (y, workspace) = backend.maxPool(x, geometry: geometry)
      return (y, { [backend.maxPoolGradient($0, workspace: workspace, geometry: geometry)] })
    }
  }

  /// The mean over the pixels: `[N, C, H, W]` to `[N, C, 1, 1]`, in float32.
  public func spatialMean() -> Tensor {
    require(
      shape.rank == 4 && shape.count > 0,
      "spatialMean takes [N, C, H, W] with elements, not \(shape)")
    let x = storage
    let share = 1 / Float(shape[2] * shape[3])
    return Self.operation("spatialMean", [self]) { backend, _ in
      let y = backend.sumChannels(x, times: nil, scale: share)
      return (y, { [backend.fillChannels(backend.scale(backend.plain($0), by: share), like: x)] })
    }
  }
}
