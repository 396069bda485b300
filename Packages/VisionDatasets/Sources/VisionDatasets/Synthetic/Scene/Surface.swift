/// What a face is made of, in the scene's terms; a look decides its colours and pattern.
struct Surface {
  /// The materials that streets are made of.
  enum Kind: UInt8 {
    case asphalt, paving, kerb, grass, soil, ballast
    case facade, roof, stone, brickWall, concreteWall
    case planks, railing, guardRail
    case poleMetal, sign, signBack, signalCase, signalRed, signalAmber, signalGreen
    case bark, leaves
    case skin, hair, shirt, trousers, shoes, bag, helmet
    case carPaint, busPaint, tramPaint, truckPaint, cargo, cyclePaint
    case glass, tyre, rim, spokes, headlight, tailLight, plate, trim, chrome, display
    case awning, hood
  }

  var kind: Kind
  /// Chooses among the look's colours for this kind.
  var tone: UInt32
  /// Sizes in metres that the pattern needs; their meaning is the kind's (see ``ShadingPattern``).
  var sizes = SIMD4<Float>(repeating: 0)
}

/// How light falls on a face.
enum FaceForm: UInt8 {
  /// A plane.
  case flat
  /// A rod along u, seen from its side: v runs from -1 to 1 across it.
  case rod
  /// A ball: u and v run from -1 to 1.
  case ball
}

/// One planar polygon of the scene.
struct Face {
  var firstVertex: Int
  var vertexCount: Int
  /// Where u and v are 0.
  var origin: Vector
  /// Directions of u and v, at right angles; their length is the number of units in a metre.
  var u: Vector
  var v: Vector
  /// Towards the camera, length one.
  var normal: Vector
  var surface: Int
  var label: UInt8
  var form: FaceForm
  var castsShadow: Bool
}
