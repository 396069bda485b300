import BiSeNet
import NN
import Tensor
import TensorTesting

/// The network at inference as the paper and torchvision define it, in float64 and plain loops: slow,
/// unfused, unfolded, with every map enlarged before its head.
struct PlainBiSeNet {
  private let values: [String: Array64]
  private let depths: [Int]
  private let isDeep: Bool

  init(_ store: ParameterStore, _ backbone: Backbone) {
    values = Dictionary(
      uniqueKeysWithValues: store.entries.map { ($0.parameter.name, Array64($0.parameter.value)) })
    isDeep = backbone == .resnet101
    depths = isDeep ? [3, 4, 23, 3] : [2, 2, 2, 2]
  }

  private func value(_ name: String) -> Array64 {
    guard let value = values[name] else { preconditionFailure("the store has no \(name)") }
    return value
  }

  private func convolution(
    _ x: Array64, _ path: String, stride: Int = 1, padding: Int = 0
  ) -> Array64 {
    x.conv2d(
      weight: value(path + ".weight"), bias: values[path + ".bias"], stride: stride,
      padding: padding)
  }

  private func norm(_ x: Array64, _ path: String) -> Array64 {
    x.batchNorm(
      scale: value(path + ".weight"), shift: value(path + ".bias"),
      mean: value(path + ".running_mean"), variance: value(path + ".running_var"))
  }

  private func block(_ x: Array64, _ path: String, stride: Int) -> Array64 {
    norm(convolution(x, path + ".conv1", stride: stride, padding: 1), path + ".bn").relu()
  }

  /// torchvision's BasicBlock and Bottleneck.
  private func residual(_ x: Array64, _ path: String, stride: Int) -> Array64 {
    func part(_ x: Array64, _ index: Int, stride: Int, padding: Int) -> Array64 {
      norm(
        convolution(x, "\(path).conv\(index)", stride: stride, padding: padding),
        "\(path).bn\(index)")
    }
    var y: Array64
    if isDeep {
      y = part(x, 1, stride: 1, padding: 0).relu()
      y = part(y, 2, stride: stride, padding: 1).relu()
      y = part(y, 3, stride: 1, padding: 0)
    } else {
      y = part(x, 1, stride: stride, padding: 1).relu()
      y = part(y, 2, stride: 1, padding: 1)
    }
    let hasShortcut = values["\(path).downsample.0.weight"] != nil
    let shortcut =
      hasShortcut
      ? norm(convolution(x, "\(path).downsample.0", stride: stride), "\(path).downsample.1") : x
    return (y + shortcut).relu()
  }

  private func attention(_ x: Array64, _ path: String) -> Array64 {
    x.scaledChannels(
      by: norm(convolution(x.spatialMean(), path + ".conv"), path + ".bn").sigmoid())
  }

  /// main, sixteenth, thirty-second at the size of the images.
  func callAsFunction(_ images: Array64) -> [Array64] {
    let height = images.shape[2], width = images.shape[3]
    var spatial = images
    for index in 1...3 { spatial = block(spatial, "spatial_path.convblock\(index)", stride: 2) }

    var y = norm(
      convolution(images, "context_path.conv1", stride: 2, padding: 3), "context_path.bn1"
    ).relu().maxPool2d(kernel: 3, stride: 2, padding: 1)
    var stages: [Array64] = []
    for (stage, depth) in depths.enumerated() {
      for index in 0..<depth {
        y = residual(
          y, "context_path.layer\(stage + 1).\(index)", stride: stage > 0 && index == 0 ? 2 : 1)
      }
      stages.append(y)
    }
    let tail = stages[3].spatialMean()
    func eighth(_ x: Array64) -> Array64 {
      x.upsampledBilinear(height: height / 8, width: width / 8)
    }
    func full(_ x: Array64) -> Array64 { x.upsampledBilinear(height: height, width: width) }
    let context16 = eighth(attention(stages[2], "attention_refinement_module1"))
    let context32 = eighth(
      attention(stages[3], "attention_refinement_module2").scaledChannels(by: tail))
    let fused = block(
      .concatenated([spatial, context16, context32]), "feature_fusion_module.convblock", stride: 1)
    let weights = convolution(
      convolution(fused.spatialMean(), "feature_fusion_module.conv1").relu(),
      "feature_fusion_module.conv2"
    ).sigmoid()
    return [
      convolution(full(fused.scaledChannels(by: weights) + fused), "conv"),
      full(convolution(context16, "supervision1")),
      full(convolution(context32, "supervision2")),
    ]
  }
}
