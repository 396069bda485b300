/// Bicycles and motorcycles, alone or ridden.
extension StreetScene {
  mutating func addBicycle(_ frame: Frame, random: inout StreetRandom) {
    let tube = surface(.cyclePaint, tone: random.tone())
    let tyre = surface(.tyre)
    let dark = surface(.trim)
    let radius: Float = 0.35
    let (rear, front) = (Float(-0.52), Float(0.56))
    for z in [rear, front] {
      addCycleWheel(frame, z: z, radius: radius, thickness: 0.05, tyre: tyre, .bicycle)
    }
    let pedals = frame.point(0, 0.3, -0.05)
    let seat = frame.point(0, 0.88, -0.22)
    let head = frame.point(0, 0.82, 0.36)
    let rearHub = frame.point(0, radius, rear)
    let frontHub = frame.point(0, radius, front)
    let bars = frame.point(0, 1.04, 0.36)
    for (a, b) in [
      (pedals, seat), (pedals, head), (seat, head), (rearHub, pedals), (rearHub, seat),
      (frontHub, head), (head, bars),
    ] {
      rod(a, b, 0.034, 0.034, tube, .bicycle)
    }
    rod(frame.point(0, 0.94, -0.36), frame.point(0, 0.94, -0.1), 0.07, 0.05, dark, .bicycle)
    rod(frame.point(-0.28, 1.05, 0.32), frame.point(0.28, 1.05, 0.32), 0.035, 0.035, dark, .bicycle)
    rod(frame.point(-0.14, 0.2, 0.02), frame.point(0.14, 0.4, -0.1), 0.03, 0.03, dark, .bicycle)
    if random.chance(0.4) {
      let basket = surface(.trim)
      box(
        frame, from: Vector(-0.17, 0.8, 0.48), to: Vector(0.17, 1.05, 0.8), basket, .bicycle)
    }
    badge(frame, 0, 0.62, rear - radius * 0.8, 0.06, 0.05, surface(.tailLight), .bicycle)
    contact(
      [(-0.14, -0.85), (0.14, -0.85), (0.14, 0.9), (-0.14, 0.9)].map { frame.point($0.0, 0, $0.1) })
  }

  /// Tyre and spokes as seen from the side; the tread shows when the wheel is seen edge on.
  private mutating func addCycleWheel(
    _ frame: Frame, z: Float, radius: Float, thickness: Float, tyre: Int, _ label: CityscapesClass
  ) {
    let spokes = surface(.spokes)
    let up = Vector(0, 1, 0)
    for side in [-thickness / 2, thickness / 2] {
      disc(
        frame.point(side, radius, z), u: frame.forward, v: up, radius: radius, corners: 18, spokes,
        label)
    }
    rod(
      frame.point(0, thickness, z), frame.point(0, radius * 2 - thickness, z), thickness * 0.8,
      thickness * 0.8, tyre, label, castsShadow: false)
  }

  mutating func addMotorcycle(_ frame: Frame, random: inout StreetRandom) {
    let paint = surface(.cyclePaint, tone: random.tone())
    let tyre = surface(.tyre)
    let rim = surface(.rim)
    let dark = surface(.trim)
    let chrome = surface(.chrome)
    let up = Vector(0, 1, 0)
    let scooter = random.chance(0.35)
    let radius: Float = scooter ? 0.26 : 0.33
    let (rear, front) = (Float(-0.68), Float(0.74))
    for z in [rear, front] {
      for side in [Float(-0.07), 0.07] {
        let out: Float = side > 0 ? 0.01 : -0.01
        disc(
          frame.point(side, radius, z), u: frame.forward, v: up, radius: radius, corners: 16, tyre,
          .motorcycle)
        disc(
          frame.point(side + out, radius, z), u: frame.forward, v: up, radius: radius * 0.6, rim,
          .motorcycle, castsShadow: false)
      }
      rod(
        frame.point(0, 0.09, z), frame.point(0, radius * 2 - 0.09, z), 0.09, 0.09, tyre,
        .motorcycle)
    }
    // Engine, tank, seat, tail, fork, exhaust.
    rod(frame.point(0, 0.42, -0.2), frame.point(0, 0.45, 0.25), 0.2, 0.19, dark, .motorcycle)
    rod(frame.point(0, 0.82, 0.02), frame.point(0, 0.86, 0.36), 0.16, 0.15, paint, .motorcycle)
    rod(frame.point(0, 0.8, -0.6), frame.point(0, 0.8, -0.05), 0.11, 0.13, dark, .motorcycle)
    rod(frame.point(0, 0.72, -0.85), frame.point(0, 0.7, -0.4), 0.09, 0.13, paint, .motorcycle)
    rod(frame.point(0, radius, front), frame.point(0, 1.0, 0.5), 0.06, 0.06, chrome, .motorcycle)
    rod(frame.point(0, radius, rear), frame.point(0, 0.6, -0.2), 0.06, 0.08, dark, .motorcycle)
    rod(
      frame.point(0.16, 0.34, -0.8), frame.point(0.16, 0.3, 0.1), 0.07, 0.05, chrome, .motorcycle)
    rod(
      frame.point(-0.36, 1.06, 0.42), frame.point(0.36, 1.06, 0.42), 0.04, 0.04, dark, .motorcycle)
    if scooter {
      rod(frame.point(0, 0.35, 0.6), frame.point(0, 0.98, 0.48), 0.22, 0.2, paint, .motorcycle)
      rod(frame.point(0, 0.45, -0.75), frame.point(0, 0.6, -0.15), 0.24, 0.2, paint, .motorcycle)
    } else {
      rod(frame.point(0, 0.72, 0.62), frame.point(0, 1.06, 0.52), 0.17, 0.13, paint, .motorcycle)
    }
    badge(frame, 0, 0.9, front + 0.06, 0.1, 0.09, surface(.headlight), .motorcycle)
    badge(frame, 0, 0.76, -0.96, 0.1, 0.05, surface(.tailLight), .motorcycle)
    badge(frame, 0, 0.6, -0.97, 0.11, 0.08, surface(.plate), .motorcycle)
    contact(
      [(-0.25, -1), (0.25, -1), (0.25, 1.05), (-0.25, 1.05)].map { frame.point($0.0, 0, $0.1) })
  }

  /// A bicycle with its rider, or a motorcycle with its rider.
  mutating func addRider(_ frame: Frame, motorcycle: Bool, random: inout StreetRandom) {
    if motorcycle {
      addMotorcycle(frame, random: &random)
      addRiderBody(
        frame,
        pose: RiderPose(
          hip: (0.8, -0.2), shoulder: (1.34, 0.02), head: (1.58, 0.1), hand: (0.34, 1.08, 0.4),
          knee: (0.24, 0.72, 0.22), foot: (0.24, 0.3, -0.05), lift: 0), helmet: true,
        bulk: 1.18, random: &random)
    } else {
      addBicycle(frame, random: &random)
      let lean = random.within(-0.05, 0.16)
      addRiderBody(
        frame,
        pose: RiderPose(
          hip: (1, -0.22), shoulder: (1.5 - lean * 0.4, 0.03 + lean),
          head: (1.73 - lean * 0.5, 0.12 + lean), hand: (0.26, 1.07, 0.34), knee: (0.12, 0.7, 0.14),
          foot: (0.12, 0.3, -0.02), lift: random.within(-0.17, 0.17)), helmet: random.chance(0.5),
        bulk: 1, random: &random)
    }
  }
}
