/// Trucks, buses and trams.
extension StreetScene {
  mutating func addTruck(_ frame: Frame, random: inout StreetRandom) {
    let paint = surface(.truckPaint, tone: random.tone())
    let trim = surface(.trim)
    let cargo = surface(.cargo, tone: random.tone())
    let long = random.within(6.5, 9.5)
    let w: Float = 1.23
    let height = random.within(2.9, 3.7)
    let cabHeight = random.within(2.4, 2.9)
    let cabBack = long / 2 - 1.9
    extrusion(
      frame,
      profile: [
        (cabBack, 0.45), (cabBack, cabHeight), (long / 2 - 0.75, cabHeight),
        (long / 2 - 0.1, 1.55), (long / 2, 1.4), (long / 2, 0.4),
      ], halfWidth: w - 0.08, paint, .truck)
    windscreen(
      frame, halfWidth: w - 0.24, low: (long / 2 - 0.09, 1.58),
      high: (long / 2 - 0.66, cabHeight - 0.13),
      .truck)
    let glass = surface(.glass, tone: 1)
    for side in [-w + 0.07, w - 0.07] {
      let x = side > 0 ? side + 0.02 : side - 0.02
      quad(
        frame.point(x, 1.5, long / 2 - 1.25), frame.point(x, 1.5, long / 2 - 0.35),
        frame.point(x, cabHeight - 0.25, long / 2 - 0.75),
        frame.point(x, cabHeight - 0.25, long / 2 - 1.25), glass, .truck)
    }
    if random.chance(0.75) {
      box(
        frame, from: Vector(-w, 0.95, -long / 2), to: Vector(w, height, cabBack - 0.2), cargo,
        .truck)
      badge(
        frame, 0, (0.95 + height) / 2, -long / 2 - 0.02, 0.025, (height - 0.95) / 2, trim, .truck)
    } else {  // an open bed with sides and a load
      box(
        frame, from: Vector(-w, 0.95, -long / 2), to: Vector(w, 1.6, cabBack - 0.2), cargo, .truck)
      let load = surface(.planks, tone: random.tone())
      box(
        frame, from: Vector(-w + 0.15, 1.6, -long / 2 + 0.5),
        to: Vector(w - 0.15, random.within(1.9, 2.5), cabBack - 1), load, .truck)
    }
    box(
      frame, from: Vector(-w + 0.25, 0.4, -long / 2 + 0.1),
      to: Vector(w - 0.25, 0.95, long / 2 - 0.1),
      trim, .truck)
    let tail = surface(.tailLight)
    let lamp = surface(.headlight)
    for side in [Float(-0.95), 0.95] {
      badge(frame, side, 0.8, -long / 2 - 0.03, 0.16, 0.09, tail, .truck)
      badge(frame, side, 0.75, long / 2 + 0.02, 0.16, 0.12, lamp, .truck)
    }
    badge(frame, 0, 0.82, -long / 2 - 0.02, w, 0.12, trim, .truck)
    badge(frame, 0, 1.05, long / 2 + 0.02, 0.8, 0.16, trim, .truck)
    for z in [-long / 2 + 1.3, long / 2 - 1.2] {
      addWheel(frame, z: z, halfWidth: w - 0.05, radius: 0.48, .truck)
    }
    footprint(frame, w, long / 2)
  }

  mutating func addBus(_ frame: Frame, random: inout StreetRandom) {
    let paint = surface(.busPaint, tone: random.tone())
    let trim = surface(.trim)
    let glass = surface(.glass, tone: random.tone())
    let half = random.within(5.2, 6.2)
    let w: Float = 1.27
    let height = random.within(3, 3.3)
    box(frame, from: Vector(-w, 0.3, -half), to: Vector(w, height, half), paint, .bus)
    box(
      frame, from: Vector(-w + 0.2, height, -half + 1),
      to: Vector(w - 0.2, height + 0.22, half - 2),
      paint, .bus)
    windows(
      frame, halfWidth: w, from: -half + 0.5, to: half - 0.4, panes: 7, low: 1.35,
      high: height - 0.5, glass, .bus)
    for side in [-w - 0.025, w + 0.025] {  // doors
      for z in [half - 1.7, -0.9] {
        quad(
          frame.point(side, 0.4, z), frame.point(side, 0.4, z + 1.2),
          frame.point(side, height - 0.45, z + 1.2), frame.point(side, height - 0.45, z), glass,
          .bus, castsShadow: false)
      }
    }
    badge(
      frame, 0, (1.05 + height - 0.5) / 2, half + 0.02, w - 0.1, (height - 1.55) / 2, glass, .bus)
    badge(frame, 0, height - 0.26, half + 0.02, w * 0.7, 0.17, surface(.display), .bus)
    badge(frame, 0, height - 0.85, -half - 0.02, w - 0.2, 0.45, glass, .bus)
    badge(frame, 0, 0.95, -half - 0.02, w * 0.6, 0.32, trim, .bus)
    for side in [Float(-1), 1] {
      badge(frame, side * 0.98, 0.72, half + 0.03, 0.17, 0.11, surface(.headlight), .bus)
      badge(frame, side * 1.08, 0.9, -half - 0.03, 0.1, 0.26, surface(.tailLight), .bus)
      rod(
        frame.point(side * w, height - 0.5, half),
        frame.point(side * (w + 0.22), height - 0.85, half + 0.2),
        0.05, 0.12, trim, .bus)
    }
    for z in [-half + 3, half - 2.7] {
      addWheel(frame, z: z, halfWidth: w, radius: 0.47, .bus)
    }
    footprint(frame, w, half)
  }

