/// Trees, bushes and hedges.
extension StreetScene {
  mutating func addTree(_ base: Vector, height: Float, random: inout StreetRandom) {
    let bark = surface(.bark, tone: random.tone())
    let leaves = surface(.leaves, tone: random.tone())
    let girth = height * random.within(0.014, 0.022)
    if random.chance(0.14) {
      addConifer(base, height: height, bark: bark, leaves: leaves, random: &random)
      return
    }
    let crownLow = height * random.within(0.3, 0.42)
    let fork = base + Vector(random.within(-0.2, 0.2), crownLow, random.within(-0.2, 0.2))
    rod(base - Vector(0, 0.1, 0), fork, girth * 1.3, girth, bark, .vegetation)
    let spread = height * random.within(0.24, 0.36)
    let middle = base + Vector(0, (crownLow + height) / 2, 0)
    let halfHeight = (height - crownLow) / 2
    for _ in 0..<4 {
      let tip =
        middle
        + Vector(
          random.within(-0.7, 0.7) * spread, random.within(-0.4, 0.5) * halfHeight,
          random.within(-0.7, 0.7) * spread)
      rod(fork, tip, girth * 0.7, girth * 0.25, bark, .vegetation)
    }
    // Tufts fill an egg: those low and outside first, so that the crown has an underside.
    for _ in 0..<random.within(20...32) {
      let turn = Turn(turns: random.unit())
      let rise = random.within(-0.95, 0.95)
      let reach = (1 - rise * rise).squareRoot() * random.within(0.25, 0.95)
      let tuft = spread * random.within(0.26, 0.46)
      ball(
        middle
          + Vector(
            turn.cosine * reach * spread, rise * (halfHeight - tuft * 0.5),
            turn.sine * reach * spread),
        tuft, tuft * random.within(0.7, 0.95), leaves, .vegetation, ragged: 0.38, corners: 22,
        random: &random)
    }
    contact(ring(base, girth * 5))
  }

  private mutating func addConifer(
    _ base: Vector, height: Float, bark: Int, leaves: Int, random: inout StreetRandom
  ) {
    rod(base, base + Vector(0, height * 0.5, 0), height * 0.02, height * 0.015, bark, .vegetation)
    let tiers = 9
    for tier in 0..<tiers {
      let share = Float(tier) / Float(tiers)
      let radius = height * 0.24 * (1 - share) + 0.25
      let y = height * (0.14 + 0.82 * share)
      for _ in 0..<3 {
        ball(
          base + Vector(random.within(-0.3, 0.3) * radius, y, random.within(-0.3, 0.3) * radius),
          radius, height * 0.085, leaves, .vegetation, ragged: 0.45, corners: 20, random: &random)
      }
    }
  }

  mutating func addBush(_ base: Vector, size: Float, random: inout StreetRandom) {
    let leaves = surface(.leaves, tone: random.tone())
    for _ in 0..<random.within(4...8) {
      let tuft = size * random.within(0.35, 0.6)
      ball(
        base
          + Vector(
            random.within(-0.7, 0.7) * size, random.within(0.3, 0.8) * size,
            random.within(-0.5, 0.5) * size),
        tuft, tuft * 0.9, leaves, .vegetation, ragged: 0.32, corners: 18, random: &random)
    }
    contact(ring(base, size))
  }

  /// A clipped hedge between two places on the ground.
  mutating func addHedge(
    from start: Vector, to end: Vector, height: Float, random: inout StreetRandom
  ) {
    let leaves = surface(.leaves, tone: random.tone())
    let along = (end - start).normalised
    let side = Vector(along.z, 0, -along.x) * 0.35
    let up = Vector(0, height, 0)
    for face in [side, -side] {
      quad(start + face, end + face, end + face + up, start + face + up, leaves, .vegetation)
    }
    quad(
      start - side, start + side, start + side + up, start - side + up, leaves, .vegetation)
    quad(
      start - side + up, start + side + up, end + side + up, end - side + up, leaves, .vegetation)
    var reach: Float = 0
    let length = (end - start).length
    while reach < length {
      ball(
        start + along * reach + up, random.within(0.4, 0.7), random.within(0.12, 0.28), leaves,
        .vegetation, ragged: 0.4, corners: 14, random: &random)
      reach += random.within(0.5, 1.1)
    }
  }

  /// A level circle.
  func ring(_ centre: Vector, _ radius: Float) -> [Vector] {
    (0..<10).map { corner in
      let turn = Turn(turns: Float(corner) / 10)
      return centre + Vector(turn.cosine * radius, 0, turn.sine * radius)
    }
  }
}
