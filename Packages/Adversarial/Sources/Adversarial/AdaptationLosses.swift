/// What one iteration of adaptation found.
public struct AdaptationLosses: Sendable {
  private let terms: AdaptationTerms
  private let headWeights: [Double]
  private let lambda: Double
  /// The learning rate of G's step.
  public let learningRate: Double
  /// The learning rate of D's step.
  public let discriminatorLearningRate: Double
  /// The norm of G's gradients before clipping; nil where they are not clipped.
  public let gradientNorm: Double?

  init(
    terms: AdaptationTerms, headWeights: [Double], lambda: Double, learningRate: Double,
    discriminatorLearningRate: Double, gradientNorm: Double?
  ) {
    self.terms = terms
    self.headWeights = headWeights
    self.lambda = lambda
    self.learningRate = learningRate
    self.discriminatorLearningRate = discriminatorLearningRate
    self.gradientNorm = gradientNorm
  }

  /// The cross-entropy of each head on the source images, unweighted, the main one first.
  public var heads: [Double] { terms.heads }
  /// Equation (3), before λ.
  public var adversarial: Double { terms.adversarial }
  /// The cross-entropy of each head on the pseudo labels; nil where there are none.
  public var pseudo: [Double]? { terms.pseudo }
  /// Equation (4) on the source prediction.
  public var discriminatorSource: Double { terms.discriminatorSource }
  /// Equation (4) on the target prediction.
  public var discriminatorTarget: Double { terms.discriminatorTarget }
  /// The share of D's map on the source prediction that D tells right.
  public var accuracySource: Double { terms.accuracySource }
  /// The share of D's map on the target prediction that D tells right.
  public var accuracyTarget: Double { terms.accuracyTarget }

  /// L_seg on the source images, weighted.
  public var segmentation: Double { weighted(heads) }
  /// L_seg on the pseudo labels, weighted; nil where there are none.
  public var selfSupervised: Double? { pseudo.map(weighted) }
  /// What G minimises: equation (1), or (5) with pseudo labels.
  public var total: Double { segmentation + lambda * adversarial + (selfSupervised ?? 0) }

  private func weighted(_ losses: [Double]) -> Double {
    zip(headWeights, losses).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The first term that is not a number or infinite.
  public var firstNotFinite: String? {
    let terms: [(String, Double?)] = [
      ("segmentation", segmentation), ("adversarial", adversarial),
      ("self-supervised", selfSupervised), ("discriminator, source", discriminatorSource),
      ("discriminator, target", discriminatorTarget), ("gradient norm", gradientNorm),
    ]
    return terms.first { !($0.1 ?? 0).isFinite }?.0
  }
}
