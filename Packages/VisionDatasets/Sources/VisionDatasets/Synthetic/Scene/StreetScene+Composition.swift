extension StreetScene {
  /// The street that a seed and an index stand for, the same for every look and size.
  init(seed: UInt64, index: Int) {
    var random = StreetRandom(seed: seed, index: index)
    let plan = StreetPlan(random: &random)
    let lane = plan.laneCentres.filter { !$0.oncoming }
    let ego = lane[random.within(0...(lane.count - 1))].s + random.within(-0.3, 0.3)
    let camera = StreetCamera(
      position: Vector(ego, random.within(1.25, 1.75), 0),
      turns: random.within(-0.009, 0.009) + plan.heading(14),
      focal: random.within(0.82, 1.06),
      horizon: random.within(0.4, 0.49))
    // The sun stands behind the camera more often than before it.
    let azimuth = Turn(turns: random.within(0.25, 0.75) + (random.chance(0.25) ? 0.5 : 0))
    let height = random.within(0.75, 1.6)
    let sun = Vector(azimuth.sine, height, azimuth.cosine).normalised
    self.init(camera: camera, sun: sun, road: RoadMarkings(plan: plan, random: &random))
    if random.chance(0.35) { hoodHeight = random.within(0.05, 0.11) }
    addGround(plan, random: &random)
    addTraffic(plan, ego: ego, random: &random)
    addSidewalks(plan, random: &random)
    addLots(plan, random: &random)
    addSkyline(plan, random: &random)
  }
}
