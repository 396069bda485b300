/// What stands and walks beside the road.
extension StreetScene {
  mutating func addSidewalks(_ plan: StreetPlan, random: inout StreetRandom) {
    for side in plan.sides {
      addLamps(plan, side, &random)
      addStreetTrees(plan, side, &random)
      addWalkers(plan, side, &random)
      addStands(plan, side, &random)
      addSigns(plan, side, &random)
    }
    addTrafficLights(plan, &random)
    if random.chance(0.12) { addGantry(plan, z: random.within(18, 50), random: &random) }
  }

  private func free(_ plan: StreetPlan, _ z: Float) -> Bool {
    plan.crossing?.clear.contains(z) != true
  }

  private mutating func addLamps(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ random: inout StreetRandom
  ) {
    guard random.chance(0.75) else { return }
    let spacing = random.within(20, 34)
    let masts = side.frontage != .city && random.chance(0.3)
    var z = random.within(6, 24)
    while z < 110 {
      if free(plan, z) {
        let base = plan.point(side.sign * (side.kerb + 0.5), Self.walkHeight, z)
        let towards = plan.frame(0, z).right * -side.sign
        if masts {
          addMast(base, random: &random)
        } else {
          addLamp(base, towards: towards, random: &random)
        }
      }
      z += spacing
    }
    if random.chance(0.22) {
      var z = random.within(6, 12)
      for _ in 0..<random.within(3...9) where free(plan, z) {
        addBollard(
          plan.point(side.sign * (side.kerb + 0.4), Self.walkHeight, z), random: &random)
        z += 1.7
      }
    }
  }

  private mutating func addStreetTrees(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ random: inout StreetRandom
  ) {
    guard random.chance(side.verge > 0 ? 0.65 : 0.3) else { return }
    let spacing = random.within(8, 15)
    let height = random.within(5, 9.5)
    var z = random.within(8, 18)
    while z < 100 {
      if free(plan, z) && random.chance(0.85) {
        let s = side.kerb + (side.verge > 0 ? 0.16 + side.verge / 2 : 0.9)
        addTree(
          plan.point(side.sign * s, Self.walkHeight, z), height: height * random.within(0.8, 1.2),
          random: &random)
      }
      z += spacing
    }
  }

  private mutating func addWalkers(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ random: inout StreetRandom
  ) {
    let inner = side.kerb + 0.16 + side.verge + 0.35
    let outer = side.edge - 0.35
    for _ in 0..<Int(1.4 + plan.bustle * 6) {
      let z = 5 + 45 * random.unit() * random.unit()
      guard free(plan, z) else { continue }
      let turned = random.chance(0.8) ? (random.chance(0.5) ? 0 : 0.5) : random.unit()
      let child = random.chance(0.1)
      let s = side.sign * random.within(inner, max(inner, outer))
      addPerson(
        plan.frame(s, z, turned: turned + random.within(-0.04, 0.04), height: Self.walkHeight),
        height: child ? random.within(1.05, 1.4) : random.within(1.55, 1.92), random: &random)
      if random.chance(0.3) {
        addPerson(
          plan.frame(
            s + side.sign * 0.6, z + random.within(-0.3, 0.3), turned: turned,
            height: Self.walkHeight),
          height: random.within(1.5, 1.9), random: &random)
      }
    }
  }

  /// Parked bicycles and motorcycles.
  private mutating func addStands(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ random: inout StreetRandom
  ) {
    for motorcycles in [false, true] where random.chance(motorcycles ? 0.24 : 0.3) {
      var z = random.within(6, 22)
      let turned = random.chance(0.5) ? 0.25 * side.sign : random.within(-0.06, 0.06)
      let atKerb = side.verge == 0 && random.chance(0.5)
      let s = side.sign * (atKerb ? side.kerb + 1 : side.edge - 0.7)
      for _ in 0..<random.within(1...4) {
        guard free(plan, z) else { break }
        let frame = plan.frame(
          s, z, turned: turned + random.within(-0.02, 0.02), height: Self.walkHeight)
        if motorcycles {
          addMotorcycle(frame, random: &random)
        } else {
          addBicycle(frame, random: &random)
        }
        z += abs(turned) > 0.2 ? random.within(0.7, 1.1) : 2.1
      }
    }
  }

  private mutating func addSigns(
    _ plan: StreetPlan, _ side: StreetPlan.Side, _ random: inout StreetRandom
  ) {
    for _ in 0..<random.within(side.sign > 0 ? 1...4 : 0...2) {
      let z = random.within(8, 44)
      guard free(plan, z) else { continue }
      addSign(
        plan.frame(
          side.sign * (side.kerb + 0.55), z, turned: random.within(-0.02, 0.02),
          height: Self.walkHeight), random: &random)
    }
  }

  private mutating func addTrafficLights(_ plan: StreetPlan, _ random: inout StreetRandom) {
    let state = random.choice(0.45, 0.1, 0.45)
    let height = Self.walkHeight
    if let crossing = plan.crossing {
      guard random.chance(0.85) else { return }
      let arm = random.chance(0.55) ? -random.within(3, 5) : 0
      addTrafficLight(
        plan.frame(plan.right.kerb + 0.5, crossing.near - 0.8, height: height), arm: arm,
        state: state, random: &random)
      addTrafficLight(
        plan.frame(-plan.left.kerb - 0.5, crossing.far + 0.8, height: height), arm: 0,
        state: state, random: &random)
      if random.chance(0.6) {
        addTrafficLight(
          plan.frame(plan.right.kerb + 0.5, crossing.far + 0.8, height: height), arm: arm,
          state: state, random: &random)
      }
    } else if let zebra = road.zebras.first, random.chance(0.6) {
      for side in plan.sides {
        addTrafficLight(
          plan.frame(side.sign * (side.kerb + 0.5), zebra, height: height), arm: 0, state: state,
          random: &random)
      }
    }
  }
}
