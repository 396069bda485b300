/// Which of the ResNets (He et al. 2016) a set of names belongs to.
public struct ResNetDepth: Hashable, Sendable, CustomStringConvertible {
  private let blocks: [Int]
  private let hasBottlenecks: Bool

  /// Counts the blocks of `layer1` to `layer4` below `prefix`; nil where there are none.
  init?(names: some Sequence<String>, prefix: String) {
    var blocks = [0, 0, 0, 0]
    var hasBottlenecks = false
    for name in names where name.hasPrefix(prefix + "layer") {
      let parts = name.dropFirst(prefix.count + "layer".count).split(separator: ".")
      guard parts.count > 2, let layer = Int(parts[0]), 1...4 ~= layer,
        let block = Int(parts[1]), 0..<1000 ~= block
      else { continue }
      blocks[layer - 1] = max(blocks[layer - 1], block + 1)
      hasBottlenecks = hasBottlenecks || parts[2] == "conv3"
    }
    guard blocks.contains(where: { $0 > 0 }) else { return nil }
    self.blocks = blocks
    self.hasBottlenecks = hasBottlenecks
  }

  /// `ResNet-18`, or the blocks where it is none of the known ones.
  public var description: String {
    switch (blocks, hasBottlenecks) {
    case ([2, 2, 2, 2], false): "ResNet-18"
    case ([3, 4, 6, 3], false): "ResNet-34"
    case ([3, 4, 6, 3], true): "ResNet-50"
    case ([3, 4, 23, 3], true): "ResNet-101"
    case ([3, 8, 36, 3], true): "ResNet-152"
    default:
      "a ResNet of \(blocks.map(String.init).joined(separator: ", "))"
        + (hasBottlenecks ? " bottlenecks" : " basic blocks")
    }
  }
}

/// A checkpoint whose ResNet is another than the network's.
public struct WrongBackbone: Error, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The file's ResNet.
  public let found: ResNetDepth
  /// The network's.
  public let expected: ResNetDepth

  /// One sentence: the file, what was found, what was expected and what to do.
  public var description: String {
    "'\(path)' holds \(found) where the network's backbone is \(expected); "
      + "give a file of \(expected), or set model.backbone to the file's."
  }
}
