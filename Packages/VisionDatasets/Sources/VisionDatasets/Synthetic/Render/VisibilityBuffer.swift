/// Which face each sample sees, and how near it is.
///
/// Pictures are drawn with 2 x 2 samples in a pixel. Labels and colours are both read from here, so
/// they agree to the sample.
struct VisibilityBuffer {
  /// Set in a sample on which the sun does not shine.
  static let shadow: UInt32 = 1 << 31
  /// Set in a sample under something that stands on the ground.
  static let contact: UInt32 = 1 << 30
  /// The rest of the bits: 0 is the sky, others the face's place plus one.
  static let faceMask: UInt32 = contact - 1

  let width: Int
  let height: Int
  private(set) var faces: [UInt32]
  private var nearness: [Float]
  private var corners: [SIMD2<Float>] = []
  private var clipped: [Vector] = []
  /// Where the outline crosses each row, unordered: ``rowCapacity`` places for every row.
  private var crossings: [Float]
  private var crossingCounts: [UInt8]
  /// No outline here turns back on itself more often; what does is left out.
  private static let rowCapacity = 16

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    faces = Array(repeating: 0, count: width * height)
    nearness = Array(repeating: 0, count: width * height)
    crossings = Array(repeating: 0, count: height * Self.rowCapacity)
    crossingCounts = Array(repeating: 0, count: height)
  }

  /// Makes everything sky.
  mutating func clear() {
    faces.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    nearness.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  /// Draws a polygon given in the camera's axes where it is nearer than what is there.
  mutating func draw(
    _ points: [Vector], _ projection: Projection, nearness form: LinearForm, face: UInt32
  ) {
    guard outline(points, projection) else { return }
    let width = width
    spans { row, start, end, faces, nearness in
      let y = Float(row) + 0.5
      let rowStart = form.perY * y + form.constant
      let faces = faces + row * width
      let nearness = nearness + row * width
      let fresh = SIMD4(repeating: face)
      var column = start
      while column + 4 <= end {
        let near = rowStart + form.perX * (Float(column) + SIMD4(0.5, 1.5, 2.5, 3.5))
        let nearAddress = UnsafeMutableRawPointer(nearness + column)
        let faceAddress = UnsafeMutableRawPointer(faces + column)
        let before = nearAddress.loadUnaligned(as: SIMD4<Float>.self)
        let there = faceAddress.loadUnaligned(as: SIMD4<UInt32>.self)
        let isNearer = near .> before
        nearAddress.storeBytes(
          of: before.replacing(with: near, where: isNearer), as: SIMD4<Float>.self)
        faceAddress.storeBytes(
          of: there.replacing(with: fresh, where: isNearer), as: SIMD4<UInt32>.self)
        column += 4
      }
      while column < end {
        let near = rowStart + form.perX * (Float(column) + 0.5)
        if near > nearness[column] {
          nearness[column] = near
          faces[column] = face
        }
        column += 1
      }
    }
  }

  /// Sets a mark where the polygon covers one of the first `groundCount` faces.
  mutating func mark(
    _ points: [Vector], _ projection: Projection, _ mark: UInt32, groundCount: Int
  ) {
    guard outline(points, projection) else { return }
    let width = width
    let limit = UInt32(groundCount)
    spans { row, start, end, faces, _ in
      for index in (row * width + start)..<(row * width + end) {
        let face = faces[index] & Self.faceMask
        if face > 0 && face <= limit { faces[index] |= mark }
      }
    }
  }

  /// Clips to what lies before the camera and projects; false if nothing is left in the picture.
  private mutating func outline(_ points: [Vector], _ projection: Projection) -> Bool {
    clipped.removeAll(keepingCapacity: true)
    let nearest = Projection.nearest
    var previous = points[points.count - 1]
    for point in points {
      if (point.z >= nearest) != (previous.z >= nearest) {
        let share = (nearest - previous.z) / (point.z - previous.z)
        clipped.append(previous.mixed(point, share))
      }
      if point.z >= nearest { clipped.append(point) }
      previous = point
    }
    guard clipped.count > 2 else { return false }
    corners.removeAll(keepingCapacity: true)
    var low = SIMD2<Float>(repeating: .infinity)
    var high = SIMD2<Float>(repeating: -.infinity)
    for point in clipped {
      let corner = projection.projected(point)
      corners.append(corner)
      low = pointwiseMin(low, corner)
      high = pointwiseMax(high, corner)
    }
    return high.x > 0 && low.x < Float(width) && high.y > 0 && low.y < Float(height)
  }

  /// Calls `body` with each run of samples inside the outline (even-odd rule).
  @inline(__always)
  private mutating func spans(
    _ body: (
      _ row: Int, _ start: Int, _ end: Int, _ faces: UnsafeMutablePointer<UInt32>,
      _ nearness: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    var low = Float.infinity
    var high = -Float.infinity
    for corner in corners {
      low = min(low, corner.y)
      high = max(high, corner.y)
    }
    let firstRow = Int(max(0, (low - 0.5).rounded(.up)))
    let lastRow = Int(min(Float(height), (high - 0.5).rounded(.up)))
    guard firstRow < lastRow else { return }
    let limit = Float(width)
    let capacity = Self.rowCapacity
    crossings.withUnsafeMutableBufferPointer { crossings in
      crossingCounts.withUnsafeMutableBufferPointer { counts in
        Self.collect(corners, firstRow..<lastRow, crossings, counts)
        faces.withUnsafeMutableBufferPointer { faceBuffer in
          nearness.withUnsafeMutableBufferPointer { nearBuffer in
            guard let face = faceBuffer.baseAddress, let near = nearBuffer.baseAddress,
              let places = crossings.baseAddress
            else { return }
            for row in firstRow..<lastRow {
              let found = Int(counts[row])
              counts[row] = 0
              let here = places + row * capacity
              Self.sort(here, found)
              var pair = 0
              while pair + 1 < found {
                let start = Int(min(limit, max(0, (here[pair] - 0.5).rounded(.up))))
                let end = Int(min(limit, max(0, (here[pair + 1] - 0.5).rounded(.up))))
                if start < end { body(row, start, end, face, near) }
                pair += 2
              }
            }
          }
        }
      }
    }
  }

  /// Notes for each row of `rows` where the outline crosses the middle of its samples.
  ///
  /// Edge by edge rather than row by row: the work is the outline's length, however many corners.
  private static func collect(
    _ corners: [SIMD2<Float>], _ rows: Range<Int>, _ crossings: UnsafeMutableBufferPointer<Float>,
    _ counts: UnsafeMutableBufferPointer<UInt8>
  ) {
    let capacity = crossings.count / counts.count
    let (first, last) = (Float(rows.lowerBound), Float(rows.upperBound))
    var previous = corners[corners.count - 1]
    for corner in corners {
      let (upper, lower) = corner.y < previous.y ? (corner, previous) : (previous, corner)
      let start = Int(max(first, min(last, (upper.y - 0.5).rounded(.up))))
      let end = Int(max(first, min(last, (lower.y - 0.5).rounded(.up))))
      if start < end {
        let slope = (lower.x - upper.x) / (lower.y - upper.y)
        for row in start..<end {
          let count = Int(counts[row])
          guard count < capacity else { continue }
          crossings[row * capacity + count] = upper.x + slope * (Float(row) + 0.5 - upper.y)
          counts[row] = UInt8(count + 1)
        }
      }
      previous = corner
    }
  }

  /// From left to right; nearly always there are two.
  @inline(__always)
  private static func sort(_ places: UnsafeMutablePointer<Float>, _ count: Int) {
    var next = 1
    while next < count {
      let x = places[next]
      var place = next
      while place > 0 && places[place - 1] > x {
        places[place] = places[place - 1]
        place -= 1
      }
      places[place] = x
      next += 1
    }
  }
}
