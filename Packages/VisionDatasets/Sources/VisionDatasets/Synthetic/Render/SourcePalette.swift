/// The rendered look: a sunny day, clean surfaces, strong colours, hard shadows.
struct SourcePalette: Palette {
  let roadStyle = RoadStyle(
    grain: 0.14, tracks: 0.05, patches: 0.05, wear: 0.2, line: Vector(hex: 0xf4f4ee),
    centreLine: Vector(hex: 0xf2c230), railBed: Vector(hex: 0x6a6b72), rail: Vector(hex: 0x9a9da6),
    facadeGrain: 0.05, brickShare: 0.12)

  func atmosphere(sun: Vector) -> Atmosphere {
    Atmosphere(
      sun: sun, sunColour: Vector(0.74, 0.68, 0.56), skyLight: Vector(0.5, 0.56, 0.68),
      groundLight: Vector(0.36, 0.35, 0.36), shadowDepth: 1, haze: Vector(hex: 0xbcd3ea),
      hazeDistance: 900, zenith: Vector(hex: 0x2f74cf), horizon: Vector(hex: 0xb4d6f2),
      cloud: Vector(hex: 0xffffff), cover: 0.25)
  }

  func material(for surface: Surface) -> Material {
    let tone = surface.tone
    var material = Material(pattern: .plain, base: .zero, sizes: surface.sizes, seed: tone)
    switch surface.kind {
    case .asphalt:
      material.pattern = .asphalt
      material.base = pick(tone, 0.12, [0x55585f, 0x5c5e66, 0x4e5158])
      material.second = material.base * 0.8
    case .paving:
      material.pattern = .paving
      material.base = pick(tone, 0.1, [0xb9b4aa, 0xc2b7a3, 0xaeb0b2, 0xb79f8c])
      material.second = material.base * 0.7
      material.sizes.x = 0.75
    case .kerb: (material.pattern, material.base) = (.kerb, pick(tone, 0.1, [0xcfccc4, 0xbdbab4]))
    case .grass, .soil:
      material.pattern = .grass
      material.base = pick(tone, 0.12, [0x6fae35, 0x63a33a, 0x7db33f])
      material.second = Vector(hex: 0x9aa84a)
      material.sizes.x = 0.6
    case .ballast: (material.pattern, material.base) = (.ballast, Vector(hex: 0x8a8078))
    case .facade:
      material.pattern = .facade
      material.base = pick(
        tone, 0.14,
        [0xe8c27a, 0xd98f5c, 0xf0e2c0, 0xc8684a, 0xe9d9a2, 0xa9c0d6, 0xd7a7a0, 0xf2efe6, 0xb5c79a])
      material.second = Vector(hex: 0xf6f3ec)
      material.third = pick(tone ^ 9, 0.1, [0xc0392b, 0x1f6fb2, 0x1e8449, 0xd68910, 0x5b2c6f])
    case .roof:
      (material.pattern, material.base) = (
        .roofTiles, pick(tone, 0.1, [0xb8502f, 0xa3452c, 0x5f6470])
      )
    case .stone: material.base = pick(tone, 0.1, [0xe6dfce, 0xd5ccb8, 0xc9c4bb])
    case .brickWall:
      (material.pattern, material.base) = (
        .bricks, pick(tone, 0.12, [0xb1563c, 0xa34a35, 0xc07a52])
      )
      material.second = Vector(hex: 0xd8d0c4)
    case .concreteWall:
      (material.pattern, material.base) = (
        .concrete, pick(tone, 0.12, [0xc3bfb5, 0xb6b8bb, 0xd8c9a8])
      )
    case .planks:
      (material.pattern, material.base) = (
        .planks, pick(tone, 0.12, [0xb07a45, 0xf0ece2, 0x8a5a35, 0x4f7d5c])
      )
    case .railing:
      (material.pattern, material.base) = (
        .railing, pick(tone, 0.1, [0x25402f, 0x22262c, 0xe6e6e0])
      )
      material.second = Vector(hex: 0x7f9a5a)
    case .guardRail: (material.pattern, material.base) = (.guardRail, Vector(hex: 0xc4cad0))
    case .poleMetal: material.base = pick(tone, 0.1, [0x7d858c, 0x5f666d, 0x30443a, 0x999fa4])
    case .sign:
      material.pattern = .sign
      (material.base, material.second, material.third) = (
        Vector(hex: 0xd81e1e), Vector(hex: 0xfafafa), pick(tone ^ 3, 0, [0x1257c4, 0x0a7a45])
      )
    case .signBack: material.base = Vector(hex: 0x8b9096)
    case .bark: material.base = pick(tone, 0.15, [0x6b4a30, 0x7a5a3c, 0x5c4330])
    case .leaves:
      material.pattern = .leaves
      material.base = pick(tone, 0.16, [0x3f7d22, 0x4d8c2a, 0x2f6b28, 0x5f9a2e])
      material.second = material.base * 1.35
    case .hair: material.base = pick(tone, 0.1, [0x2a1c12, 0x5a3a1e, 0xc9a256, 0x15110f])
    case .skin: material.base = pick(tone, 0.1, [0xe7b48f, 0xc68a62, 0x8a5a3a, 0xf0c8a4])
    case .shirt, .bag:
      material.pattern = .cloth
      material.base = pick(
        tone, 0.15,
        [0xd42f2f, 0x2f6fd4, 0xf3f0ea, 0xf0b429, 0x2fa35a, 0x8e44ad, 0x222831, 0xe67fa0])
    case .trousers:
      (material.pattern, material.base) = (
        .cloth, pick(tone, 0.15, [0x2a4a86, 0x1f2c4d, 0x8c7a5a, 0x33363c, 0xb7a98c])
      )
    case .shoes: material.base = pick(tone, 0, [0x1c1c1f, 0xefefef, 0x6a4428])
    case .helmet: material.base = pick(tone, 0, [0xd42222, 0xf5f5f5, 0x1a1a1e, 0x2266cc])
    case .carPaint:
      material.pattern = .paint
      material.base = pick(
        tone, 0.12,
        [0xc81e1e, 0x1c4fb8, 0xf2f2f2, 0x23262b, 0xb9bec6, 0xf0b01e, 0x1e7a46, 0x6fa8dc, 0x8a1538])
      material.sizes = SIMD4(1, 0, 0, 0)
    case .busPaint:
      (material.pattern, material.base) = (.paint, pick(tone, 0.1, [0xd5281f, 0x1f63c9, 0xf0c020]))
      (material.second, material.sizes) = (Vector(hex: 0xf4f4f0), SIMD4(0.8, 0.85, 1.15, 0))
    case .tramPaint:
      (material.pattern, material.base) = (.paint, pick(tone, 0.1, [0x1f8a4c, 0xf2ead0, 0xe6a51c]))
      (material.second, material.sizes) = (
        pick(tone ^ 1, 0, [0x9c1f2e, 0x1a4f8a]), SIMD4(0.8, 0.7, 1.1, 0)
      )
    case .truckPaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.1, [0xe8eaec, 0xc92a2a, 0x2457a6, 0xe08a1e])
      )
      material.sizes = SIMD4(0.7, 0, 0, 0)
    case .cargo:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.08, [0xf3f3ef, 0xd8dde2, 0x3a7ac0, 0xe3b23c])
      )
      (material.second, material.sizes) = (
        pick(tone ^ 5, 0, [0xc0392b, 0x1f4e99, 0xf3f3ef]), SIMD4(0.3, 1.7, 2.2, 0)
      )
    case .cyclePaint:
      (material.pattern, material.base) = (
        .paint, pick(tone, 0.1, [0xd11f1f, 0x1f9ad1, 0x24262a, 0xf0a818, 0x2fae4a])
      )
      material.sizes = SIMD4(0.5, 0, 0, 0)
    case .awning: material.base = pick(tone, 0.1, [0xc0392b, 0x1e7a8c, 0xe8d9b0, 0x2e6b3a])
    case .glass: (material.pattern, material.base) = (.glass, Vector(hex: 0x141a22))
    case .spokes:
      (material.pattern, material.base) = (.spokes, Vector(hex: 0x83868c))
      (material.second, material.third) = (Vector(hex: 0xd5d8dc), Vector(hex: 0x18181a))
    default: material = commonMaterial(for: surface)
    }
    return material
  }
}
