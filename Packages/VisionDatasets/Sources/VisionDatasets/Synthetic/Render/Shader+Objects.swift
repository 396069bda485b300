/// The colours of what stands on the ground.
extension Shader {
  @inline(__always)
  func cloth(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth * 0.1)
    let folds = Noise.grain(spot.u, spot.v * 0.12, frequency: 11, reach, material.seed) * 0.35
    return material.base * (1 + folds)
  }

  /// Lacquer: the body's colour, and the sky in what looks upwards.
  @inline(__always)
  func paint(_ material: Material, _ part: Part, _ spot: Spot, _ light: Vector) -> Vector {
    let up = max(0, part.normal.y)
    let gloss = material.sizes.x
    let flank = abs(part.normal.y) < 0.3 ? max(0, min(1, spot.v * 0.9 - 0.1)) : 1
    var body = material.base * light * (0.72 + 0.28 * flank)
    if material.sizes.y > 0 && abs(part.normal.y) < 0.3 {  // a coloured band along the side
      let band = Stripe.single(spot.v, spot.vWidth, material.sizes.y, material.sizes.z)
      body = body.mixed(material.second * light, band)
    }
    return body + atmosphere.horizon * (gloss * (0.05 + 0.3 * up * up))
  }

  @inline(__always)
  func glass(_ material: Material, _ part: Part, _ spot: Spot, _ light: Vector) -> Vector {
    let up = max(0, part.normal.y)
    let streak = Noise.smooth(
      spot.u * 0.9 + part.tuft * 31, spot.v * 1.3 + spot.u * 0.5, material.seed)
    let mirror = 0.1 + 0.28 * up + 0.26 * max(0, streak - 0.35)
    return material.base.mixed(atmosphere.horizon, mirror)
  }

  /// Foliage: each tuft has its own shade, lighter above, with gaps that look into the dark.
  @inline(__always)
  func leaves(_ material: Material, _ part: Part, _ spot: Spot, _ light: Vector) -> Vector {
    let ball = part.form == .ball
    // A tuft's u and v run from -1 to 1; a hedge's are metres.
    let scale: Float = ball ? 3.4 : 5
    let reach = max(spot.uWidth, spot.vWidth)
    let shift = part.tuft * 57
    let coarse = Noise.grain(
      spot.u + shift, spot.v, frequency: scale, reach, material.seed)
    let fine = Noise.grain(
      spot.u + shift, spot.v, frequency: scale * 2.7, reach, material.seed ^ 1)
    var tone = 0.86 + 0.34 * (part.tuft - 0.5) + coarse * 0.75 + fine * 0.6
    if ball { tone += 0.16 * spot.v }
    let leaf = material.base.mixed(material.second, max(0, min(1, 0.5 + coarse * 1.3)))
    return leaf * light * max(0.22, tone)
  }

  /// A cycle's wheel: the tyre, and spokes against the dimness behind.
  @inline(__always)
  func spokes(_ material: Material, _ spot: Spot) -> Vector {
    let radius = (spot.u * spot.u + spot.v * spot.v).squareRoot()
    let reach = max(spot.uWidth, spot.vWidth)
    let tyre = Stripe.single(radius, reach, 0.86, 1.3)
    let rim = Stripe.single(radius, reach, 0.78, 0.86)
    let hub = Stripe.single(radius, reach, -1, 0.12)
    let lattice =
      Stripe.periodic(spot.u + spot.v * 0.5, reach, period: 0.3, 0, 0.05)
      + Stripe.periodic(spot.v - spot.u * 0.5, reach, period: 0.3, 0, 0.05)
    var colour = material.base.mixed(material.second, min(1, lattice) * 0.7)
    colour = colour.mixed(material.second, max(rim, hub))
    return colour.mixed(material.third, tyre)
  }

  /// Sizes.x is the shape: 0 disc, 1 triangle, 2 square on its corner, 3 octagon, 4 board, 5 gantry.
  @inline(__always)
  func sign(_ material: Material, _ spot: Spot) -> Vector {
    let shape = Int32(material.sizes.x)
    let reach = max(spot.uWidth, spot.vWidth)
    let variant = material.seed % 4
    let radius = (spot.u * spot.u + spot.v * spot.v).squareRoot()
    switch shape {
    case 0:
      let ring = Stripe.single(radius, reach, 0.74, 2)
      let symbol =
        Stripe.single(abs(spot.u), reach, -1, variant == 0 ? 0.6 : 0.34)
        * Stripe.single(abs(spot.v), reach, -1, variant == 0 ? 0.15 : 0.36)
      if variant == 0 { return material.base.mixed(material.second, symbol) }
      if variant == 1 { return material.third.mixed(material.second, symbol * 0.9) }
      return material.second.mixed(Vector(0.1, 0.1, 0.12), symbol * 0.9).mixed(material.base, ring)
    case 1:
      // The distance to the nearest side of the triangle, which is 0.5 from its middle.
      let side = max(-spot.v, 0.5 * spot.v + 0.866 * abs(spot.u))
      let rim = Stripe.single(side, reach, 0.32, 2)
      let symbol =
        Stripe.single(abs(spot.u), reach, -1, 0.1) * Stripe.single(spot.v, reach, -0.2, 0.32)
      return material.second.mixed(Vector(0.1, 0.1, 0.12), symbol).mixed(material.base, rim)
    case 2:
      let rim = Stripe.single(abs(spot.u) + abs(spot.v), reach, 0.74, 2)
      return Vector(0.95, 0.75, 0.08).mixed(material.second, rim)
    case 3:
      let rim = Stripe.single(radius, reach, 0.84, 2)
      let word =
        Stripe.single(abs(spot.v), reach, -1, 0.2)
        * Stripe.periodic(spot.u + 0.05, reach, period: 0.32, 0, 0.2)
        * Stripe.single(abs(spot.u), reach, -1, 0.62)
      return material.base.mixed(material.second, max(rim, word))
    default:
      let edge: Float = shape == 4 ? 0.64 : 0.95
      let rim = max(
        Stripe.single(abs(spot.u), reach, edge, 2), Stripe.single(abs(spot.v), reach, edge, 2))
      let rows = Stripe.periodic(spot.v + 0.12, spot.vWidth, period: edge * 0.55, 0, edge * 0.22)
      let words =
        rows * Stripe.single(abs(spot.u), reach, -1, edge * 0.72)
        * Stripe.periodic(spot.u, spot.uWidth, period: 0.17, 0, 0.12)
      return material.third.mixed(material.second, max(rim, words * 0.9))
    }
  }
}
