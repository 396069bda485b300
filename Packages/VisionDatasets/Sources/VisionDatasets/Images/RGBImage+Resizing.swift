extension RGBImage {
  /// The picture at another size, with half-pixel centres (`align_corners = false`).
  ///
  /// - Precondition: both sides are at least 1, before and after.
  public func resized(
    width newWidth: Int, height newHeight: Int, filter: ResizeFilter = .bilinear
  ) -> RGBImage {
    precondition(
      width > 0 && height > 0 && newWidth > 0 && newHeight > 0,
      "cannot resize \(width)x\(height) to \(newWidth)x\(newHeight)")
    let antialias = filter == .bilinear
    var result = self
    if newWidth != width {
      result = result.resizedHorizontally(
        BilinearTaps(source: width, target: newWidth, antialias: antialias))
    }
    if newHeight != height {
      result = result.resizedVertically(
        BilinearTaps(source: height, target: newHeight, antialias: antialias))
    }
    return result
  }

  private static let half: Int32 = 1 << (BilinearTaps.precision - 1)

  private func resizedHorizontally(_ taps: BilinearTaps) -> RGBImage {
    let newWidth = taps.starts.count
    let size = height * newWidth * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { out, count in
      self.pixels.withUnsafeBufferPointer { source in
        taps.weights.withUnsafeBufferPointer { weights in
          for row in 0..<height {
            for column in 0..<newWidth {
              var from = (row * width + taps.starts[column]) * 3
              var red = Self.half
              var green = Self.half
              var blue = Self.half
              let first = column &* taps.stride
              for tap in first..<first &+ taps.counts[column] {
                let weight = weights[tap]
                red &+= Int32(source[from]) &* weight
                green &+= Int32(source[from &+ 1]) &* weight
                blue &+= Int32(source[from &+ 2]) &* weight
                from &+= 3
              }
              let to = (row &* newWidth &+ column) &* 3
              out[to] = UInt8(truncatingIfNeeded: red >> BilinearTaps.precision)
              out[to &+ 1] = UInt8(truncatingIfNeeded: green >> BilinearTaps.precision)
              out[to &+ 2] = UInt8(truncatingIfNeeded: blue >> BilinearTaps.precision)
            }
          }
        }
      }
      count = size
    }
    return RGBImage(width: newWidth, height: height, pixels: pixels)
  }

  private func resizedVertically(_ taps: BilinearTaps) -> RGBImage {
    let newHeight = taps.starts.count
    let rowSize = width * 3
    let size = newHeight * rowSize
    var sums = [Int32](repeating: 0, count: rowSize)
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { out, count in
      self.pixels.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          for row in 0..<newHeight {
            sums.update(repeating: Self.half)
            for tap in 0..<taps.counts[row] {
              let weight = taps.weights[row * taps.stride + tap]
              let from = source.baseAddress.map { $0 + (taps.starts[row] + tap) * rowSize }
              Self.add(from, times: weight, to: sums)
            }
            let to = row * rowSize
            for index in 0..<rowSize {
              out[to &+ index] = UInt8(truncatingIfNeeded: sums[index] >> BilinearTaps.precision)
            }
          }
        }
      }
      count = size
    }
    return RGBImage(width: width, height: newHeight, pixels: pixels)
  }

  /// One source row into the sums: the loop that the compiler vectorises.
  @inline(__always)
  private static func add(
    _ row: UnsafePointer<UInt8>?, times weight: Int32, to sums: UnsafeMutableBufferPointer<Int32>
  ) {
    guard let row else { return }
    for index in 0..<sums.count { sums[index] &+= Int32(row[index]) &* weight }
  }
}
