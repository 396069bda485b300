/// Cars: a body of full width, a cabin that narrows towards the roof, glass, lamps and wheels.
extension StreetScene {
  /// The proportions of one kind of car; z in shares of the length, y in metres.
  private struct CarShape {
    var length: Float
    var width: Float
    var belt: Float
    var height: Float
    var bonnet: Float
    /// Cabin along the belt line and along the roof.
    var cabin: (rear: Float, front: Float)
    var roof: (rear: Float, front: Float)

    static let all = [
      CarShape(  // saloon
        length: 4.6, width: 1.8, belt: 0.92, height: 1.44, bonnet: 0.74,
        cabin: (-0.4, 0.24), roof: (-0.22, 0.06)),
      CarShape(  // hatchback
        length: 4.0, width: 1.75, belt: 0.93, height: 1.48, bonnet: 0.76,
        cabin: (-0.49, 0.26), roof: (-0.4, 0.08)),
      CarShape(  // estate
        length: 4.7, width: 1.82, belt: 0.92, height: 1.48, bonnet: 0.76,
        cabin: (-0.49, 0.24), roof: (-0.43, 0.07)),
      CarShape(  // sport utility
        length: 4.6, width: 1.9, belt: 1.08, height: 1.74, bonnet: 0.98,
        cabin: (-0.49, 0.22), roof: (-0.42, 0.08)),
      CarShape(  // van
        length: 4.9, width: 1.92, belt: 1.1, height: 1.95, bonnet: 0.95,
        cabin: (-0.495, 0.36), roof: (-0.48, 0.2)),
    ]
  }

  mutating func addCar(_ frame: Frame, random: inout StreetRandom) {
    let shape = CarShape.all[random.choice(0.28, 0.3, 0.16, 0.16, 0.1)]
    let paint = surface(.carPaint, tone: random.tone())
    let glass = surface(.glass, tone: random.tone())
    let trim = surface(.trim)
    let l = shape.length
    let w = shape.width / 2
    let belt = shape.belt
    extrusion(
      frame,
      profile: [
        (-0.495 * l, 0.28), (-0.5 * l, 0.55), (-0.49 * l, belt * 0.96), (-0.46 * l, belt),
        (shape.cabin.front * l, belt), (0.44 * l, shape.bonnet), (0.49 * l, shape.bonnet * 0.86),
        (0.5 * l, 0.5), (0.485 * l, 0.24),
      ], halfWidth: w, paint, .car)
    box(
      frame, from: Vector(-w + 0.06, 0.14, -0.47 * l), to: Vector(w - 0.06, 0.3, 0.47 * l), trim,
      .car)
    addCabin(frame, shape, paint: paint, glass: glass)
    addCarFaces(frame, shape, trim: trim)
    for z in [-0.31 * l, 0.31 * l] {
      addWheel(frame, z: z, halfWidth: w, radius: 0.32 + (shape.height > 1.6 ? 0.04 : 0), .car)
    }
    contact(
      [(-w, -0.5), (w, -0.5), (w, 0.5), (-w, 0.5)].map {
        frame.point($0.0 * 1.08, 0, $0.1 * l * 1.03)
      })
  }

  private mutating func addCabin(_ frame: Frame, _ shape: CarShape, paint: Int, glass: Int) {
    let l = shape.length
    let w = shape.width / 2
    let top = w - 0.17
    let (belt, height) = (shape.belt, shape.height)
    let (rear, front) = (shape.cabin.rear * l, shape.cabin.front * l)
    let (roofRear, roofFront) = (shape.roof.rear * l, shape.roof.front * l)
    quad(
      frame.point(-top, height, roofRear), frame.point(top, height, roofRear),
      frame.point(top, height, roofFront), frame.point(-top, height, roofFront), paint, .car)
    // One pane of the cabin: the painted frame and the glass let into it.
    func pane(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, inset: Float) {
      quad(a, b, c, d, paint, .car)
      let middle = (a + b + c + d) * 0.25
      let across = (b - a).cross(d - a).normalised
      let outward = across.dot(middle - frame.point(0, belt, 0)) < 0 ? -across : across
      let corners = [a, b, c, d].map { corner -> Vector in
        let inward = middle - corner
        return corner + inward * (inset / max(inward.length, 0.1)) + outward * 0.015
      }
      quad(corners[0], corners[1], corners[2], corners[3], glass, .car, castsShadow: false)
    }
    pane(
      frame.point(-w + 0.04, belt, front), frame.point(w - 0.04, belt, front),
      frame.point(top, height, roofFront), frame.point(-top, height, roofFront), inset: 0.1)
    pane(
      frame.point(w - 0.04, belt, rear), frame.point(-w + 0.04, belt, rear),
      frame.point(-top, height, roofRear), frame.point(top, height, roofRear), inset: 0.13)
    let pillar = (rear + front) / 2 - 0.05 * l
    let roofPillar = (roofRear + roofFront) / 2
    for side in [Float(-1), 1] {
      let (low, high) = (side * (w - 0.02), side * top)
      pane(
        frame.point(low, belt, rear), frame.point(low, belt, pillar),
        frame.point(high, height, roofPillar), frame.point(high, height, roofRear), inset: 0.1)
      pane(
        frame.point(low, belt, pillar), frame.point(low, belt, front),
        frame.point(high, height, roofFront), frame.point(high, height, roofPillar), inset: 0.1)
    }
  }

