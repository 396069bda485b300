public import NN
public import Tensor

/// BiSeNet (Yu et al. 2018): a spatial path that keeps detail, a context path that sees far, and
/// their fusion.
///
/// Every head is linear and so is bilinear resizing, and they act on different axes; so each head
/// runs at its own map's size and its *logits* are enlarged: the same function as enlarging the maps
/// first, at a fraction of the work. ``logits(_:)`` gives the logits before they are enlarged, which is
/// what losses and predictions, fused with the enlargement, take; ``callAsFunction(_:)`` gives them at
/// the input's size.
public struct BiSeNet: Sendable {
  /// The outputs of the network, one per head.
  public struct Outputs: Sendable {
    /// The fused head.
    public let main: Tensor
    /// The auxiliary head on the context at 1/16.
    public let sixteenth: Tensor
    /// The auxiliary head on the context at 1/32.
    public let thirtySecond: Tensor

    /// main, sixteenth, thirty-second.
    public var all: [Tensor] { [main, sixteenth, thirtySecond] }

    /// Each output through the same function.
    public func map(_ transform: (Tensor) -> Tensor) -> Outputs {
      Outputs(
        main: transform(main), sixteenth: transform(sixteenth),
        thirtySecond: transform(thirtySecond))
    }
  }

  /// The multiple that heights and widths of images are of: the spatial path ends at 1/8.
  public static let stride = 8

  private let spatial: SpatialPath
  private let context: ContextPath
  private let refinement16: AttentionRefinement
  private let refinement32: AttentionRefinement
  let supervision16: Conv2d
  let supervision32: Conv2d
  let fusion: FeatureFusion
  let head: Conv2d

  /// Builds the network in a scope, under the names of the reference implementation.
  ///
  /// - Parameter recomputesActivations: In training, keep of each residual block its output alone and
  ///   run it again on the way back: less memory for a third more time, the same gradients.
  public init(
    _ scope: Scope, backbone: Backbone, classes: Int = 19, recomputesActivations: Bool = false
  ) {
    let channels = backbone.channels
    spatial = SpatialPath(scope["spatial_path"], backbone: backbone)
    context = ContextPath(
      scope["context_path"], backbone: backbone, recomputesActivations: recomputesActivations)
    refinement16 = AttentionRefinement(
      scope["attention_refinement_module1"], channels.sixteenth)
    refinement32 = AttentionRefinement(
      scope["attention_refinement_module2"], channels.thirtySecond)
    supervision16 = Conv2d(scope["supervision1"], channels.sixteenth, classes, kernel: 1)
    supervision32 = Conv2d(scope["supervision2"], channels.thirtySecond, classes, kernel: 1)
    fusion = FeatureFusion(
      scope["feature_fusion_module"], 256 + channels.sixteenth + channels.thirtySecond,
      classes: classes)
    head = Conv2d(scope["conv"], classes, classes, kernel: 1)
  }

  /// The three heads' logits at the input's size: `[N, 3, H, W]` to three times `[N, classes, H, W]`.
  ///
  /// - Precondition: H and W are multiples of 8.
  public func callAsFunction(_ images: Tensor) -> Outputs {
    logits(images).map { $0.upsampledBilinear(height: images.shape[2], width: images.shape[3]) }
  }

  /// The three heads' logits at 1/8 of the input's size.
  ///
  /// The auxiliary heads run at 1/16 and 1/32; their logits are enlarged in the reference's two
  /// steps (to 1/8, then to the input's size), which one step would not equal.
  ///
  /// - Precondition: H and W are multiples of 8.
  public func logits(_ images: Tensor) -> Outputs {
    let maps = features(images)
    let height = maps.spatial.shape[2], width = maps.spatial.shape[3]
    return Outputs(
      main: mainLogits(maps),
      sixteenth: supervision16(maps.sixteenth).upsampledBilinear(height: height, width: width),
      thirtySecond: supervision32(maps.thirtySecond)
        .upsampledBilinear(height: height, width: width))
  }

  /// The main head's logits at 1/8 of the input's size: all that inference needs.
  ///
  /// - Precondition: H and W are multiples of 8.
  public func mainLogits(_ images: Tensor) -> Tensor { mainLogits(features(images)) }

  struct Features {
    let spatial: Tensor
    let sixteenth: Tensor
    let thirtySecond: Tensor
  }

  func features(_ images: Tensor) -> Features {
    precondition(
      images.shape.rank == 4 && images.shape[1] == 3 && images.shape[2] % Self.stride == 0
        && images.shape[3] % Self.stride == 0,
      "BiSeNet takes [N, 3, H, W] with H and W multiples of \(Self.stride), not \(images.shape)")
    let (sixteenth, thirtySecond, tail) = context(images)
    return Features(
      spatial: spatial(images), sixteenth: refinement16(sixteenth),
      // The weights of the refinement and the tail both scale whole channels: one product serves.
      thirtySecond: thirtySecond.scaledChannels(
        by: refinement32.weights(thirtySecond) * tail))
  }

  private func mainLogits(_ maps: Features) -> Tensor {
    head(fusion(maps.spatial, context: [maps.sixteenth, maps.thirtySecond]))
  }
}
