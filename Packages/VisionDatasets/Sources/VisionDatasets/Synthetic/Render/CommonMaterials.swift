extension Palette {
  /// What is the same in every look: rubber, chrome, lamps.
  func commonMaterial(for surface: Surface) -> Material {
    var material = Material(pattern: .plain, base: .zero, sizes: surface.sizes, seed: surface.tone)
    switch surface.kind {
    case .tyre: material.base = Vector(hex: 0x1a1a1c)
    case .rim: material.base = Vector(hex: 0x9a9ea4)
    case .trim: material.base = Vector(hex: 0x1e1f22)
    case .chrome: material.base = Vector(hex: 0xb4b8be)
    case .plate: material.base = Vector(hex: 0xe9e7dc)
    case .headlight: (material.pattern, material.base) = (.glowing, Vector(hex: 0xeceadf))
    case .tailLight: (material.pattern, material.base) = (.glowing, Vector(hex: 0xb3141a))
    case .signalCase: material.base = Vector(hex: surface.tone == 1 ? 0x33312c : 0x17191a)
    case .signalRed: (material.pattern, material.base) = (.glowing, Vector(hex: 0xff3020))
    case .signalAmber: (material.pattern, material.base) = (.glowing, Vector(hex: 0xffb020))
    case .signalGreen: (material.pattern, material.base) = (.glowing, Vector(hex: 0x28f0a0))
    case .display: (material.pattern, material.base) = (.glowing, Vector(hex: 0xe08a1a))
    case .hood:
      (material.pattern, material.base) = (.plain, Vector(hex: 0x2a2c30))
    default: material.base = Vector(repeating: 0.5)
    }
    return material
  }
}
