/// The layout of a street before anything stands in it.
///
/// Places are given as (s, z): metres to the right of the road's centre line and metres along it.
struct StreetPlan {
  /// What lines the street on one side.
  enum Frontage { case city, suburb, park, works }

  /// One side of the road, from the kerb outwards.
  struct Side {
    /// -1 left, 1 right.
    var sign: Float
    var parking: Bool
    /// Distance of the kerb from the centre line.
    var kerb: Float
    /// Width of the green strip between kerb and sidewalk, or 0.
    var verge: Float
    var walk: Float
    var frontage: Frontage

    /// Distance at which the lots begin.
    var edge: Float { kerb + verge + walk }
  }

  /// A road across, at right angles.
  struct Crossing {
    var near: Float
    var far: Float
    /// Width of its sidewalks.
    var walk: Float
    var zebra: Bool

    /// What lots and kerbs keep clear of.
    var clear: ClosedRange<Float> { (near - walk)...(far + walk) }
  }

  static let start: Float = -24
  static let end: Float = 150

  var bend: Float
  var laneWidth: Float
  var lanes: Int
  var oneWay: Bool
  /// Half the width of a reserved strip between the directions, or 0.
  var medianHalf: Float
  var medianIsGrass: Bool
  var tramRails: [Float]
  var left: Side
  var right: Side
  var crossing: Crossing?
  /// How full the street is, 0 to 1.
  var bustle: Float

  var sides: [Side] { [left, right] }

  init(random: inout StreetRandom) {
    bend = random.chance(0.4) ? 0 : random.sign() * random.within(0.0004, 0.0028)
    laneWidth = random.within(2.9, 3.6)
    lanes = random.chance(0.3) ? 2 : 1
    oneWay = random.chance(0.12)
    bustle = random.unit()
    medianHalf = 0
    medianIsGrass = random.chance(0.6)
    tramRails = []
    switch random.choice(0.5, 0.26, 0.16, 0.08) {
    case 1: tramRails = oneWay ? [0] : [-laneWidth / 2, laneWidth / 2]
    case 2:
      medianHalf = random.within(3, 3.6)
      tramRails = [-1.6, 1.6]
      lanes = 1
    case 3:
      medianHalf = random.within(0.8, 2.2)
      medianIsGrass = true
    default: break
    }
    left = Self.side(-1, half: medianHalf + laneWidth * Float(lanes), random: &random)
    right = Self.side(1, half: medianHalf + laneWidth * Float(lanes), random: &random)
    if random.chance(0.4) {
      let near = random.within(15, 46)
      crossing = Crossing(
        near: near, far: near + random.within(6.5, 13), walk: random.within(1.8, 3.5),
        zebra: random.chance(0.75))
    }
  }

  private static func side(_ sign: Float, half: Float, random: inout StreetRandom) -> Side {
    let parking = random.chance(0.5)
    let frontage: Frontage =
      switch random.choice(0.42, 0.28, 0.16, 0.14) {
      case 0: .city
      case 1: .suburb
      case 2: .park
      default: .works
      }
    return Side(
      sign: sign, parking: parking, kerb: half + (parking ? 2.2 : 0.35),
      verge: random.chance(frontage == .city ? 0.2 : 0.5) ? random.within(0.9, 2.6) : 0,
      walk: random.within(1.7, frontage == .city ? 4.8 : 3.2), frontage: frontage)
  }

  /// The world's point at `s` metres from the centre line, `z` along it and `y` above the road.
  func point(_ s: Float, _ y: Float, _ z: Float) -> Vector {
    Vector(s + bend * z * z, y, z)
  }

  /// The direction of the road at `z`, as a share of the full circle.
  func heading(_ z: Float) -> Float {
    let slope = 2 * bend * z
    return slope * (1 - slope * slope / 3) * 0.15915494
  }

  /// A frame on the ground at (s, z), turned from the road's direction by `turned`.
  func frame(_ s: Float, _ z: Float, turned: Float = 0, height: Float = 0) -> Frame {
    Frame(origin: point(s, height, z), turns: heading(z) + turned)
  }

  /// The stretches of z that a kerb runs along: all of it, but for the crossing.
  func stretches(clearing walk: Bool) -> [ClosedRange<Float>] {
    guard let crossing else { return [Self.start...Self.end] }
    let inset = walk ? crossing.walk : 0
    return [Self.start...(crossing.near - inset), (crossing.far + inset)...Self.end]
  }

  /// The centres of the lanes and whether their traffic comes towards the camera.
  var laneCentres: [(s: Float, oncoming: Bool)] {
    (0..<lanes).flatMap { lane in
      let s = medianHalf + laneWidth * (Float(lane) + 0.5)
      return [(s, false), (-s, !oneWay)]
    }
  }
}
