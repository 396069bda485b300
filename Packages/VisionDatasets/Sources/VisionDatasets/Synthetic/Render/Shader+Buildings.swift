/// The colours of facades, roofs, walls and fences.
extension Shader {
  @inline(__always)
  func facade(_ material: Material, _ spot: Spot, _ light: Vector) -> Vector {
    let (bay, floor, ground) = (material.sizes.x, material.sizes.y, material.sizes.z)
    let kind = material.sizes.w
    let seed = material.seed
    let reach = max(spot.uWidth, spot.vWidth)
    var wall = rendered(material, spot, reach)
    let height = spot.v - ground
    // A band between the floors, and grime towards the street.
    let band = Stripe.periodic(height + 0.12, spot.vWidth, period: floor, 0, 0.16)
    wall = wall.mixed(material.second, band * (seed & 4 == 0 ? 0.7 : 0.12))
    wall *= 1 - 0.28 * max(0, 1 - spot.v * 0.6)
    if kind < 0 && seed & 3 != 0 { return wall * light }
    let broad = 0.21 + 0.12 * Noise.unit(Noise.hash(seed ^ 31))
    let (left, right) = (bay * (0.5 - broad), bay * (0.5 + broad))
    let (sill, head) = (floor * 0.27, floor * 0.83)
    let column = Noise.floor(spot.u / bay)
    if height > 0 {
      let row = Noise.floor(height / floor)
      let frame =
        Stripe.periodic(spot.u, spot.uWidth, period: bay, left - 0.13, right + 0.13)
        * Stripe.periodic(height, spot.vWidth, period: floor, sill - 0.16, head + 0.13)
      let pane =
        Stripe.periodic(spot.u, spot.uWidth, period: bay, left, right)
        * Stripe.periodic(height, spot.vWidth, period: floor, sill, head)
      let bars =
        Stripe.periodic(spot.u, spot.uWidth, period: bay, bay * 0.5 - 0.035, bay * 0.5 + 0.035)
      let inWindow = (height - Float(row) * floor - sill) / (head - sill)
      let view = windowView(material, column, row, inWindow, light)
      let lit = wall.mixed(material.second, frame) * light
      return lit.mixed(view.mixed(material.second * light, bars), pane)
    }
    return streetLevel(material, spot, wall: wall, column: column, light)
  }

  /// The ground floor: shop windows under a sign, or doors and windows.
  @inline(__always)
  private func streetLevel(
    _ material: Material, _ spot: Spot, wall: Vector, column: Int32, _ light: Vector
  ) -> Vector {
    let (bay, ground) = (material.sizes.x, material.sizes.z)
    let seed = material.seed
    if material.sizes.w > 0.5 {
      let wide = bay * 2
      let place = Noise.floor(spot.u / wide)
      let pane =
        Stripe.periodic(spot.u, spot.uWidth, period: wide, 0.22, wide - 0.22)
        * Stripe.single(spot.v, spot.vWidth, 0.45, ground - 0.95)
      let board = Stripe.single(spot.v, spot.vWidth, ground - 0.8, ground - 0.15)
      let letters =
        Stripe.single(spot.v, spot.vWidth, ground - 0.62, ground - 0.33)
        * Stripe.periodic(spot.u, spot.uWidth, period: 0.42, 0.08, 0.32)
        * (Noise.cell(place, 3, seed) > 0.35 ? 1 : 0)
        * Stripe.periodic(spot.u, spot.uWidth, period: wide, wide * 0.2, wide * 0.8)
      var colour = wall.mixed(material.third, board)
      colour = colour.mixed(material.second, letters * 0.9) * light
      // Dim goods below, lamplight in some shops, and the street's reflection.
      let goods = Noise.smooth(spot.u * 2.2, spot.v * 1.8, seed ^ 5)
      let depth = max(0, min(1, 1.6 - spot.v / ground * 1.8))
      let lamps = Noise.cell(place, 4, seed) * 0.3
      let inside =
        atmosphere.horizon * (0.1 + 0.1 * (1 - depth)) + Vector(0.07, 0.06, 0.06)
        + Vector(1, 0.82, 0.55) * (lamps * (0.4 + 0.6 * goods * depth))
      let door = Stripe.periodic(
        spot.u, spot.uWidth, period: wide, wide * 0.5 - 0.05, wide * 0.5 + 0.05)
      return colour.mixed(inside.mixed(material.second * light, door * 0.8), pane)
    }
    let isDoor = Noise.cell(column, 9, seed) < 0.3
    let low: Float = isDoor ? 0.05 : 0.95
    let high = ground - (isDoor ? 0.75 : 0.6)
    let half: Float = isDoor ? 0.55 : bay * 0.23
    let frame =
      Stripe.periodic(
        spot.u, spot.uWidth, period: bay, bay / 2 - half - 0.14, bay / 2 + half + 0.14)
      * Stripe.single(spot.v, spot.vWidth, low - 0.14, high + 0.14)
    let pane =
      Stripe.periodic(spot.u, spot.uWidth, period: bay, bay / 2 - half, bay / 2 + half)
      * Stripe.single(spot.v, spot.vWidth, low, high)
    let view =
      isDoor
      ? material.third * light
      : windowView(material, column, -1, (spot.v - low) / (high - low), light)
    return (wall.mixed(material.second, frame) * light).mixed(view, pane)
  }

