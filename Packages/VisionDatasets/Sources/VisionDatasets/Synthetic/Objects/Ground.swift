/// Road, kerbs, sidewalks, verges and the land beside them. Must be added before anything else:
/// shadows fall on what is there when ``StreetScene/groundFaceCount`` is set.
extension StreetScene {
  static let walkHeight: Float = 0.13

  mutating func addGround(_ plan: StreetPlan, random: inout StreetRandom) {
    let grass = surface(.grass, tone: random.tone())
    let asphalt = surface(.asphalt, tone: random.tone())
    let paving = surface(.paving, tone: random.tone())
    let kerb = surface(.kerb, tone: random.tone())
    let wide: Float = 320
    flat([(-wide, -40), (wide, -40), (wide, 340), (-wide, 340)], -0.06, grass, .terrain)
    strip(plan, -plan.left.kerb, plan.right.kerb, 0, StreetPlan.start...170, asphalt, .road)
    if let crossing = plan.crossing {
      flat(
        [(-90, crossing.near), (90, crossing.near), (90, crossing.far), (-90, crossing.far)], 0,
        asphalt, .road)
    }
    for side in plan.sides {
      let stretches = plan.stretches(clearing: false)
      for stretch in stretches {
        sideStrips(plan, side, stretch, paving: paving, kerb: kerb, grass: grass)
      }
      addCrossingWalks(plan, side, paving: paving, kerb: kerb)
    }
    if plan.medianHalf > 0 {
      let inner = plan.medianIsGrass ? grass : paving
      for stretch in plan.stretches(clearing: true) {
        let half = plan.medianHalf
        strip(
          plan, -half, half, 0.1, stretch, inner, plan.medianIsGrass ? .terrain : .sidewalk)
        kerbFace(plan, -half, 0.1, stretch, kerb)
        kerbFace(plan, half, 0.1, stretch, kerb)
      }
    }
    groundFaceCount = faces.count
  }

  private mutating func sideStrips(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ stretch: ClosedRange<Float>,
    paving: Int, kerb: Int, grass: Int
  ) {
    let sign = side.sign
    let height = Self.walkHeight
    kerbFace(plan, sign * side.kerb, height, stretch, kerb)
    strip(
      plan, sign * side.kerb, sign * (side.kerb + 0.16), height, stretch, kerb, .sidewalk)
    let walk = side.kerb + 0.16 + side.verge
    if side.verge > 0 {
      strip(plan, sign * (side.kerb + 0.16), sign * walk, height, stretch, grass, .terrain)
    }
    strip(plan, sign * walk, sign * side.edge, height, stretch, paving, .sidewalk)
  }

  /// The sidewalks of the road across, beyond the corner.
  private mutating func addCrossingWalks(
    _ plan: StreetPlan, _ side: StreetPlan.Side, paving: Int, kerb: Int
  ) {
    guard let crossing = plan.crossing else { return }
    let height = Self.walkHeight
    for (near, far, kerbAt) in [
      (crossing.near - crossing.walk, crossing.near, crossing.near),
      (crossing.far, crossing.far + crossing.walk, crossing.far),
    ] {
      let inner = plan.point(side.sign * side.edge, 0, kerbAt).x - side.sign * 0.4
      let outer = side.sign * 90
      flat([(inner, near), (outer, near), (outer, far), (inner, far)], height, paving, .sidewalk)
      let start = plan.point(side.sign * side.kerb, 0, kerbAt).x
      quad(
        Vector(start, 0, kerbAt), Vector(outer, 0, kerbAt), Vector(outer, height, kerbAt),
        Vector(start, height, kerbAt), kerb, .sidewalk, castsShadow: false)
    }
  }

  /// A level polygon of (x, z) points whose u and v are the world's x and z.
  mutating func flat(
    _ points: [(x: Float, z: Float)], _ y: Float, _ surface: Int, _ label: CityscapesClass
  ) {
    polygon(
      points.map { Vector($0.x, y, $0.z) }, surface, label, origin: Vector(0, y, 0),
      u: Vector(1, 0, 0), v: Vector(0, 0, 1), castsShadow: false)
  }

  /// A level band along the road between two distances from its centre line.
  mutating func strip(
    _ plan: StreetPlan, _ inner: Float, _ outer: Float, _ y: Float, _ stretch: ClosedRange<Float>,
    _ surface: Int, _ label: CityscapesClass
  ) {
    var near: [(x: Float, z: Float)] = []
    var far: [(x: Float, z: Float)] = []
    for z in plan.stations(stretch) {
      near.append((plan.point(inner, 0, z).x, z))
      far.append((plan.point(outer, 0, z).x, z))
    }
    flat(near + far.reversed(), y, surface, label)
  }

  private mutating func kerbFace(
    _ plan: StreetPlan, _ s: Float, _ height: Float, _ stretch: ClosedRange<Float>, _ surface: Int
  ) {
    let stations = plan.stations(stretch)
    for (near, far) in zip(stations, stations.dropFirst()) {
      quad(
        plan.point(s, 0, near), plan.point(s, 0, far), plan.point(s, height, far),
        plan.point(s, height, near), surface, .sidewalk, castsShadow: false)
    }
  }
}

extension StreetPlan {
  /// The z at which a curved edge is cut into straight pieces: always the same ones, so that
  /// neighbouring bands meet without a gap.
  func stations(_ stretch: ClosedRange<Float>) -> [Float] {
    if bend == 0 { return [stretch.lowerBound, stretch.upperBound] }
    var stations = [stretch.lowerBound]
    var z = (stretch.lowerBound / 5 + 1).rounded(.down) * 5
    while z < stretch.upperBound {
      stations.append(z)
      z += 5
    }
    stations.append(stretch.upperBound)
    return stations
  }
}
