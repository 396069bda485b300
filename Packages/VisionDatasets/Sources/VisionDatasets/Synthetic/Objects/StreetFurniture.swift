/// Lamps, bollards, signs and traffic lights.
extension StreetScene {
  mutating func addLamp(_ base: Vector, towards road: Vector, random: inout StreetRandom) {
    let metal = surface(.poleMetal, tone: random.tone())
    let height = random.within(5, 8.5)
    let reach = random.within(0.8, 2.4)
    let top = base + Vector(0, height, 0)
    rod(base, base + Vector(0, 0.9, 0), 0.14, 0.14, metal, .pole)
    post(base, top, 0.085, metal, .pole)
    let end = top + road * reach + Vector(0, 0.35, 0)
    rod(top, end, 0.07, 0.055, metal, .pole)
    rod(end, end + road * 0.55, 0.1, 0.08, metal, .pole)
    contact(ring(base, 0.22))
  }

  mutating func addMast(_ base: Vector, random: inout StreetRandom) {
    let metal = surface(.bark, tone: random.tone())
    let height = random.within(7, 9.5)
    post(base, base + Vector(0, height, 0), 0.13, metal, .pole)
    let beam = base + Vector(0, height - 0.7, 0)
    post(beam - Vector(0.9, 0, 0), beam + Vector(0.9, 0, 0), 0.07, metal, .pole)
  }

  mutating func addBollard(_ base: Vector, random: inout StreetRandom) {
    let metal = surface(.poleMetal, tone: random.tone())
    rod(base, base + Vector(0, 0.9, 0), 0.08, 0.08, metal, .pole)
    contact(ring(base, 0.16))
  }

  /// A sign on its post, its face turned along `frame`'s backward direction.
  mutating func addSign(_ frame: Frame, random: inout StreetRandom) {
    let metal = surface(.poleMetal, tone: 3)
    let height = random.within(2.1, 2.9)
    let shape = random.choice(0.42, 0.2, 0.12, 0.08, 0.18)
    let radius = random.within(0.36, 0.48)
    post(frame.origin, frame.point(0, height + radius * 0.6, 0), 0.05, metal, .pole)
    signFace(frame.point(0, height, -0.07), frame, shape: shape, radius: radius, random: &random)
    if random.chance(0.3) {
      signFace(
        frame.point(0, height - radius * 1.9, -0.07), frame,
        shape: random.choice(0.5, 0.2, 0, 0, 0.3),
        radius: radius * 0.8, random: &random)
    }
    contact(ring(frame.origin, 0.16))
  }

  /// Shapes: 0 disc, 1 triangle, 2 square on its corner, 3 octagon, 4 board.
  private mutating func signFace(
    _ centre: Vector, _ frame: Frame, shape: Int, radius: Float, random: inout StreetRandom
  ) {
    let face = surface(.sign, tone: random.tone(), sizes: SIMD4(Float(shape), 0, 0, 0))
    let up = Vector(0, 1, 0)
    let right = frame.right
    let (corners, turned, size): (Int, Float, Float) =
      switch shape {
      case 1: (3, 0.25, radius * 1.2)
      case 2: (4, 0, radius * 1.1)
      case 3: (8, 0.0625, radius * 1.05)
      case 4: (4, 0.125, radius * 1.25)
      default: (18, 0, radius)
      }
    let back = surface(.signBack)
    disc(
      centre + frame.forward * 0.02, u: right, v: up, radius: size, corners: corners,
      turned: turned,
      back, .trafficSign)
    disc(
      centre, u: right, v: up, radius: size, corners: corners, turned: turned, face, .trafficSign)
  }

  /// A board over the road on a gantry of two posts.
  mutating func addGantry(_ plan: StreetPlan, z: Float, random: inout StreetRandom) {
    let metal = surface(.poleMetal, tone: 3)
    let board = surface(.sign, tone: random.tone(), sizes: SIMD4(5, 0, 0, 0))
    let height = random.within(5.4, 6.2)
    let frame = plan.frame(0, z)
    let outer = plan.right.kerb + 0.7
    post(plan.point(outer, 0, z), plan.point(outer, height + 1, z), 0.15, metal, .pole)
    post(plan.point(outer, height, z), plan.point(0, height, z), 0.11, metal, .pole)
    if plan.medianHalf == 0 {
      post(
        plan.point(-plan.left.kerb - 0.7, height, z), plan.point(0, height, z), 0.11, metal, .pole)
      let left = -plan.left.kerb - 0.7
      post(plan.point(left, 0, z), plan.point(left, height + 1, z), 0.15, metal, .pole)
    }
    let middle = plan.medianHalf + plan.laneWidth * Float(plan.lanes) / 2
    let (w, h) = (random.within(1.3, 1.9), random.within(0.7, 1.1))
    let centre = frame.point(middle, height, -0.2)
    polygon(
      [
        centre + frame.right * -w + Vector(0, -h, 0), centre + frame.right * w + Vector(0, -h, 0),
        centre + frame.right * w + Vector(0, h, 0), centre + frame.right * -w + Vector(0, h, 0),
      ], board, .trafficSign, origin: centre, u: frame.right / w, v: Vector(0, 1 / h, 0))
  }

  /// A traffic light on its post; with an `arm`, a second one hangs over the road.
  mutating func addTrafficLight(
    _ frame: Frame, arm: Float, state: Int, random: inout StreetRandom
  ) {
    let metal = surface(.poleMetal, tone: random.tone())
    let height: Float = arm == 0 ? 3.3 : 5.8
    post(frame.origin, frame.point(0, height, 0), 0.085, metal, .pole)
    addSignal(frame, x: 0, y: 2.75, state: state)
    if arm != 0 {
      post(frame.point(0, height, 0), frame.point(arm, height, 0), 0.075, metal, .pole)
      addSignal(frame, x: arm * 0.94, y: height, state: state)
    }
    contact(ring(frame.origin, 0.18))
  }

  private mutating func addSignal(_ frame: Frame, x: Float, y: Float, state: Int) {
    let dark = surface(.signalCase)
    let lit: [Surface.Kind] = [.signalRed, .signalAmber, .signalGreen]
    box(
      frame, from: Vector(x - 0.19, y - 0.56, -0.34), to: Vector(x + 0.19, y + 0.56, -0.1), dark,
      .trafficLight)
    badge(frame, x, y, -0.08, 0.3, 0.68, dark, .trafficLight)
    for lamp in 0..<3 {
      let centre = frame.point(x, y + 0.36 - Float(lamp) * 0.36, -0.36)
      let glow = surface(lamp == state ? lit[lamp] : .signalCase, tone: 1)
      disc(
        centre, u: frame.right, v: Vector(0, 1, 0), radius: 0.155, corners: 12, glow, .trafficLight,
        castsShadow: false)
    }
  }
}
