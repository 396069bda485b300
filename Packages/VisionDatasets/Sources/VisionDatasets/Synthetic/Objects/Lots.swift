/// The lots along both sides of the street: what stands on each, and what bounds it.
extension StreetScene {
  /// What separates a lot from the sidewalk.
  private enum Boundary { case none, fence, wall, hedge }

  mutating func addLots(_ plan: StreetPlan, random: inout StreetRandom) {
    for side in plan.sides {
      // Neighbours in a row often share their line of eaves, so floors change slowly.
      var floors = random.within(2...6)
      var z = StreetPlan.start
      while z < StreetPlan.end - 10 {
        let width = random.within(9, side.frontage == .city ? 20 : 26)
        if let clear = plan.crossing?.clear, z < clear.upperBound, z + width > clear.lowerBound {
          // Build up to the corner, then start again behind the road across.
          let room = clear.lowerBound - z
          if room > 6 { addLot(plan, side, z, room, floors, random: &random) }
          z = clear.upperBound
          continue
        }
        floors = min(8, max(2, floors + random.within(-1...1)))
        addLot(plan, side, z, width, floors, random: &random)
        z += width + (random.chance(0.12) ? random.within(1.5, 5) : 0)
      }
    }
  }

  private mutating func addLot(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ z: Float, _ width: Float, _ floors: Int,
    random: inout StreetRandom
  ) {
    switch side.frontage {
    case .city:
      if random.chance(0.9) {
        house(plan, side, z, width, setback: 0, floors: floors, shop: random.chance(0.6), &random)
      } else {
        bound(plan, side, z, width, random.chance(0.5) ? .wall : .fence, &random)
        trees(plan, side, z, width, count: 3, &random)
      }
    case .suburb:
      let setback = random.within(3.5, 8)
      house(
        plan, side, z, max(6, width - random.within(2, 7)), setback: setback,
        floors: random.within(1...3), shop: false, &random)
      let kind: Boundary =
        switch random.choice(0.2, 0.35, 0.25, 0.2) {
        case 0: .none
        case 1: .fence
        case 2: .wall
        default: .hedge
        }
      bound(plan, side, z, width, kind, &random)
      garden(plan, side, z, width, setback, &random)
    case .park:
      trees(plan, side, z, width, count: random.within(2...5), &random)
      if random.chance(0.5) {
        bound(plan, side, z, width, random.chance(0.6) ? .fence : .hedge, &random)
      }
    case .works:
      bound(plan, side, z, width, random.chance(0.6) ? .wall : .fence, &random)
      if random.chance(0.6) {
        house(
          plan, side, z, width, setback: random.within(5, 12), floors: random.within(2...4),
          shop: false, &random)
      } else {
        trees(plan, side, z, width, count: 3, &random)
      }
    }
  }

  private mutating func house(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ z: Float, _ width: Float, setback: Float,
    floors: Int, shop: Bool, _ random: inout StreetRandom
  ) {
    let frame = plan.frame(
      side.sign * (side.edge + setback), z + width / 2, turned: side.sign * 0.25)
    addHouse(
      frame, width: width, depth: random.within(9, 14), floors: floors, shop: shop,
      random: &random)
  }

  private mutating func garden(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ z: Float, _ width: Float, _ setback: Float,
    _ random: inout StreetRandom
  ) {
    for _ in 0..<random.within(1...3) {
      let place = plan.point(
        side.sign * (side.edge + random.within(1, setback - 1)), 0, z + random.unit() * width)
      if random.chance(0.35) {
        addTree(place, height: random.within(4, 8), random: &random)
      } else {
        addBush(place, size: random.within(0.7, 1.4), random: &random)
      }
    }
  }

  private mutating func trees(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ z: Float, _ width: Float, count: Int,
    _ random: inout StreetRandom
  ) {
    for _ in 0..<count {
      let place = plan.point(
        side.sign * (side.edge + random.within(2, 17)), 0, z + random.unit() * width)
      if random.chance(0.75) {
        addTree(place, height: random.within(6, 13), random: &random)
      } else {
        addBush(place, size: random.within(0.8, 1.6), random: &random)
      }
    }
  }

  private mutating func bound(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ z: Float, _ width: Float, _ kind: Boundary,
    _ random: inout StreetRandom
  ) {
    let s = side.sign * (side.edge + 0.12)
    let start = plan.point(s, 0, z)
    let end = plan.point(s, 0, z + width)
    switch kind {
    case .none: break
    case .fence: addFence(from: start, to: end, random: &random)
    case .wall: addWall(from: start, to: end, random: &random)
    case .hedge:
      addHedge(from: start, to: end, height: random.within(0.9, 1.8), random: &random)
    }
  }
}
