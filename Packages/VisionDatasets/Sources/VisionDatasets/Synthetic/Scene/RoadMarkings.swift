/// What is painted on the asphalt or let into it, in the road's (s, z) coordinates.
struct RoadMarkings {
  struct Line {
    var s: Float
    var width: Float
    /// Length of dash and gap together in metres; 0 for an unbroken line.
    var period: Float
    /// Drawn in the look's second line colour.
    var accented: Bool
  }

  var bend: Float
  var laneWidth: Float
  /// Where the first lane begins, seen from the middle.
  var laneStart: Float
  var lines: [Line]
  /// Middles of single rails.
  var rails: [Float]
  /// z in which no line is drawn.
  var blank: ClosedRange<Float>
  /// z of the pedestrian crossings, each 3 m deep, and how far they reach.
  var zebras: [Float]
  var zebraReach: ClosedRange<Float>
  /// z of the stop line before the crossing and the s it runs over.
  var stop: Float
  var stopReach: ClosedRange<Float>
  var seed: UInt32

  init(plan: StreetPlan, random: inout StreetRandom) {
    bend = plan.bend
    laneWidth = plan.laneWidth
    laneStart = plan.medianHalf
    lines = []
    seed = random.tone()
    let period: Float = random.chance(0.5) ? 6 : 9
    if plan.medianHalf == 0 && !plan.oneWay {
      if random.chance(0.3) {
        lines.append(Line(s: -0.13, width: 0.12, period: 0, accented: true))
        lines.append(Line(s: 0.13, width: 0.12, period: 0, accented: true))
      } else if random.chance(0.8) {
        let unbroken = random.chance(0.25)
        lines.append(Line(s: 0, width: 0.14, period: unbroken ? 0 : period, accented: true))
      }
    }
    for lane in 1..<max(plan.lanes, 1) + 1 where lane < plan.lanes {
      let s = plan.medianHalf + Float(lane) * plan.laneWidth
      for side in [-s, s] {
        lines.append(Line(s: side, width: 0.13, period: period, accented: false))
      }
    }
    if plan.oneWay && plan.lanes == 1 && plan.medianHalf == 0 {
      lines.append(Line(s: 0, width: 0.13, period: period, accented: false))
    }
    for side in plan.sides where side.parking || random.chance(0.5) {
      let s = side.kerb - (side.parking ? 2.2 : 0.3)
      lines.append(Line(s: side.sign * s, width: 0.12, period: 0, accented: false))
    }
    rails = plan.tramRails.flatMap { [$0 - 0.72, $0 + 0.72] }
    zebras = []
    zebraReach = (-plan.left.kerb)...plan.right.kerb
    stop = -1000
    stopReach = plan.medianHalf...plan.right.kerb
    blank = -1001...(-1000)
    if let crossing = plan.crossing {
      blank = (crossing.near - 4.6)...(crossing.far + 4.6)
      stop = crossing.near - 5.2
      if crossing.zebra { zebras = [crossing.near - 4, crossing.far + 1] }
    } else if random.chance(0.2) {
      let z = random.within(11, 34)
      zebras = [z]
      blank = z...(z + 3)
      stop = z - 1.2
    }
  }
}