  private mutating func addCarFaces(_ frame: Frame, _ shape: CarShape, trim: Int) {
    let half = shape.length / 2
    let w = shape.width / 2
    let lamp = surface(.headlight)
    let tail = surface(.tailLight)
    let plate = surface(.plate)
    let front = half + 0.02
    let nose = shape.bonnet
    for side in [Float(-1), 1] {
      badge(frame, side * w * 0.76, nose * 0.82, front, 0.2, 0.09, lamp, .car)
      badge(frame, side * w * 0.84, shape.belt * 0.8, -front, 0.14, 0.11, tail, .car)
      rod(
        frame.point(side * (w + 0.02), shape.belt, shape.cabin.front * shape.length * 0.72),
        frame.point(side * (w + 0.16), shape.belt + 0.08, shape.cabin.front * shape.length * 0.72),
        0.08, 0.09, trim, .car)
    }
    badge(frame, 0, nose * 0.76, front, w * 0.5, 0.07, trim, .car)
    badge(frame, 0, 0.34, front, w * 0.8, 0.09, trim, .car)
    badge(frame, 0, 0.47, front + 0.01, 0.26, 0.055, plate, .car)
    badge(frame, 0, 0.34, -front, w * 0.85, 0.07, trim, .car)
    badge(frame, 0, shape.belt * 0.72, -front - 0.01, 0.26, 0.06, plate, .car)
  }

  /// An upright rectangle across a frame, seen only from its outside: lamps, plates, grilles.
  mutating func badge(
    _ frame: Frame, _ x: Float, _ y: Float, _ z: Float, _ halfWidth: Float, _ halfHeight: Float,
    _ surface: Int, _ label: CityscapesClass
  ) {
    // It stands a little before the body, and must not show past it from the other end.
    let outward = z < 0 ? -frame.forward : frame.forward
    guard outward.dot(camera.position - frame.point(x, y, z)) > 0 else { return }
    quad(
      frame.point(x - halfWidth, y - halfHeight, z), frame.point(x + halfWidth, y - halfHeight, z),
      frame.point(x + halfWidth, y + halfHeight, z), frame.point(x - halfWidth, y + halfHeight, z),
      surface, label, castsShadow: false)
  }

  /// A pair of wheels on one axle: arch, tyre and rim on each side, and the treads.
  mutating func addWheel(
    _ frame: Frame, z: Float, halfWidth: Float, radius: Float, _ label: CityscapesClass
  ) {
    let tyre = surface(.tyre)
    let rim = surface(.rim)
    let trim = surface(.trim)
    let up = Vector(0, 1, 0)
    for side in [Float(-1), 1] {
      let x = side * halfWidth
      disc(
        frame.point(x + side * 0.008, radius * 1.02, z), u: frame.forward, v: up,
        radius: radius * 1.17, trim, label, castsShadow: false)
      disc(
        frame.point(x + side * 0.016, radius, z), u: frame.forward, v: up, radius: radius, tyre,
        label, castsShadow: false)
      disc(
        frame.point(x + side * 0.024, radius, z), u: frame.forward, v: up, radius: radius * 0.64,
        rim, label, castsShadow: false)
      box(
        frame, from: Vector(x - side * 0.1 - 0.1, 0, z - radius * 0.8),
        to: Vector(x - side * 0.1 + 0.1, radius, z + radius * 0.8), tyre, label)
    }
  }
}
