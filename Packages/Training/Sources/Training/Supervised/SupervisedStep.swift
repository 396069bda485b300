public import BiSeNet
public import NN
import Tensor
public import VisionDatasets

/// One iteration of supervised training: three cross-entropies, their gradients, one step of the
/// optimiser.
public struct SupervisedStep: Sendable {
  /// What one iteration found.
  public struct Losses: Sendable {
    /// The weighted sum.
    public let total: Double
    /// main, sixteenth, thirty-second, unweighted.
    public let heads: [Double]
    /// The norm of the gradients before clipping; nil where it is not clipped.
    public let gradientNorm: Double?

    /// The first term that is not a number or infinite.
    public var firstNotFinite: String? {
      let names = ["main", "sixteenth", "thirty-second"]
      if let index = heads.firstIndex(where: { !$0.isFinite }) { return names[index] }
      return gradientNorm.map { $0.isFinite } ?? true ? nil : "gradient norm"
    }
  }

  private let network: BiSeNet
  private let parameters: [Parameter]
  private let optimizer: any Optimizer
  private let weights: [Double]
  private let clip: Double?
  private let precision: TrainingConfiguration.Precision

  /// A step over a store's parameters.
  ///
  /// - Parameter network: Built over `store` for training.
  public init(
    network: BiSeNet, store: ParameterStore, optimizer: any Optimizer,
    configuration: TrainingConfiguration
  ) {
    self.network = network
    parameters = store.parameters
    self.optimizer = optimizer
    weights = configuration.optimisation.lossWeights
    clip = configuration.optimisation.clipGradientNorm
    precision = configuration.precision
  }

  /// Runs one iteration. Where a loss is not finite the parameters stay as they are.
  ///
  /// - Parameters:
  ///   - count: How many batches are gone through for the one step, which takes the mean of their
  ///     gradients; each has its own batch statistics.
  ///   - batch: The pictures; called with 0 to `count - 1`.
  public func callAsFunction(
    accumulating count: Int = 1, learningRate: Double, _ batch: (Int) throws -> Batch
  ) rethrows -> Losses {
    var gradients = Gradients.none
    var total = 0.0
    var heads = [0.0, 0.0, 0.0]
    let share = 1 / Double(count)
    for part in 0..<count {
      let batch = try batch(part)
      let images = batch.tensor(precision), labels = batch.labelTensor
      let loss = gradients.add(of: parameters) {
        let losses = network.logits(images).all.map { $0.crossEntropy(labels: labels) }
        for (head, loss) in losses.enumerated() { heads[head] += share * Double(loss.item) }
        let weighted = zip(weights, losses).map { Float($0) * $1 }
        return weighted.dropFirst().reduce(weighted[0], +)
      }
      total += share * Double(loss.item)
    }
    let norm = clip.map { _ in share * gradients.norm(over: parameters) }
    let losses = Losses(total: total, heads: heads, gradientNorm: norm)
    guard losses.firstNotFinite == nil else { return losses }
    optimizer.step(
      gradients, learningRate: learningRate,
      gradientScale: gradientScale(share: share, norm: norm, maximum: clip))
    return losses
  }

  /// Runs one iteration over one batch.
  public func callAsFunction(_ batch: Batch, learningRate: Double) -> Losses {
    self(learningRate: learningRate) { _ in batch }
  }
}
