/// The residual network in the context path.
public enum Backbone: String, Sendable, CaseIterable {
  /// Two 3x3 convolutions per block.
  case resnet18
  /// 1x1, 3x3, 1x1 per block.
  case resnet101

  /// Blocks in the four stages.
  var depths: [Int] {
    switch self {
    case .resnet18: [2, 2, 2, 2]
    case .resnet101: [3, 4, 23, 3]
    }
  }

  /// A block's output channels per channel of its inner convolution.
  var expansion: Int { self == .resnet18 ? 1 : 4 }

  /// Channels of the features at 1/16 and at 1/32.
  public var channels: (sixteenth: Int, thirtySecond: Int) { (256 * expansion, 512 * expansion) }
}
