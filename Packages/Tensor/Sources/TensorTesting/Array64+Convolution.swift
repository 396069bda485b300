import Tensor

extension Array64 {
  /// Two-dimensional convolution of `[N, C, H, W]` by `[O, C / groups, kH, kW]`.
  public func conv2d(
    weight: Array64, bias: Array64? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) -> Array64 {
    let height = shape[2], width = shape[3], channels = weight.shape[1]
    let tall = weight.shape[2], wide = weight.shape[3]
    let outputsPerGroup = weight.shape[0] / groups
    func extent(_ size: Int, _ kernel: Int) -> Int {
      (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
    }
    return Self.filled([shape[0], weight.shape[0], extent(height, tall), extent(width, wide)]) {
      n, o, y, x in
      var sum = bias?.values[o] ?? 0
      for c in 0..<channels {
        for i in 0..<tall {
          let row = y * stride - padding + i * dilation
          if row < 0 || row >= height { continue }
          for j in 0..<wide {
            let column = x * stride - padding + j * dilation
            if column < 0 || column >= width { continue }
            sum += self[n, o / outputsPerGroup * channels + c, row, column] * weight[o, c, i, j]
          }
        }
      }
      return sum
    }
  }

  /// The largest element of each window; the padding is never the largest.
  public func maxPool2d(kernel: Int, stride: Int, padding: Int = 0) -> Array64 {
    let height = (shape[2] + 2 * padding - kernel) / stride + 1
    let width = (shape[3] + 2 * padding - kernel) / stride + 1
    return Self.filled([shape[0], shape[1], height, width]) { n, c, y, x in
      var largest = -Double.infinity
      for row in y * stride - padding..<y * stride - padding + kernel {
        for column in x * stride - padding..<x * stride - padding + kernel
        where row >= 0 && row < shape[2] && column >= 0 && column < shape[3] {
          largest = max(largest, self[n, c, row, column])
        }
      }
      return largest
    }
  }

  /// Bilinear resizing with half-pixel centres (PyTorch's `align_corners=False`).
  public func upsampledBilinear(height: Int, width: Int) -> Array64 {
    func taps(_ index: Int, from: Int, to: Int) -> (low: Int, high: Int, weight: Double) {
      let position = max(0, (Double(index) + 0.5) * Double(from) / Double(to) - 0.5)
      let low = Int(position)
      return (low, min(low + 1, from - 1), position - Double(low))
    }
    return Self.filled([shape[0], shape[1], height, width]) { n, c, y, x in
      let row = taps(y, from: shape[2], to: height), column = taps(x, from: shape[3], to: width)
      let above =
        self[n, c, row.low, column.low] * (1 - column.weight)
        + self[n, c, row.low, column.high] * column.weight
      let below =
        self[n, c, row.high, column.low] * (1 - column.weight)
        + self[n, c, row.high, column.high] * column.weight
      return above * (1 - row.weight) + below * row.weight
    }
  }

  /// Resizing by the nearest pixel centre (PyTorch's `nearest-exact`).
  public func upsampledNearest(height: Int, width: Int) -> Array64 {
    func nearest(_ index: Int, from: Int, to: Int) -> Int {
      min(Int((Double(index) + 0.5) * Double(from) / Double(to)), from - 1)
    }
    return Self.filled([shape[0], shape[1], height, width]) { n, c, y, x in
      self[n, c, nearest(y, from: shape[2], to: height), nearest(x, from: shape[3], to: width)]
    }
  }
}
