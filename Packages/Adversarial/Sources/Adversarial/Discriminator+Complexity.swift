import NN
public import Tensor

extension Discriminator {
  /// A layer of the network: its parameters and its work.
  public struct LayerComplexity: Sendable {
    /// The layer's path, `layers.0`.
    public let name: String
    /// Its trainable elements.
    public let parameters: Int
    /// Its output.
    public let output: Shape
    /// Multiplications with addition.
    public let macs: Int
  }

  /// What the network costs, layer by layer and by the convention of the paper's Table III.
  public struct Complexity: Sendable {
    /// The convolutions in their order.
    public let layers: [LayerComplexity]
    /// The operations that are no convolution's multiplication with addition, each counted once: a
    /// bias added to an element is one, LeakyReLU one an element, the last enlargement 11 an element.
    public let otherOperations: Int

    /// Floating point operations as the paper's Table III counts them: twice the sum of
    /// multiplications with addition and of the other operations.
    public var flopsOfThePaper: Int {
      2 * (layers.reduce(0) { $0 + $1.macs } + otherOperations)
    }
  }

  /// The network's work on an input `[N, C, H, W]`, read off the operations of a rehearsal.
  public static func complexity(kind: Kind, input: Shape) -> Complexity {
    let store = ParameterStore()
    let network = Discriminator(store.scope(.inference), kind: kind, classes: input[1])
    let (_, records) = Rehearsal.run {
      OperationObserver.observing { network(Tensor(repeating: 0, shape: input)) }
    }
    var parameters: [String: Int] = [:]
    var withBias: Set<String> = []
    for parameter in store.parameters {
      let path = parameter.name.split(separator: ".").dropLast().joined(separator: ".")
      parameters[path, default: 0] += parameter.shape.count
      if parameter.name.hasSuffix(".bias") { withBias.insert(path) }
    }
    var other = 0
    var layers: [LayerComplexity] = []
    for record in records {
      switch record.name {
      case "conv2d":
        layers.append(
          LayerComplexity(
            name: record.layer, parameters: parameters[record.layer] ?? 0, output: record.shape,
            macs: record.macs))
        if withBias.contains(record.layer) { other += record.shape.count }
      case "leakyReLU": other += record.shape.count
      case "resize": other += 11 * record.shape.count
      default: break
      }
    }
    return Complexity(layers: layers, otherOperations: other)
  }
}