  /// What a window shows: a dark room, a curtain, or the sky's reflection in its upper half.
  @inline(__always)
  private func windowView(
    _ material: Material, _ column: Int32, _ row: Int32, _ height: Float, _ light: Vector
  ) -> Vector {
    let chance = Noise.cell(column, row, material.seed ^ 77)
    let room = Vector(0.07, 0.08, 0.1) + atmosphere.horizon * (0.1 + 0.22 * max(0, min(1, height)))
    if chance < 0.22 { return Vector(0.66, 0.64, 0.58) * light * (0.75 + 0.2 * height) }
    if chance < 0.34 && height > 0.45 { return Vector(0.55, 0.53, 0.48) * light }
    return room * (0.7 + 0.6 * chance)
  }

  /// Plaster, brickwork or panels, as the look's facades have them (sizes are all taken, so the
  /// seed decides).
  @inline(__always)
  private func rendered(_ material: Material, _ spot: Spot, _ reach: Float) -> Vector {
    let seed = material.seed
    var tone: Float = 1
    tone += Noise.grain(spot.u, spot.v * 0.35, frequency: 0.8, reach, seed) * 0.16
    tone += Noise.grain(spot.u, spot.v, frequency: 7, reach, seed ^ 1) * roadStyle.facadeGrain
    var colour = material.base * tone
    if Noise.unit(Noise.hash(seed ^ 91)) < roadStyle.brickShare {
      let row = Noise.floor(spot.v / 0.24)
      let shift = row & 1 == 0 ? Float(0) : 0.25
      let mortar =
        1
        - (1 - Stripe.periodic(spot.v, spot.vWidth, period: 0.24, 0, 0.035))
        * (1 - Stripe.periodic(spot.u + shift, spot.uWidth, period: 0.5, 0, 0.035))
      let fade = max(0, 1 - reach * 2.5)
      let each = Noise.cell(Noise.floor((spot.u + shift) / 0.5), row, seed ^ 2) - 0.5
      colour *= 1 + each * 0.4 * fade
      colour = colour.mixed(Vector(0.6, 0.58, 0.54), mortar * 0.55)
    }
    return colour
  }

  @inline(__always)
  func roofTiles(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth)
    let rows = Stripe.periodic(spot.v, spot.vWidth, period: 0.35, 0, 0.09)
    let tone = 1 + Noise.grain(spot.u, spot.v, frequency: 1.4, reach, material.seed) * 0.35
    return material.base * (tone * (1 - 0.4 * rows))
  }

  @inline(__always)
  func bricks(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth)
    let row = Noise.floor(spot.v / 0.2)
    let shift: Float = row & 1 == 0 ? 0 : 0.22
    let mortar =
      1
      - (1 - Stripe.periodic(spot.v, spot.vWidth, period: 0.2, 0, 0.03))
      * (1 - Stripe.periodic(spot.u + shift, spot.uWidth, period: 0.44, 0, 0.03))
    let fade = max(0, 1 - reach * 3)
    let each = Noise.cell(Noise.floor((spot.u + shift) / 0.44), row, material.seed) - 0.5
    let stain = Noise.grain(spot.u, spot.v, frequency: 0.7, reach, material.seed ^ 1) * 0.3
    return (material.base * (1 + each * 0.45 * fade + stain)).mixed(material.second, mortar * 0.8)
  }

  @inline(__always)
  func concrete(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth)
    let seams = Stripe.periodic(spot.u, spot.uWidth, period: 2.2, 0, 0.05)
    var tone = 1 + Noise.grain(spot.u, spot.v * 0.3, frequency: 1.1, reach, material.seed) * 0.35
    tone += Noise.grain(spot.u, spot.v, frequency: 9, reach, material.seed ^ 1) * 0.15
    return material.base * (tone * (1 - 0.45 * seams))
  }

  @inline(__always)
  func planks(_ material: Material, _ spot: Spot) -> Vector {
    let gap = Stripe.periodic(spot.u, spot.uWidth, period: 0.17, 0, 0.035)
    let each = Noise.cell(Noise.floor(spot.u / 0.17), 0, material.seed) - 0.5
    let fade = max(0, 1 - spot.uWidth * 5)
    let grain = Noise.grain(spot.u * 6, spot.v, frequency: 3, spot.uWidth * 6, material.seed) * 0.2
    return material.base * ((1 + each * 0.35 * fade + grain) * (1 - 0.65 * gap))
  }

  /// Upright bars before the dimness of a garden.
  @inline(__always)
  func railing(_ material: Material, _ spot: Spot) -> Vector {
    let bars = Stripe.periodic(spot.u, spot.uWidth, period: 0.22, 0, 0.1)
    let rails =
      Stripe.periodic(spot.v + 0.1, spot.vWidth, period: 0.55, 0, 0.1)
    return material.second.mixed(material.base, max(bars, rails))
  }

  @inline(__always)
  func guardRail(_ material: Material, _ spot: Spot) -> Vector {
    let fold = Stripe.periodic(spot.v, spot.vWidth, period: 0.25, 0.1, 0.2)
    return material.base * (1 - 0.45 * fold)
  }
}
