public import Tensor

/// Where a picture comes from: z of the paper's equation (4).
public enum Domain: Sendable, CaseIterable {
  /// The labelled domain, z = 1.
  case source
  /// The domain to adapt to, z = 0.
  case target

  /// The probability that a perfect discriminator gives.
  public var target: Float { self == .source ? 1 : 0 }
}

/// The logits of a discriminator's own map, and how well they tell the domain.
public struct DomainLogits: Sendable {
  private let map: Tensor
  private let height: Int
  private let width: Int

  /// A discriminator's own map `[N, 1, h, w]` of a prediction of this size.
  public init(map: Tensor, height: Int, width: Int) {
    self.map = map
    self.height = height
    self.width = width
  }

  /// Binary cross-entropy with logits against a domain, the mean over the pixels of the map enlarged to
  /// the prediction's size (equations 3 and 4).
  public func loss(as domain: Domain) -> Tensor {
    map.binaryCrossEntropy(target: domain.target, height: height, width: width)
  }

  /// The loss and its gradient by the map.
  func slope(as domain: Domain) -> (loss: Double, gradient: Tensor?) {
    let (loss, gradients) = valueWithGradients(at: [map]) {
      DomainLogits(map: $0[0], height: height, width: width).loss(as: domain)
    }
    return (Double(loss.item), gradients[0])
  }

  /// The share of the map's elements that are told right.
  public func accuracy(as domain: Domain) -> Double {
    let logits = map.floats
    let right = logits.count { domain == .source ? $0 > 0 : $0 <= 0 }
    return Double(right) / Double(max(1, logits.count))
  }
}
