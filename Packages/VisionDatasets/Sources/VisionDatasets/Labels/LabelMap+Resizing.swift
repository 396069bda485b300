extension LabelMap {
  /// The labels at another size, each from the source pixel that its centre falls on.
  ///
  /// - Precondition: both sides are at least 1, before and after.
  public func resized(width newWidth: Int, height newHeight: Int) -> LabelMap {
    precondition(
      width > 0 && height > 0 && newWidth > 0 && newHeight > 0,
      "cannot resize \(width)x\(height) to \(newWidth)x\(newHeight)")
    if newWidth == width, newHeight == height { return self }
    let columns = Self.sources(from: width, to: newWidth)
    let rows = Self.sources(from: height, to: newHeight)
    let size = newWidth * newHeight
    let resized = [UInt8](unsafeUninitializedCapacity: size) { out, count in
      labels.withUnsafeBufferPointer { source in
        columns.withUnsafeBufferPointer { columns in
          for (row, from) in rows.enumerated() {
            let start = from * width
            for column in 0..<newWidth {
              out[row &* newWidth &+ column] = source[start &+ columns[column]]
            }
          }
        }
      }
      count = size
    }
    return LabelMap(width: newWidth, height: newHeight, labels: resized)
  }

  /// The source position of each target position. The positions are added up, not multiplied, for
  /// that is how Pillow comes to round the borderline ones.
  private static func sources(from length: Int, to target: Int) -> [Int] {
    let step = Double(length) / Double(target)
    var position = step * 0.5
    return (0..<target).map { _ in
      defer { position += step }
      return min(Int(position), length - 1)
    }
  }
}
