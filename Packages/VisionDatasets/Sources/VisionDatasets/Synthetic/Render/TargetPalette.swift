/// The photographed look: an overcast day, worn surfaces, dull colours, haze.
struct TargetPalette: Palette {
  let roadStyle = RoadStyle(
    grain: 0.3, tracks: 0.1, patches: 0.22, wear: 0.7, line: Vector(hex: 0xc6c6bd),
    centreLine: Vector(hex: 0xbdbdb4), railBed: Vector(hex: 0x5d5a55), rail: Vector(hex: 0x92918c),
    facadeGrain: 0.18, brickShare: 0.5)

  func atmosphere(sun: Vector) -> Atmosphere {
    Atmosphere(
      sun: Vector(0, 1, 0), sunColour: Vector(0.2, 0.2, 0.19), skyLight: Vector(0.74, 0.75, 0.74),
      groundLight: Vector(0.4, 0.39, 0.36), shadowDepth: 0, haze: Vector(hex: 0xc3c6c2),
      hazeDistance: 190, zenith: Vector(hex: 0xb9bfc0), horizon: Vector(hex: 0xdcdcd6),
      cloud: Vector(hex: 0xe9e8e3), cover: 0.9)
  }

  func material(for surface: Surface) -> Material {
    let tone = surface.tone
    var material = Material(pattern: .plain, base: .zero, sizes: surface.sizes, seed: tone)
    switch surface.kind {
    case .asphalt:
      material.pattern = .asphalt
      material.base = pick(tone, 0.16, [0x7b7770, 0x858079, 0x6f6c68, 0x8a8580])
      material.second = Vector(hex: 0x5c5a57)
    case .paving:
      material.pattern = .paving
      material.base = pick(tone, 0.14, [0x8f8a82, 0x99938a, 0x857f79, 0x96857b])
      material.second = material.base * 0.6
      material.sizes.x = 0.34
    case .kerb: (material.pattern, material.base) = (.kerb, pick(tone, 0.14, [0x9c978e, 0x8f8b85]))
    case .grass, .soil:
      material.pattern = .grass
      material.base = pick(tone, 0.16, [0x6e7346, 0x7a7748, 0x66693f])
      material.second = Vector(hex: 0x7d6b4c)
      material.sizes.x = 0.42
    case .ballast: (material.pattern, material.base) = (.ballast, Vector(hex: 0x6e675f))
    case .facade:
      material.pattern = .facade
      material.base = pick(
        tone, 0.2,
        [0x8a5f4b, 0x9b8f80, 0x7c7670, 0xa59a86, 0x74564a, 0xb3aca0, 0x8d8573, 0x6b6966])
      material.second = pick(tone ^ 4, 0.15, [0xbfb9ad, 0x6b655d, 0xa8a49c, 0x4f4a45])
      material.third = pick(tone ^ 9, 0.15, [0x4a3030, 0x2f3d4d, 0x36453a, 0x5b5340, 0x8a2f28])
    case .roof:
      (material.pattern, material.base) = (
        .roofTiles, pick(tone, 0.15, [0x5e4a44, 0x4c4a4c, 0x6d5046])
      )
    case .stone: material.base = pick(tone, 0.15, [0x9f988c, 0x8c867c, 0x7d7972])
    case .brickWall:
      (material.pattern, material.base) = (
        .bricks, pick(tone, 0.16, [0x75503f, 0x6a4a40, 0x8a7160])
      )
      material.second = Vector(hex: 0x938c82)
    case .concreteWall:
      (material.pattern, material.base) = (
        .concrete, pick(tone, 0.16, [0x8b8a85, 0x7d7d7b, 0x98928a])
      )
    case .planks:
      (material.pattern, material.base) = (
        .planks, pick(tone, 0.16, [0x6b5a48, 0x857866, 0x564a40])
      )
    case .railing:
      (material.pattern, material.base) = (
        .railing, pick(tone, 0.1, [0x3a403c, 0x33363a, 0x6a5f55])
      )
      material.second = Vector(hex: 0x6c6d58)
    case .guardRail: (material.pattern, material.base) = (.guardRail, Vector(hex: 0x8f9291))
    case .poleMetal: material.base = pick(tone, 0.14, [0x5a5d5e, 0x6d6f6e, 0x454a4a, 0x7c7a74])
    case .sign:
      material.pattern = .sign
      (material.base, material.second, material.third) = (
        Vector(hex: 0xa83a34), Vector(hex: 0xd2d0c8), pick(tone ^ 3, 0, [0x3a5c8a, 0xb09a3a])
      )
    case .signBack: material.base = Vector(hex: 0x70726f)
    case .bark: material.base = pick(tone, 0.2, [0x4a423a, 0x58503f, 0x3d3834])
    case .leaves:
      material.pattern = .leaves
      material.base = pick(tone, 0.22, [0x4f5a35, 0x5d6338, 0x6b6436, 0x46523a, 0x7a6a38])
      material.second = material.base * 1.5
    case .hair: material.base = pick(tone, 0.1, [0x2c241f, 0x4a3c32, 0x8d8478, 0x1b1918])
    case .skin: material.base = pick(tone, 0.1, [0xc9a08a, 0xa97b60, 0x76533f, 0xd3b39c])
    case .shirt, .bag:
      material.pattern = .cloth
      material.base = pick(
        tone, 0.2, [0x3a3d45, 0x55504a, 0x2c3848, 0x6a4a48, 0x8a877f, 0x46503f, 0x1f2023, 0x9c8f70])
    case .trousers:
      (material.pattern, material.base) = (
        .cloth, pick(tone, 0.2, [0x2d3440, 0x26272b, 0x4d4740, 0x3d4756])
      )
    case .shoes: material.base = pick(tone, 0, [0x1d1c1c, 0xa9a8a4, 0x42362c])
    case .helmet: material.base = pick(tone, 0, [0x2a2b2e, 0xa9a9a6, 0x7a3a34, 0x3a4a5e])
    case .carPaint:
      material.pattern = .paint
      material.base = pick(
        tone, 0.15,
        [0x2a2c30, 0x8c9094, 0xc2c3c1, 0x3b434f, 0x55585c, 0x6b2e2c, 0x2f3d58, 0x1c1d20])
      material.sizes = SIMD4(0.8, 0, 0, 0)
    case .busPaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.12, [0xc9c4b4, 0xa89a4a, 0x8a3a34])
      )
      (material.second, material.sizes) = (
        pick(tone ^ 1, 0, [0x3d5a4a, 0x7a302c]), SIMD4(0.6, 0.4, 1.1, 0)
      )
    case .tramPaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.12, [0xb8b2a4, 0x9a3a34, 0x6f7d86])
      )
      (material.second, material.sizes) = (
        pick(tone ^ 1, 0, [0x3b4248, 0xc4bfb0]), SIMD4(0.6, 0.5, 0.9, 0)
      )
    case .truckPaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.15, [0xb4b4b0, 0x4a5868, 0x7a3e36, 0x5c6650])
      )
      material.sizes = SIMD4(0.5, 0, 0, 0)
    case .cargo:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.15, [0xb5b3ac, 0x8f9290, 0x5f7466, 0xa09a86])
      )
      (material.second, material.sizes) = (
        pick(tone ^ 5, 0, [0x6e3a34, 0x3f5068, 0x9a9a94]), SIMD4(0.2, 1.9, 2.5, 0)
      )
    case .cyclePaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.15, [0x2b2c2e, 0x6a3532, 0x3d4d5e, 0x7d7c76])
      )
      material.sizes = SIMD4(0.4, 0, 0, 0)
    case .awning: material.base = pick(tone, 0.15, [0x6e3f38, 0x4a5450, 0x8f8878])
    case .glass: (material.pattern, material.base) = (.glass, Vector(hex: 0x23282a))
    case .spokes:
      (material.pattern, material.base) = (.spokes, Vector(hex: 0x77746e))
      (material.second, material.third) = (Vector(hex: 0x9a9993), Vector(hex: 0x242424))
    default: material = commonMaterial(for: surface)
    }
    return material
  }
}
