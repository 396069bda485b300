/// A camera fitted to a grid of samples: where faces fall, and what lies under each sample.
struct Projection {
  /// Columns and rows of samples.
  let width: Int
  let height: Int
  private let position: Vector
  private let turn: Turn
  private let focal: Float
  private let centreX: Float
  private let centreY: Float

  /// The distance before the camera in which nothing is drawn, in metres.
  static let nearest: Float = 0.25

  init(camera: StreetCamera, width: Int, height: Int) {
    self.width = width
    self.height = height
    position = camera.position
    turn = Turn(turns: camera.turns)
    focal = camera.focal * Float(width)
    centreX = Float(width) / 2
    centreY = camera.horizon * Float(height)
  }

  /// A direction in the camera's axes.
  @inline(__always) func rotated(_ direction: Vector) -> Vector {
    Vector(
      direction.x * turn.cosine - direction.z * turn.sine, direction.y,
      direction.x * turn.sine + direction.z * turn.cosine)
  }

  /// A place in the camera's axes.
  @inline(__always) func placed(_ point: Vector) -> Vector { rotated(point - position) }

  /// Sample coordinates of a place in the camera's axes.
  @inline(__always) func projected(_ point: Vector) -> SIMD2<Float> {
    let scale = focal / point.z
    return SIMD2(centreX + point.x * scale, centreY - point.y * scale)
  }

  /// `direction` times the ray through a sample, as a linear function of the sample's place.
  @inline(__always) func alongRay(_ direction: Vector) -> LinearForm {
    let d = rotated(direction)
    return LinearForm(
      perX: d.x / focal, perY: -d.y / focal,
      constant: d.z - (d.x * centreX - d.y * centreY) / focal)
  }

  /// The ray through a sample in the camera's axes, with z = 1.
  @inline(__always) func ray(_ x: Float, _ y: Float) -> Vector {
    Vector((x - centreX) / focal, (centreY - y) / focal, 1)
  }

  /// The world's x of a ray's direction: clouds must not turn with the camera.
  @inline(__always) func unrotated(_ ray: Vector) -> Vector {
    Vector(
      ray.x * turn.cosine + ray.z * turn.sine, ray.y, -ray.x * turn.sine + ray.z * turn.cosine)
  }

  /// The face's plane and texture as functions of a sample's place.
  func plane(of face: Face) -> FacePlane {
    let offset = face.origin - position
    let distance = face.normal.dot(offset)
    // A plane through the camera is seen edge on and covers nothing.
    let inverse = abs(distance) < 1e-5 ? 0 : 1 / distance
    return FacePlane(
      nearness: alongRay(face.normal).scaled(inverse), u: alongRay(face.u), v: alongRay(face.v),
      uStart: face.u.dot(offset), vStart: face.v.dot(offset))
  }
}

/// `perX * x + perY * y + constant`.
struct LinearForm {
  var perX: Float
  var perY: Float
  var constant: Float

  @inline(__always) func callAsFunction(_ x: Float, _ y: Float) -> Float {
    perX * x + perY * y + constant
  }

  func scaled(_ factor: Float) -> LinearForm {
    LinearForm(perX: perX * factor, perY: perY * factor, constant: constant * factor)
  }
}

/// A face as seen by one camera: 1/z is linear in the picture, and so are u/z and v/z.
struct FacePlane {
  var nearness: LinearForm
  var u: LinearForm
  var v: LinearForm
  var uStart: Float
  var vStart: Float
}
