/// Persons on foot and riders, from rods and balls between their joints.
extension StreetScene {
  /// The joints of a rider in the vehicle's frame: (y, z), or (x, y, z) for one of a pair.
  struct RiderPose {
    var hip: (y: Float, z: Float)
    var shoulder: (y: Float, z: Float)
    var head: (y: Float, z: Float)
    var hand: (x: Float, y: Float, z: Float)
    var knee: (x: Float, y: Float, z: Float)
    var foot: (x: Float, y: Float, z: Float)
    /// How much higher one foot is than the other.
    var lift: Float
  }

  mutating func addPerson(_ frame: Frame, height: Float, random: inout StreetRandom) {
    let h = height
    let skin = surface(.skin, tone: random.tone())
    let shirt = surface(.shirt, tone: random.tone())
    let shoes = surface(.shoes, tone: random.tone())
    let coat = random.chance(0.25)
    let legs = random.chance(0.12) ? skin : surface(.trousers, tone: random.tone())
    let bulk = random.within(0.9, 1.2)
    let swing = random.chance(0.75) ? random.within(0.06, 0.17) * random.sign() : 0.01
    let hip = 0.52 * h
    let shoulder = 0.815 * h
    for side in [Float(-1), 1] {
      let step = swing * side * h
      let x = side * 0.055 * h
      let knee = frame.point(x, 0.28 * h, step * 0.55 + 0.02 * h)
      let ankle = frame.point(x, 0.035 * h, step)
      rod(frame.point(x, hip, 0), knee, 0.056 * h * bulk, 0.042 * h, legs, .person)
      rod(knee, ankle, 0.042 * h, 0.029 * h, legs, .person)
      rod(
        ankle, ankle + frame.forward * (0.09 * h) - Vector(0, 0.012 * h, 0), 0.027 * h, 0.023 * h,
        shoes, .person)
      let elbow = frame.point(side * 0.15 * h * bulk, 0.63 * h, -step * 0.35)
      let hand = frame.point(
        side * 0.15 * h * bulk, 0.49 * h, -step * 0.8 + abs(swing) * 0.3 * h)
      rod(
        frame.point(side * 0.115 * h * bulk, shoulder, 0), elbow, 0.038 * h, 0.031 * h, shirt,
        .person)
      rod(elbow, hand, 0.03 * h, 0.024 * h, coat ? shirt : skin, .person)
      rod(
        frame.point(side * 0.05 * h, hip - 0.02 * h, 0),
        frame.point(side * 0.082 * h * bulk, shoulder - 0.02 * h, 0), 0.065 * h * bulk,
        0.068 * h * bulk, shirt, .person)
      if coat {
        rod(
          frame.point(side * 0.03 * h, 0.33 * h, step * 0.2), frame.point(side * 0.045 * h, hip, 0),
          0.085 * h, 0.07 * h * bulk, shirt, .person)
      }
    }
    addHead(
      frame.point(0, 0.925 * h, 0.012 * h), frame.point(0, shoulder, 0), size: 0.068 * h, frame,
      skin: skin, helmet: false, .person, random: &random)
    if random.chance(0.35) {
      let bag = surface(.bag, tone: random.tone())
      if random.chance(0.5) {  // on the back
        rod(
          frame.point(0, 0.6 * h, -0.09 * h), frame.point(0, 0.76 * h, -0.08 * h), 0.09 * h,
          0.085 * h, bag, .person)
      } else {  // in the hand
        rod(
          frame.point(0.17 * h, 0.34 * h, 0), frame.point(0.17 * h, 0.43 * h, 0), 0.07 * h,
          0.05 * h, bag, .person)
      }
    }
    contact(ring(frame.origin, 0.17 * h))
  }

  mutating func addRiderBody(
    _ frame: Frame, pose: RiderPose, helmet: Bool, bulk: Float, random: inout StreetRandom
  ) {
    let skin = surface(.skin, tone: random.tone())
    let shirt = surface(.shirt, tone: random.tone())
    let trousers = surface(.trousers, tone: random.tone())
    let shoes = surface(.shoes, tone: random.tone())
    for side in [Float(-1), 1] {
      let hip = frame.point(side * 0.1, pose.hip.y, pose.hip.z)
      let knee = frame.point(
        side * pose.knee.x, pose.knee.y + side * pose.lift * 0.6, pose.knee.z)
      let foot = frame.point(side * pose.foot.x, pose.foot.y + side * pose.lift, pose.foot.z)
      rod(hip, knee, 0.1 * bulk, 0.075 * bulk, trousers, .rider)
      rod(knee, foot, 0.075 * bulk, 0.05 * bulk, trousers, .rider)
      rod(foot, foot + frame.forward * 0.15, 0.05, 0.045, shoes, .rider)
      let shoulder = frame.point(side * 0.19 * bulk, pose.shoulder.y, pose.shoulder.z)
      let hand = frame.point(side * pose.hand.x, pose.hand.y, pose.hand.z)
      let elbow = (shoulder + hand) * 0.5 + frame.right * (side * 0.07) - Vector(0, 0.06, 0)
      rod(shoulder, elbow, 0.068 * bulk, 0.055 * bulk, shirt, .rider)
      rod(elbow, hand, 0.053 * bulk, 0.042 * bulk, bulk > 1.1 ? shirt : skin, .rider)
      rod(
        frame.point(side * 0.075, pose.hip.y, pose.hip.z),
        frame.point(side * 0.13 * bulk, pose.shoulder.y - 0.03, pose.shoulder.z), 0.12 * bulk,
        0.115 * bulk, shirt, .rider)
    }
    addHead(
      frame.point(0, pose.head.y, pose.head.z),
      frame.point(0, pose.shoulder.y, pose.shoulder.z), size: helmet ? 0.135 : 0.118, frame,
      skin: skin, helmet: helmet, .rider, random: &random)
  }

  private mutating func addHead(
    _ centre: Vector, _ neck: Vector, size: Float, _ frame: Frame, skin: Int, helmet: Bool,
    _ label: CityscapesClass, random: inout StreetRandom
  ) {
    let hair = surface(helmet ? .helmet : .hair, tone: random.tone())
    rod(neck, centre, size * 0.55, size * 0.6, skin, label)
    ball(centre, size * 0.86, size * 1.12, skin, label, random: &random)
    // Hair or a helmet sits behind and above the face, so that the face shows from the front.
    let back = centre - frame.forward * (size * 0.45) + Vector(0, size * (helmet ? 0.3 : 0.35), 0)
    ball(back, size, size * (helmet ? 1.05 : 0.98), hair, label, random: &random)
  }
}
