/// The colours of what lies flat.
extension Shader {
  /// u and v are the world's x and z; markings are laid out along the bent road.
  @inline(__always)
  func asphalt(_ material: Material, _ spot: Spot) -> Vector {
    let seed = material.seed
    let z = spot.v
    let s = spot.u - road.bend * z * z
    let width = spot.uWidth + abs(2 * road.bend * z) * spot.vWidth
    let long = spot.vWidth
    let reach = max(width, long)
    var tone: Float = 1
    tone += Noise.grain(s, z, frequency: 14, reach, seed) * roadStyle.grain
    tone += Noise.grain(s, z, frequency: 3.1, reach, seed ^ 3) * roadStyle.grain * 0.7
    tone += Noise.grain(s, z * 0.3, frequency: 0.45, width, seed ^ 5) * 0.22
    // Wheels polish two tracks in each lane.
    let track = Stripe.periodic(
      abs(s) - road.laneStart + road.laneWidth * 0.25, width + 0.35, period: road.laneWidth / 2,
      road.laneWidth * 0.17, road.laneWidth * 0.33)
    tone -= track * roadStyle.tracks
    var colour = material.base * tone
    // Patches of newer asphalt, some with a tar seam.
    let (column, row) = (Noise.floor(s / 2.6), Noise.floor(z / 7))
    let patch = Noise.hash(column, row, seed ^ 11)
    if Noise.unit(patch) < roadStyle.patches {
      let (a, b) = (s - Float(column) * 2.6, z - Float(row) * 7)
      let left = 0.2 + Noise.unit(Noise.hash(patch)) * 0.8
      let inside =
        Stripe.single(a, width, left, left + 1.3) * Stripe.single(b, long, 0.5, 4.5)
      colour = colour.mixed(material.second * tone, inside * 0.75)
    }
    if z > road.blank.lowerBound && z < road.blank.upperBound {
      return furniture(colour, s, z, width, long, seed)
    }
    let worn = 0.88 + Noise.grain(s, z, frequency: 5, reach, seed ^ 17) * roadStyle.wear
    for line in road.lines {
      var cover = Stripe.single(s, width, line.s - line.width / 2, line.s + line.width / 2)
      guard cover > 0.003 else { continue }
      if line.period > 0 {
        cover *= Stripe.periodic(z, long, period: line.period, 0, line.period * 0.42)
      }
      colour = colour.mixed(
        line.accented ? roadStyle.centreLine : roadStyle.line, min(1, cover * worn))
    }
    return furniture(colour, s, z, width, long, seed)
  }

  /// Pedestrian crossings, stop line, rails, and the gutter's dirt.
  @inline(__always)
  private func furniture(
    _ under: Vector, _ s: Float, _ z: Float, _ width: Float, _ long: Float, _ seed: UInt32
  ) -> Vector {
    var colour = under
    let worn = 0.9 + Noise.grain(s, z, frequency: 4, max(width, long), seed ^ 23) * roadStyle.wear
    for zebra in road.zebras {
      let cover =
        Stripe.single(z, long, zebra, zebra + 3)
        * Stripe.single(
          s, width, road.zebraReach.lowerBound + 0.3, road.zebraReach.upperBound - 0.3)
      if cover > 0.003 {
        let bars = Stripe.periodic(s, width, period: 1, 0, 0.5)
        colour = colour.mixed(roadStyle.line, cover * bars * worn)
      }
    }
    let stop =
      Stripe.single(z, long, road.stop, road.stop + 0.45)
      * Stripe.single(s, width, road.stopReach.lowerBound + 0.15, road.stopReach.upperBound - 0.2)
    if stop > 0.003 { colour = colour.mixed(roadStyle.line, stop * worn) }
    for rail in road.rails {
      let bed = Stripe.single(s, width, rail - 0.16, rail + 0.16)
      if bed > 0.003 {
        colour = colour.mixed(roadStyle.railBed, bed * 0.7)
        colour = colour.mixed(roadStyle.rail, Stripe.single(s, width, rail - 0.045, rail + 0.045))
      }
    }
    return colour
  }

  @inline(__always)
  func paving(_ material: Material, _ spot: Spot) -> Vector {
    let slab = material.sizes.x
    let reach = max(spot.uWidth, spot.vWidth)
    let s = spot.u - road.bend * spot.v * spot.v
    let (column, row) = (Noise.floor(s / slab), Noise.floor(spot.v / slab))
    let fade = max(0, 1 - reach / slab * 0.7)
    var tone = 1 + (Noise.cell(column, row, material.seed) - 0.5) * 0.2 * fade
    tone += Noise.grain(s, spot.v, frequency: 8, reach, material.seed ^ 1) * 0.14
    tone += Noise.grain(s, spot.v, frequency: 0.5, reach, material.seed ^ 2) * 0.16
    let joint = slab * 0.07
    let joints =
      1
      - (1 - Stripe.periodic(s, spot.uWidth, period: slab, 0, joint))
      * (1 - Stripe.periodic(spot.v, spot.vWidth, period: slab, 0, joint))
    return (material.base * tone).mixed(material.second, joints * 0.75)
  }

  @inline(__always)
  func kerb(_ material: Material, _ spot: Spot) -> Vector {
    let along = max(spot.uWidth, spot.vWidth)
    let joints = Stripe.periodic(spot.u + spot.v, along, period: 1, 0, 0.03)
    let tone = 1 + Noise.grain(spot.u, spot.v, frequency: 5, along, material.seed) * 0.2
    return material.base * (tone * (1 - 0.5 * joints))
  }

  @inline(__always)
  func grass(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth)
    var tone: Float = 1
    tone += Noise.grain(spot.u, spot.v, frequency: 22, reach, material.seed) * 0.5
    tone += Noise.grain(spot.u, spot.v, frequency: 6, reach, material.seed ^ 1) * 0.4
    let bare = Noise.smooth(spot.u * 0.45, spot.v * 0.45, material.seed ^ 2)
    let share = max(0, min(1, (bare - material.sizes.x) * 4))
    return material.base.mixed(material.second, share) * tone
  }

  @inline(__always)
  func ballast(_ material: Material, _ spot: Spot) -> Vector {
    let reach = max(spot.uWidth, spot.vWidth)
    return material.base
      * (1 + Noise.grain(spot.u, spot.v, frequency: 9, reach, material.seed) * 0.5)
  }
}
