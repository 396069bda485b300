/// Houses, sheds and towers.
extension StreetScene {
  /// A house as a box along the street, its facades, cornice and roof.
  ///
  /// - Parameters:
  ///   - frame: at the ground in the middle of the street front; +z of the frame points into the
  ///     lot, x runs along the front.
  mutating func addHouse(
    _ frame: Frame, width: Float, depth: Float, floors: Int, shop: Bool,
    random: inout StreetRandom
  ) {
    let floorHeight = random.within(2.9, 3.5)
    let ground = shop ? random.within(3.4, 4.3) : floorHeight
    let height = ground + floorHeight * Float(floors - 1) + random.within(0.3, 1)
    let bays = max(1, (width / random.within(2.1, 3.4)).rounded())
    let tone = random.tone()
    let half = width / 2
    let front = surface(
      .facade, tone: tone, sizes: SIMD4(width / bays, floorHeight, ground, shop ? 1 : 0))
    let flankBays = max(1, (depth / 3.6).rounded())
    let flank = surface(
      .facade, tone: tone, sizes: SIMD4(depth / flankBays, floorHeight, ground, -1))
    quad(
      frame.point(-half, 0, 0), frame.point(half, 0, 0), frame.point(half, height, 0),
      frame.point(-half, height, 0), front, .building)
    for x in [-half, half] {
      quad(
        frame.point(x, 0, 0), frame.point(x, 0, depth), frame.point(x, height, depth),
        frame.point(x, height, 0), flank, .building)
    }
    addRoof(frame, half: half, depth: depth, height: height, floors: floors, random: &random)
    let trim = surface(.stone, tone: random.tone())
    box(
      frame, from: Vector(-half - 0.1, height - 0.35, -0.35),
      to: Vector(half + 0.1, height, 0), trim, .building)
    if floors > 2 && random.chance(0.4) {
      addBalconies(
        frame, half: half, bay: width / bays, ground: ground, floorHeight: floorHeight,
        floors: floors, random: &random)
    }
    if shop && random.chance(0.6) {
      let awning = surface(.awning, tone: random.tone())
      let reach = random.within(0.9, 1.5)
      quad(
        frame.point(-half + 0.4, ground - 0.6, -0.02), frame.point(half - 0.4, ground - 0.6, -0.02),
        frame.point(half - 0.4, ground - 1.1, -reach),
        frame.point(-half + 0.4, ground - 1.1, -reach),
        awning, .building)
    }
  }

  private mutating func addRoof(
    _ frame: Frame, half: Float, depth: Float, height: Float, floors: Int,
    random: inout StreetRandom
  ) {
    let roof = surface(.roof, tone: random.tone())
    let front = frame.point(-half, height, 0)
    let frontEnd = frame.point(half, height, 0)
    let back = frame.point(-half, height, depth)
    let backEnd = frame.point(half, height, depth)
    guard floors < 7, random.chance(0.7) else {
      quad(front, frontEnd, backEnd, back, roof, .building)
      return
    }
    let rise = random.within(1.8, min(4, depth * 0.4))
    let flank = surface(.stone, tone: random.tone())
    if random.chance(0.7) {  // the ridge along the street
      let ridge = frame.point(-half, height + rise, depth / 2)
      let ridgeEnd = frame.point(half, height + rise, depth / 2)
      quad(front, frontEnd, ridgeEnd, ridge, roof, .building)
      quad(back, backEnd, ridgeEnd, ridge, roof, .building)
      polygon([front, back, ridge], flank, .building)
      polygon([frontEnd, backEnd, ridgeEnd], flank, .building)
    } else {  // a gable to the street
      let ridge = frame.point(0, height + rise, 0)
      let ridgeEnd = frame.point(0, height + rise, depth)
      polygon([front, frontEnd, ridge], flank, .building)
      quad(front, back, ridgeEnd, ridge, roof, .building)
      quad(frontEnd, backEnd, ridgeEnd, ridge, roof, .building)
    }
    if random.chance(0.6) {
      let x = random.within(-half * 0.7, half * 0.7)
      let chimney = surface(.brickWall, tone: random.tone())
      box(
        frame, from: Vector(x - 0.4, height, depth * 0.3),
        to: Vector(x + 0.4, height + rise + 0.9, depth * 0.3 + 0.7), chimney, .building)
    }
  }

  private mutating func addBalconies(
    _ frame: Frame, half: Float, bay: Float, ground: Float, floorHeight: Float, floors: Int,
    random: inout StreetRandom
  ) {
    let slab = surface(.stone, tone: random.tone())
    let every = random.within(1...2)
    var column = 0
    var x = -half + bay / 2
    while x < half - bay * 0.3 {
      if column % every == 0 {
        for floor in 1..<floors {
          let y = ground + floorHeight * Float(floor - 1) + 0.15
          box(
            frame, from: Vector(x - bay * 0.36, y, -0.95),
            to: Vector(x + bay * 0.36, y + 0.95, 0), slab, .building)
        }
      }
      column += 1
      x += bay
    }
  }

  /// Houses behind the lots and at the end of the view.
  mutating func addSkyline(_ plan: StreetPlan, random: inout StreetRandom) {
    for side in plan.sides {
      let dense: Float = side.frontage == .city ? 0.4 : side.frontage == .park ? 0.25 : 0.5
      var z: Float = 30
      while z < 130 {
        let width = random.within(12, 26)
        if random.chance(dense), plan.crossing?.clear.overlaps(z...(z + width)) != true {
          let s = side.sign * (side.edge + random.within(26, 44))
          addHouse(
            plan.frame(s, z + width / 2, turned: side.sign * 0.25), width: width,
            depth: random.within(12, 20), floors: random.within(3...9), shop: false,
            random: &random)
        }
        z += width + random.within(2, 20)
      }
    }
    var x: Float = -150
    let leaves = surface(.leaves, tone: random.tone())
    while x < 190 {
      let width = random.within(10, 28)
      let z = random.within(152, 190)
      if random.chance(0.62) {
        addHouse(
          Frame(origin: Vector(x + width / 2, 0, z), turns: 0), width: width, depth: 15,
          floors: random.within(2...8), shop: false, random: &random)
      } else {
        for _ in 0..<5 {
          let height = random.within(4, 9)
          ball(
            Vector(x + random.unit() * width, height * 0.7, z), height * 0.9, height * 0.8, leaves,
            .vegetation, ragged: 0.25, corners: 18, random: &random, castsShadow: false)
        }
      }
      x += width
    }
  }
}
