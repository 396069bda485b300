/// How a surface's colours are laid out over u and v.
enum ShadingPattern: UInt8 {
  case plain, cloth, paint, glass, glowing
  case asphalt, paving, kerb, grass, ballast
  /// Sizes: bay width, floor height, ground floor's height, and 1 shop, 0 dwelling, -1 flank.
  case facade
  case roofTiles, bricks, concrete, planks, railing, guardRail
  case leaves, spokes
  /// Sizes: the sign's shape.
  case sign
}

/// A surface in one look's colours: red, green and blue from 0 to 1.
struct Material {
  var pattern: ShadingPattern
  var base: Vector
  var second: Vector = .zero
  var third: Vector = .zero
  var sizes: SIMD4<Float> = .zero
  var seed: UInt32 = 0
}

/// The light and air of a picture.
struct Atmosphere {
  var sun: Vector
  var sunColour: Vector
  /// Light from above and from below on what the sun does not reach.
  var skyLight: Vector
  var groundLight: Vector
  /// How dark a cast shadow is: 1 takes all sunlight.
  var shadowDepth: Float
  var haze: Vector
  /// The distance at which half of what is seen is haze, in metres.
  var hazeDistance: Float
  var zenith: Vector
  var horizon: Vector
  var cloud: Vector
  /// 0 clear to 1 overcast.
  var cover: Float

  @inline(__always) func light(_ normal: Vector) -> Vector {
    let above = 0.5 + 0.5 * normal.y
    return groundLight.mixed(skyLight, above) + sunColour * max(0, normal.dot(sun))
  }
}
