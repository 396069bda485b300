import Glibc
import Tensor

/// How a parameter begins.
///
/// Random values depend on the seed and the parameter's name alone, not on the order in which
/// layers are built.
public enum Initialiser: Sendable {
  /// The same value everywhere.
  case constant(Float)
  /// Normal with variance 2 / (I·kH·kW) (`kaiming_normal_`, fan-in, ReLU).
  case kaimingNormalFanIn
  /// Normal with variance 2 / (O·kH·kW) (`kaiming_normal_`, fan-out, ReLU), as torchvision's ResNet.
  case kaimingNormalFanOut
  /// Uniform within ±1/√fanIn: PyTorch's default for a convolution's bias.
  case uniform(fanIn: Int)

  func tensor(shape: Shape, name: String, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed, name: name)
    let values: [Float]
    switch self {
    case .constant(let value):
      return Tensor(repeating: value, shape: shape)
    case .kaimingNormalFanIn:
      let deviation = (2 / Double(shape[1] * shape[2] * shape[3])).squareRoot()
      values = (0..<shape.count).map { _ in Float(random.normal() * deviation) }
    case .kaimingNormalFanOut:
      let deviation = (2 / Double(shape[0] * shape[2] * shape[3])).squareRoot()
      values = (0..<shape.count).map { _ in Float(random.normal() * deviation) }
    case .uniform(let fanIn):
      let bound = 1 / Double(fanIn).squareRoot()
      values = (0..<shape.count).map { _ in Float((2 * random.uniform() - 1) * bound) }
    }
    return Tensor(values, shape: shape)
  }
}

/// SplitMix64, seeded by a number and a name.
struct RandomNumbers {
  private var state: UInt64
  private var spare: Double?

  init(seed: UInt64, name: String) {
    // FNV-1a of the name, stirred with the seed.
    state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    state = next() ^ seed
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    if let value = spare.take() { return value }
    let radius = (-2 * log(1 - uniform())).squareRoot(), angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}
