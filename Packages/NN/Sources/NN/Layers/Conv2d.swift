public import Tensor

/// `torch.nn.Conv2d`: `[N, C, H, W]` to `[N, O, H', W']`.
public struct Conv2d: Layer {
  let weight: Parameter
  let bias: Parameter?
  let stride: Int
  let padding: Int
  let dilation: Int
  let groups: Int
  let path: String

  /// Builds the layer's `weight` and, where it has one, `bias` in a scope.
  public init(
    _ scope: Scope, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, bias hasBias: Bool = true,
    initial: Initialiser = .kaimingNormalFanIn
  ) {
    weight = scope.parameter("weight", [outputs, inputs / groups, kernel, kernel], initial)
    bias =
      hasBias
      ? scope.parameter("bias", [outputs], .uniform(fanIn: inputs / groups * kernel * kernel))
      : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    path = scope.path
  }

  /// `[N, C, H, W]` to `[N, O, H', W']`, in the type of x.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    OperationObserver.$layer.withValue(path) {
      x.conv2d(
        weight: weight.value, bias: bias?.value, stride: stride, padding: padding,
        dilation: dilation, groups: groups)
    }
  }
}
