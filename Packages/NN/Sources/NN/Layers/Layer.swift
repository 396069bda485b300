public import Tensor

/// A function of one tensor with parameters of its own.
public protocol Layer: Sendable {
  /// Applies the layer.
  func callAsFunction(_ x: Tensor) -> Tensor
}
