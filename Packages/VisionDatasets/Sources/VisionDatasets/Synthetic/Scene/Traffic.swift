/// Keeps vehicles of a lane from standing in one another.
struct LaneOccupancy {
  private var taken: [(s: Float, stretch: ClosedRange<Float>)] = []

  /// Marks a stretch of a lane as taken, whatever stands there.
  mutating func block(s: Float, _ stretch: ClosedRange<Float>) { taken.append((s, stretch)) }

  /// A free place for something `length` metres long with its middle in `range`, or nothing.
  mutating func claim(
    s: Float, length: Float, in range: ClosedRange<Float>, random: inout StreetRandom
  ) -> Float? {
    for _ in 0..<7 {
      let z = random.within(range.lowerBound, range.upperBound)
      let stretch = (z - length / 2 - 0.8)...(z + length / 2 + 0.8)
      if !taken.contains(where: { abs($0.s - s) < 1.9 && $0.stretch.overlaps(stretch) }) {
        block(s: s, stretch)
        return z
      }
    }
    return nil
  }
}

/// What moves or parks on the road.
extension StreetScene {
  mutating func addTraffic(_ plan: StreetPlan, ego: Float, random: inout StreetRandom) {
    var lanes = LaneOccupancy()
    lanes.block(s: ego, -30...(8.5 + 6 * random.unit()))
    addTrams(plan, ego: ego, &lanes, &random)
    addCrossers(plan, &lanes, &random)
    // The rare before the common, so that they find room.
    addMoving(plan, .bus, share: 0.46, &lanes, &random)
    addMoving(plan, .truck, share: 0.5, &lanes, &random)
    addMoving(plan, .motorcyclist, share: 0.4, &lanes, &random)
    addMoving(plan, .cyclist, share: 0.5, &lanes, &random)
    if random.chance(0.3) { addMoving(plan, .cyclist, share: 1, &lanes, &random) }
    for lane in plan.laneCentres {
      for _ in 0..<Int(1 + plan.bustle * 4) where random.chance(0.7) {
        let nearest: Float = lane.oncoming ? 8 : 9
        if let z = lanes.claim(s: lane.s, length: 5.5, in: nearest...80, random: &random) {
          addCar(
            plan.frame(lane.s + random.within(-0.25, 0.25), z, turned: lane.oncoming ? 0.5 : 0),
            random: &random)
        }
      }
    }
    addParked(plan, &lanes, &random)
    addCrossTraffic(plan, &random)
  }

  private enum Mover { case bus, truck, cyclist, motorcyclist }

  private mutating func addMoving(
    _ plan: StreetPlan, _ mover: Mover, share: Float, _ lanes: inout LaneOccupancy,
    _ random: inout StreetRandom
  ) {
    guard random.chance(share) else { return }
    let centres = plan.laneCentres
    let lane = centres[random.within(0...(centres.count - 1))]
    let turned: Float = lane.oncoming ? 0.5 : 0
    switch mover {
    case .bus:
      guard let z = lanes.claim(s: lane.s, length: 13, in: 15...48, random: &random) else { return }
      addBus(plan.frame(lane.s, z, turned: turned), random: &random)
    case .truck:
      guard let z = lanes.claim(s: lane.s, length: 10, in: 13...46, random: &random) else { return }
      addTruck(plan.frame(lane.s, z, turned: turned), random: &random)
    case .motorcyclist:
      guard let z = lanes.claim(s: lane.s, length: 3, in: 6...24, random: &random) else { return }
      let aside = random.within(-0.9, 0.9)
      addRider(
        plan.frame(lane.s + aside, z, turned: turned), motorcycle: true, random: &random)
    case .cyclist:
      // Cyclists keep to the kerb side of the outermost lane, on either side of the road.
      let sign: Float = random.sign()
      let s = sign * (plan.medianHalf + plan.laneWidth * Float(plan.lanes) - 0.55)
      guard let z = lanes.claim(s: s, length: 2.5, in: 6...24, random: &random) else { return }
      let away = sign > 0 || plan.oneWay
      addRider(
        plan.frame(s, z, turned: (away ? 0 : 0.5) + random.within(-0.04, 0.04)),
        motorcycle: false, random: &random)
    }
  }

