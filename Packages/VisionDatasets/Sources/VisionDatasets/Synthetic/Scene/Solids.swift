/// Solids put together from polygons.
extension StreetScene {
  /// Four corners in order around the quad; u from the first to the second, v to the fourth.
  mutating func quad(
    _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, _ surface: Int, _ label: CityscapesClass,
    castsShadow: Bool = true
  ) {
    polygon([a, b, c, d], surface, label, castsShadow: castsShadow)
  }

  /// A box in a frame's coordinates without its bottom.
  mutating func box(
    _ frame: Frame, from low: Vector, to high: Vector, _ side: Int, top: Int? = nil,
    _ label: CityscapesClass
  ) {
    let p000 = frame.point(low.x, low.y, low.z)
    let p100 = frame.point(high.x, low.y, low.z)
    let p010 = frame.point(low.x, high.y, low.z)
    let p110 = frame.point(high.x, high.y, low.z)
    let p001 = frame.point(low.x, low.y, high.z)
    let p101 = frame.point(high.x, low.y, high.z)
    let p011 = frame.point(low.x, high.y, high.z)
    let p111 = frame.point(high.x, high.y, high.z)
    quad(p000, p100, p110, p010, side, label)
    quad(p101, p001, p011, p111, side, label)
    quad(p001, p000, p010, p011, side, label)
    quad(p100, p101, p111, p110, side, label)
    quad(p010, p110, p111, p011, top ?? side, label)
  }

  /// A rod between two points, round at its ends, turned to the camera.
  mutating func rod(
    _ a: Vector, _ b: Vector, _ radiusA: Float, _ radiusB: Float, _ surface: Int,
    _ label: CityscapesClass, castsShadow: Bool = true
  ) {
    var axis = (b - a).normalised
    let view = camera.position - (a + b) * 0.5
    var side = axis.cross(view).normalised
    if side.dot(side) < 0.5 {  // seen along its axis, or of no length: any direction will do
      side = Vector(0, 1, 0).cross(view).normalised
      axis = view.cross(side).normalised
    }
    let cap = axis * 0.7
    let points = [
      a + side * radiusA, a + (side * 0.7 - cap) * radiusA, a - axis * radiusA,
      a - (side * 0.7 + cap) * radiusA, a - side * radiusA,
      b - side * radiusB, b - (side * 0.7 - cap) * radiusB, b + axis * radiusB,
      b + (side * 0.7 + cap) * radiusB, b + side * radiusB,
    ]
    let radius = max(radiusA, radiusB, 0.001)
    polygon(
      points, surface, label, origin: a, u: axis, v: side / radius, form: .rod,
      castsShadow: castsShadow)
  }

  /// A square-ended rod, for posts and beams.
  mutating func post(
    _ a: Vector, _ b: Vector, _ radius: Float, _ surface: Int, _ label: CityscapesClass
  ) {
    let axis = (b - a).normalised
    let side = axis.cross(camera.position - (a + b) * 0.5).normalised
    let reach = side * radius
    polygon(
      [a + reach, a - reach, b - reach, b + reach], surface, label, origin: a, u: axis,
      v: side / radius, form: .rod)
  }

  /// A ball or egg turned to the camera; `ragged` moves its outline in and out by that share.
  mutating func ball(
    _ centre: Vector, _ width: Float, _ height: Float, _ surface: Int, _ label: CityscapesClass,
    ragged: Float = 0, corners: Int = 12, random: inout StreetRandom, castsShadow: Bool = true
  ) {
    let view = (camera.position - centre).normalised
    let side = Vector(0, 1, 0).cross(view).normalised
    let up = view.cross(side)
    var points: [Vector] = []
    points.reserveCapacity(corners)
    for corner in 0..<corners {
      let turn = Turn(turns: Float(corner) / Float(corners))
      let reach = ragged > 0 ? 1 - ragged * random.unit() : 1
      points.append(
        centre + side * (turn.cosine * width * reach) + up * (turn.sine * height * reach))
    }
    polygon(
      points, surface, label, origin: centre, u: side / width, v: up / height, form: .ball,
      castsShadow: castsShadow)
  }

  /// A flat regular polygon in the plane of `u` and `v` (length one), its u and v from -1 to 1.
  mutating func disc(
    _ centre: Vector, u: Vector, v: Vector, radius: Float, corners: Int = 14, turned: Float = 0,
    _ surface: Int, _ label: CityscapesClass, castsShadow: Bool = true
  ) {
    var points: [Vector] = []
    points.reserveCapacity(corners)
    for corner in 0..<corners {
      let turn = Turn(turns: Float(corner) / Float(corners) + turned)
      points.append(centre + u * (turn.cosine * radius) + v * (turn.sine * radius))
    }
    polygon(
      points, surface, label, origin: centre, u: u / radius, v: v / radius,
      castsShadow: castsShadow)
  }

  /// A side view given as (z, y) points, stretched over the width: two sides and the strip between.
  mutating func extrusion(
    _ frame: Frame, profile: [(z: Float, y: Float)], halfWidth: Float, _ surface: Int,
    _ label: CityscapesClass
  ) {
    for side in [-halfWidth, halfWidth] {
      polygon(
        profile.map { frame.point(side, $0.y, $0.z) }, surface, label,
        origin: frame.point(side, 0, 0), u: frame.forward, v: Vector(0, 1, 0))
    }
    for index in profile.indices {
      let a = profile[index]
      let b = profile[(index + 1) % profile.count]
      quad(
        frame.point(-halfWidth, a.y, a.z), frame.point(halfWidth, a.y, a.z),
        frame.point(halfWidth, b.y, b.z), frame.point(-halfWidth, b.y, b.z), surface, label)
    }
  }
}
