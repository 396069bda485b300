/// Walls and fences.
extension StreetScene {
  mutating func addWall(from start: Vector, to end: Vector, random: inout StreetRandom) {
    let height = random.within(1.5, 3)
    let face = surface(random.chance(0.5) ? .brickWall : .concreteWall, tone: random.tone())
    let coping = surface(.stone, tone: random.tone())
    slab(start, end, half: 0.14, low: 0, high: height, face, .wall)
    slab(start, end, half: 0.2, low: height, high: height + 0.12, coping, .wall)
    let length = (end - start).length
    let along = (end - start) / max(length, 0.1)
    var reach: Float = 0
    while reach < length {
      slab(
        start + along * reach, start + along * min(reach + 0.4, length), half: 0.22, low: 0,
        high: height + 0.2, face, .wall)
      reach += 4.5
    }
  }

  mutating func addFence(from start: Vector, to end: Vector, random: inout StreetRandom) {
    let length = (end - start).length
    let along = (end - start) / max(length, 0.1)
    let kind = random.choice(0.4, 0.4, 0.2)
    let height = kind == 2 ? 0.85 : random.within(1.1, 1.9)
    let tone = random.tone()
    let panel = surface([.planks, .railing, .guardRail][kind], tone: tone)
    let post = surface(kind == 0 ? .planks : .poleMetal, tone: tone)
    slab(start, end, half: 0.03, low: kind == 2 ? 0.35 : 0.06, high: height, panel, .fence)
    var reach: Float = 0
    while reach <= length {
      let foot = start + along * reach
      rod(foot, foot + Vector(0, height + 0.1, 0), 0.06, 0.06, post, .fence)
      reach += 2.4
    }
  }

  /// An upright slab along a line on the ground.
  private mutating func slab(
    _ start: Vector, _ end: Vector, half: Float, low: Float, high: Float, _ surface: Int,
    _ label: CityscapesClass
  ) {
    let along = (end - start).normalised
    let side = Vector(along.z, 0, -along.x) * half
    let bottom = Vector(0, low, 0)
    let top = Vector(0, high, 0)
    for face in [side, -side] {
      quad(
        start + face + bottom, end + face + bottom, end + face + top, start + face + top, surface,
        label)
    }
    for place in [start, end] {
      quad(
        place - side + bottom, place + side + bottom, place + side + top, place - side + top,
        surface, label)
    }
    quad(start - side + top, end - side + top, end + side + top, start + side + top, surface, label)
  }
}