  private mutating func addTrams(
    _ plan: StreetPlan, ego: Float, _ lanes: inout LaneOccupancy, _ random: inout StreetRandom
  ) {
    for track in plan.tramRails where random.chance(0.62) {
      let cars = random.within(2...4)
      let length = 7.5 * Float(cars)
      let near = length / 2 + (abs(track - ego) < 1.5 ? 14 : 7)
      if let z = lanes.claim(s: track, length: length, in: near...(near + 30), random: &random) {
        addTram(
          plan.frame(track, z, turned: track < 0 ? 0.5 : 0), cars: cars, random: &random)
      }
    }
  }

  /// People on the pedestrian crossings; the lanes are kept free for them.
  private mutating func addCrossers(
    _ plan: StreetPlan, _ lanes: inout LaneOccupancy, _ random: inout StreetRandom
  ) {
    for zebra in road.zebras {
      guard random.chance(0.6) else { continue }
      for lane in plan.laneCentres { lanes.block(s: lane.s, (zebra - 1)...(zebra + 4)) }
      for _ in 0..<random.within(1...4) {
        let s = random.within(-plan.left.kerb, plan.right.kerb)
        let frame = plan.frame(
          s, zebra + random.within(0.5, 2.6), turned: 0.25 * random.sign())
        if random.chance(0.15) {
          addRider(frame, motorcycle: false, random: &random)
        } else {
          addPerson(frame, height: random.within(1.5, 1.9), random: &random)
        }
      }
    }
  }

  private mutating func addParked(
    _ plan: StreetPlan, _ lanes: inout LaneOccupancy, _ random: inout StreetRandom
  ) {
    for side in plan.sides where side.parking {
      let fullness = random.within(0.25, 0.95)
      let s = side.sign * (side.kerb - 1.1)
      let against = side.sign < 0 && !plan.oneWay
      var z = random.within(2, 7)
      while z < 95 {
        let clear = plan.crossing?.clear.overlaps((z - 5)...(z + 5)) == true
        if !clear && random.chance(fullness) {
          let turned: Float = (against ? 0.5 : 0) + random.within(-0.006, 0.006)
          switch random.choice(0.83, 0.1, 0.07) {
          case 1:
            for offset in [Float(-1.1), 0.2, 1.4] where random.chance(0.7) {
              addMotorcycle(
                plan.frame(s, z + offset, turned: 0.25 * side.sign + random.within(-0.05, 0.05)),
                random: &random)
            }
          case 2:
            if random.chance(0.6), z > 14 {
              addTruck(plan.frame(s, z + 2, turned: turned), random: &random)
              z += 4
            }
          default: addCar(plan.frame(s, z, turned: turned), random: &random)
          }
        }
        z += random.within(5.4, 6.6)
      }
    }
  }

  private mutating func addCrossTraffic(_ plan: StreetPlan, _ random: inout StreetRandom) {
    guard let crossing = plan.crossing else { return }
    let middle = (crossing.near + crossing.far) / 2
    let quarter = (crossing.far - crossing.near) / 4
    for (z, turned) in [(middle - quarter, Float(0.25)), (middle + quarter, -0.25)] {
      for _ in 0..<2 where random.chance(0.45) {
        let x = plan.point(0, 0, middle).x + random.sign() * random.within(plan.right.kerb + 2, 26)
        let frame = Frame(origin: Vector(x, 0, z), turns: turned)
        switch random.choice(0.7, 0.12, 0.18) {
        case 0: addCar(frame, random: &random)
        case 1: addBus(frame, random: &random)
        default: addRider(frame, motorcycle: random.chance(0.4), random: &random)
        }
      }
    }
  }
}