  /// A tram of a few cars coupled by dark bellows.
  mutating func addTram(_ frame: Frame, cars: Int, random: inout StreetRandom) {
    let paint = surface(.tramPaint, tone: random.tone())
    let glass = surface(.glass, tone: random.tone())
    let trim = surface(.trim)
    let w: Float = 1.22
    let height: Float = 3.35
    let each: Float = 7.5
    let half = each * Float(cars) / 2
    for car in 0..<cars {
      let rear = -half + Float(car) * each
      let front = rear + each
      let noseRear: Float = car == 0 ? 0.75 : 0.25
      let noseFront: Float = car == cars - 1 ? 0.75 : 0.25
      extrusion(
        frame,
        profile: [
          (rear + 0.05, 0.22), (rear + 0.02, 1.2), (rear + noseRear, height - 0.2),
          (rear + noseRear + 0.3, height), (front - noseFront - 0.3, height),
          (front - noseFront, height - 0.2), (front - 0.02, 1.2), (front - 0.05, 0.22),
        ], halfWidth: w, paint, .train)
      windows(
        frame, halfWidth: w, from: rear + 0.9, to: front - 0.9, panes: 4, low: 1.3, high: 2.75,
        glass,
        .train)
      box(
        frame, from: Vector(-0.7, height, rear + 2), to: Vector(0.7, height + 0.3, front - 2), trim,
        .train)
      if car > 0 {
        box(
          frame, from: Vector(-w + 0.15, 0.4, rear - 0.3),
          to: Vector(w - 0.15, height - 0.2, rear + 0.3),
          trim, .train)
      }
    }
    for (end, sign) in [(half, Float(1)), (-half, -1)] {
      let low = end - sign * 0.04
      let high = end - sign * 0.6
      windscreen(
        frame, halfWidth: w - 0.14, low: (low + sign * 0.02, 1.3), high: (high + sign * 0.02, 2.75),
        .train)
      badge(frame, 0, 0.5, end + sign * 0.03, w - 0.05, 0.2, trim, .train)
      for side in [Float(-0.85), 0.85] {
        badge(
          frame, side, 0.95, end + sign * 0.04, 0.16, 0.1,
          surface(sign > 0 ? .headlight : .tailLight), .train)
      }
      badge(frame, 0, 2.98, end - sign * 0.62, 0.75, 0.13, surface(.display), .train)
    }
    let base = frame.point(0, height + 0.3, 0)
    let knee = frame.point(0, height + 0.9, -1.1)
    let shoe = frame.point(0, height + 1.5, 0)
    rod(base, knee, 0.05, 0.05, trim, .train)
    rod(knee, shoe, 0.05, 0.04, trim, .train)
    rod(
      shoe - frame.right * 0.75, shoe + frame.right * 0.75, 0.05, 0.05, trim, .train)
    footprint(frame, w, half)
  }

  private mutating func windows(
    _ frame: Frame, halfWidth: Float, from start: Float, to end: Float, panes: Int, low: Float,
    high: Float, _ glass: Int, _ label: CityscapesClass
  ) {
    let step = (end - start) / Float(panes)
    for x in [-halfWidth - 0.02, halfWidth + 0.02] {
      for pane in 0..<panes {
        let z = start + step * Float(pane)
        quad(
          frame.point(x, low, z + 0.07), frame.point(x, low, z + step - 0.07),
          frame.point(x, high, z + step - 0.07), frame.point(x, high, z + 0.07), glass, label,
          castsShadow: false)
      }
    }
  }

  /// A pane that leans back from `low` to `high`, each given as (z, y).
  private mutating func windscreen(
    _ frame: Frame, halfWidth: Float, low: (z: Float, y: Float), high: (z: Float, y: Float),
    _ label: CityscapesClass
  ) {
    let glass = surface(.glass, tone: 7)
    let lean: Float = low.z > 0 ? 0.03 : -0.03
    quad(
      frame.point(-halfWidth, low.y, low.z + lean), frame.point(halfWidth, low.y, low.z + lean),
      frame.point(halfWidth, high.y, high.z + lean), frame.point(-halfWidth, high.y, high.z + lean),
      glass, label, castsShadow: false)
  }

  private mutating func footprint(_ frame: Frame, _ halfWidth: Float, _ halfLength: Float) {
    contact(
      [(-1, -1), (1, -1), (1, 1), (-1, 1)].map { (x: Float, z: Float) in
        frame.point(x * halfWidth * 1.06, 0, z * halfLength * 1.02)
      })
  }
}
