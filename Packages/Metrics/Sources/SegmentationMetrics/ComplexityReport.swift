/// What a network costs: parameters and multiply-accumulates, layer by layer.
public struct ComplexityReport: Sendable, Hashable {
  /// One layer's share.
  public struct Layer: Sendable, Hashable {
    /// The layer's name in the network, such as `context_path.layer1.0.conv1`.
    public let name: String
    /// What it does: `conv2d`.
    public let kind: String
    /// The shape of its output, [N, C, H, W].
    public let outputShape: [Int]
    /// The number of its trained values.
    public let parameters: Int
    /// Its multiply-accumulates for that output.
    public let macs: Int

    /// One layer's share.
    public init(name: String, kind: String, outputShape: [Int], parameters: Int, macs: Int) {
      self.name = name
      self.kind = kind
      self.outputShape = outputShape
      self.parameters = parameters
      self.macs = macs
    }
  }

  /// The network's name.
  public let network: String
  /// The shape of its input, [N, C, H, W].
  public let inputShape: [Int]
  /// The layers in the order of computation.
  public let layers: [Layer]
  /// Floating point operations as the paper's Table III counts a discriminator's; nil for other
  /// networks.
  public let flopsOfThePaper: Int?

  /// What a network costs for one input.
  public init(
    network: String, inputShape: [Int], layers: [Layer], flopsOfThePaper: Int? = nil
  ) {
    self.network = network
    self.inputShape = inputShape
    self.layers = layers
    self.flopsOfThePaper = flopsOfThePaper
  }

  /// The number of all trained values.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }

  /// All multiply-accumulates.
  public var macs: Int { layers.reduce(0) { $0 + $1.macs } }

  /// Floating point operations: two for each multiply-accumulate.
  public var flops: Int { 2 * macs }

  /// The object `parameters, macs, flops`, `flopsPaper` where it is known, and on request `layers`
  /// with an object for each.
  public func json(includingLayers: Bool = false) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("parameters", .integer(parameters)),
      .init("macs", .integer(macs)),
      .init("flops", .integer(flops)),
    ]
    if let flopsOfThePaper { members.append(.init("flopsPaper", .integer(flopsOfThePaper))) }
    if includingLayers {
      members.append(.init("layers", .array(layers.map(json(of:)))))
    }
    return .object(members)
  }

  private func json(of layer: Layer) -> JSONValue {
    .object([
      .init("name", .string(layer.name)),
      .init("kind", .string(layer.kind)),
      .init("outputShape", .array(layer.outputShape.map { .integer($0) })),
      .init("parameters", .integer(layer.parameters)),
      .init("macs", .integer(layer.macs)),
    ])
  }

  /// The totals in three lines, below a table of the layers on request.
  public func table(includingLayers: Bool = false) -> String {
    var text = "\(network) at \(dimensions(inputShape))\n"
    if includingLayers {
      var table = TextTable([
        ("layer", .left), ("kind", .left), ("output", .right), ("parameters", .right),
        ("MACs", .right),
      ])
      for layer in layers {
        table.add([
          layer.name, layer.kind, dimensions(layer.outputShape), grouped(layer.parameters),
          grouped(layer.macs),
        ])
      }
      table.addFooter(["total", "", "", grouped(parameters), grouped(macs)])
      text += table.text
    }
    text +=
      "parameters  \(grouped(parameters)) (\(decimal(Double(parameters) / 1e6, places: 3)) M)\n"
    text += "MACs        \(grouped(macs)) (\(decimal(Double(macs) / 1e9, places: 3)) G)\n"
    text +=
      "FLOPs       \(grouped(flops)) (\(decimal(Double(flops) / 1e9, places: 3)) G, 2 x MACs)\n"
    if let paper = flopsOfThePaper {
      text +=
        "            \(grouped(paper)) (\(decimal(Double(paper) / 1e9, places: 3)) G, by the paper's "
        + "convention)\n"
    }
    return text
  }

  private func dimensions(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: "x")
  }
}
