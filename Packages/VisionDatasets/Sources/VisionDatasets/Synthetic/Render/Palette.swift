/// How a look paints its ground.
struct RoadStyle {
  var grain: Float
  var tracks: Float
  var patches: Float
  var wear: Float
  var line: Vector
  var centreLine: Vector
  var railBed: Vector
  var rail: Vector
  var facadeGrain: Float
  /// The share of facades that show their bricks.
  var brickShare: Float
}

/// The colours and patterns of one look.
protocol Palette: Sendable {
  var roadStyle: RoadStyle { get }
  func atmosphere(sun: Vector) -> Atmosphere
  func material(for surface: Surface) -> Material
}

extension Palette {
  /// One of `colours` by the surface's tone, a little lighter or darker.
  func pick(_ tone: UInt32, _ spread: Float, _ colours: [UInt32]) -> Vector {
    let hash = Noise.hash(tone ^ 0x51ed)
    let colour = Vector(hex: colours[Int(hash % UInt32(colours.count))])
    return colour * (1 + spread * (Noise.unit(Noise.hash(hash)) - 0.5))
  }
}

extension SIMD3 where Scalar == Float {
  /// A colour from 0xRRGGBB.
  init(hex: UInt32) {
    self.init(
      Float(hex >> 16 & 255) / 255, Float(hex >> 8 & 255) / 255, Float(hex & 255) / 255)
  }
}
