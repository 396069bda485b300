/// Where the camera stands and what it sees: independent of the picture's size in pixels.
struct StreetCamera {
  var position: Vector
  /// Heading as a share of the full circle.
  var turns: Float
  /// Focal length as a share of the picture's width.
  var focal: Float
  /// The horizon's row as a share of the picture's height.
  var horizon: Float
}

/// Everything that stands in a street, as polygons in metres; it holds no colours and no pixels.
struct StreetScene {
  var camera: StreetCamera
  /// Towards the sun, length one.
  var sun: Vector
  var road: RoadMarkings
  /// Height of the ego vehicle's hood at mid-picture as a share of the picture's height, or 0.
  var hoodHeight: Float = 0
  var surfaces: [Surface] = []
  var vertices: [Vector] = []
  var faces: [Face] = []
  /// The faces before this one are ground, onto which shadows fall.
  var groundFaceCount = 0
  /// Polygons on the ground, darkened because something stands on it, as ranges of `vertices`.
  var contacts: [Range<Int>] = []

  init(camera: StreetCamera, sun: Vector, road: RoadMarkings) {
    self.camera = camera
    self.sun = sun
    self.road = road
    vertices.reserveCapacity(32768)
    faces.reserveCapacity(6144)
  }

  /// Makes a surface that faces can share.
  mutating func surface(
    _ kind: Surface.Kind, tone: UInt32 = 0, sizes: SIMD4<Float> = .zero
  ) -> Int {
    surfaces.append(Surface(kind: kind, tone: tone, sizes: sizes))
    return surfaces.count - 1
  }

  /// Adds a planar polygon whose u runs along the first edge from the first point, in metres,
  /// unless axes are given.
  mutating func polygon(
    _ points: [Vector], _ surface: Int, _ label: CityscapesClass,
    origin: Vector? = nil, u: Vector? = nil, v: Vector? = nil,
    form: FaceForm = .flat, castsShadow: Bool = true
  ) {
    let start = origin ?? points[0]
    let along = u ?? (points[1] - points[0]).normalised
    var across = v ?? .zero
    if v == nil {
      let side = points[points.count - 1] - points[0]
      across = (side - along * side.dot(along)).normalised
    }
    var normal = along.cross(across).normalised
    if normal.dot(camera.position - start) < 0 { normal = -normal }
    faces.append(
      Face(
        firstVertex: vertices.count, vertexCount: points.count, origin: start, u: along, v: across,
        normal: normal, surface: surface, label: label.rawValue, form: form,
        castsShadow: castsShadow))
    vertices.append(contentsOf: points)
  }

  /// Darkens the ground where something touches it.
  mutating func contact(_ points: [Vector]) {
    contacts.append(vertices.count..<(vertices.count + points.count))
    vertices.append(contentsOf: points)
  }
}
