/// Gives a face's colour at a place in the picture.
struct Shader {
  /// What shading needs to know of a face.
  struct Part {
    var plane: FacePlane
    var light: Vector
    var uAxis: Vector
    var vAxis: Vector
    var normal: Vector
    var material: Int
    var form: FaceForm
    var tuft: Float
  }

  /// A place on a face, with the size of a pixel there.
  struct Spot {
    var u: Float
    var v: Float
    var uWidth: Float
    var vWidth: Float
    var distance: Float
  }

  let parts: [Part]
  let materials: [Material]
  let atmosphere: Atmosphere
  let road: RoadMarkings
  let roadStyle: RoadStyle
  let projection: Projection
  /// Samples in a pixel's width.
  let pixel: Float

  init(
    scene: StreetScene, planes: [FacePlane], palette: Palette, projection: Projection, pixel: Float
  ) {
    let atmosphere = palette.atmosphere(sun: scene.sun)
    materials = scene.surfaces.map { palette.material(for: $0) }
    self.atmosphere = atmosphere
    road = scene.road
    roadStyle = palette.roadStyle
    self.projection = projection
    self.pixel = pixel
    var parts: [Part] = []
    parts.reserveCapacity(scene.faces.count)
    for (index, face) in scene.faces.enumerated() {
      parts.append(
        Part(
          plane: planes[index], light: atmosphere.light(face.normal), uAxis: face.u.normalised,
          vAxis: face.v.normalised, normal: face.normal, material: face.surface, form: face.form,
          tuft: Noise.unit(Noise.hash(UInt32(truncatingIfNeeded: index)))))
    }
    self.parts = parts
  }

  /// - Parameters:
  ///   - id: a sample of the visibility buffer with its marks.
  ///   - x: column in samples.
  ///   - y: row in samples.
  @inline(__always)
  func colour(_ id: UInt32, _ x: Float, _ y: Float) -> Vector {
    let number = id & VisibilityBuffer.faceMask
    if number == 0 { return sky(x, y) }
    let part = parts[Int(number) - 1]
    let plane = part.plane
    let distance = min(1 / max(plane.nearness(x, y), 1e-4), 2000)
    let u = distance * plane.u(x, y)
    let v = distance * plane.v(x, y)
    let near = plane.nearness
    let spot = Spot(
      u: u - plane.uStart, v: v - plane.vStart,
      uWidth: distance * pixel
        * (abs(plane.u.perX - near.perX * u) + abs(plane.u.perY - near.perY * u)),
      vWidth: distance * pixel
        * (abs(plane.v.perX - near.perX * v) + abs(plane.v.perY - near.perY * v)),
      distance: distance)
    var light = part.light
    switch part.form {
    case .flat: break
    case .rod:
      let across = max(-1, min(1, spot.v))
      let facing = (1 - across * across).squareRoot()
      light = atmosphere.light(part.vAxis * across + part.normal * facing)
    case .ball:
      let up = max(-1, min(1, spot.v))
      let across = max(-1, min(1, spot.u))
      let facing = max(0, 1 - up * up - across * across).squareRoot()
      light = atmosphere.light(part.uAxis * across + part.vAxis * up + part.normal * facing)
    }
    if id & VisibilityBuffer.shadow != 0 {
      light -=
        atmosphere.sunColour * (atmosphere.shadowDepth * max(0, part.normal.dot(atmosphere.sun)))
    }
    if id & VisibilityBuffer.contact != 0 { light *= 0.45 }
    let surface = pattern(materials[part.material], part, spot, light)
    let clear = atmosphere.hazeDistance / (atmosphere.hazeDistance + distance)
    return atmosphere.haze.mixed(surface, clear)
  }

  /// The lit colour of a material at a spot.
  @inline(__always)
  private func pattern(_ material: Material, _ part: Part, _ spot: Spot, _ light: Vector) -> Vector
  {
    switch material.pattern {
    case .plain: material.base * light
    case .glowing: material.base
    case .cloth: cloth(material, spot) * light
    case .paint: paint(material, part, spot, light)
    case .glass: glass(material, part, spot, light)
    case .asphalt: asphalt(material, spot) * light
    case .paving: paving(material, spot) * light
    case .kerb: kerb(material, spot) * light
    case .grass: grass(material, spot) * light
    case .ballast: ballast(material, spot) * light
    case .facade: facade(material, spot, light)
    case .roofTiles: roofTiles(material, spot) * light
    case .bricks: bricks(material, spot) * light
    case .concrete: concrete(material, spot) * light
    case .planks: planks(material, spot) * light
    case .railing: railing(material, spot) * light
    case .guardRail: guardRail(material, spot) * light
    case .leaves: leaves(material, part, spot, light)
    case .spokes: spokes(material, spot) * light
    case .sign: sign(material, spot) * (light * 0.6 + 0.4)
    }
  }

  /// Gradient and clouds.
  @inline(__always)
  private func sky(_ x: Float, _ y: Float) -> Vector {
    let ray = projection.unrotated(projection.ray(x, y))
    let height = max(0, ray.y / ray.z.magnitude)
    let rise = min(1, height * 2.2)
    var colour = atmosphere.horizon.mixed(atmosphere.zenith, rise * (2 - rise))
    // Clouds lie on a level sheet, so they shrink towards the horizon.
    let scale = 1.1 / (height + 0.16)
    let (u, v) = (ray.x * scale, scale * 1.6)
    let wisps =
      Noise.smooth(u, v, road.seed) * 0.55 + Noise.smooth(u * 2.3, v * 2.3, road.seed ^ 7) * 0.3
      + Noise.smooth(u * 5.1, v * 5.1, road.seed ^ 19) * 0.15
    let edge = 0.62 - 0.3 * atmosphere.cover
    let cloud = max(0, min(1, (wisps - edge) * 4))
    colour = colour.mixed(atmosphere.cloud, cloud * (0.35 + 0.55 * rise))
    return colour
  }
}
