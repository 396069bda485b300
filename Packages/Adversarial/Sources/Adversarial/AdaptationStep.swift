public import NN
public import Tensor

/// One iteration of unsupervised adversarial domain adaptation (the paper's equations 1 to 4), and with
/// pseudo labels of its self-supervised form (equation 5).
///
/// It holds the segmentation network G, the discriminator D, the optimisers of both and their
/// schedules. G may be any network of several heads.
///
/// 1. G on source images: the cross-entropies of its heads, L_seg.
/// 2. G on target images: λ · BCE(D(softmax(main)), source) with D frozen, L_adv; with pseudo
///    labels their cross-entropies besides.
/// 3. D on both predictions, detached: (L_source + L_target) / 2.
/// 4. Both optimisers step.
///
/// Source and target go through G apart, each with its own batch statistics; both move the running
/// ones. D's forward pass on the target prediction serves 2 and 3: its weights and its input are the
/// same.
public struct AdaptationStep: Sendable {
  /// The logits of G's heads, the main one first, `[N, C, h, w]` of any size up to the images'
  /// `[N, 3, H, W]`; they are enlarged bilinearly.
  public typealias Generator = @Sendable (_ images: Tensor) -> [Tensor]

  /// A network under training: its parameters, what moves them and how fast.
  public struct Learner: Sendable {
    let parameters: [Parameter]
    let optimizer: any Optimizer
    let schedule: LearningRateSchedule
    let clip: Double?

    /// A network under training.
    ///
    /// - Parameter clip: The largest norm of its gradients together; nil does not clip.
    public init(
      parameters: [Parameter], optimizer: any Optimizer, schedule: LearningRateSchedule,
      clip: Double? = nil
    ) {
      self.parameters = parameters
      self.optimizer = optimizer
      self.schedule = schedule
      self.clip = clip
    }

    func step(_ gradients: Gradients, norm: Double?, learningRate: Double) {
      var scale = 1.0
      if let clip, let norm { scale = clippingScale(norm: norm, maximum: clip) }
      optimizer.step(gradients, learningRate: learningRate, gradientScale: scale)
    }
  }

  private let generator: Generator
  private let discriminator: Discriminator
  private let generatorLearner: Learner
  private let discriminatorLearner: Learner
  private let lambda: Double
  private let headWeights: [Double]

  /// A step.
  ///
  /// - Parameters:
  ///   - generator: G.
  ///   - discriminator: D.
  ///   - lambda: λ_adv of equation (1).
  ///   - headWeights: What the cross-entropy of each of G's heads is multiplied by.
  public init(
    generator: @escaping Generator, generatorLearner: Learner, discriminator: Discriminator,
    discriminatorLearner: Learner, lambda: Double = 1e-3, headWeights: [Double] = [1, 1, 1]
  ) {
    self.generator = generator
    self.discriminator = discriminator
    self.generatorLearner = generatorLearner
    self.discriminatorLearner = discriminatorLearner
    self.lambda = lambda
    self.headWeights = headWeights
  }

  /// The images of one iteration.
  public struct Batches: Sendable {
    let source: Tensor
    let sourceLabels: Tensor
    let target: Tensor
    let pseudoLabels: Tensor?

    /// Images `[N, 3, H, W]` with their labels `uint8 [N, H, W]`; the sizes of source and target may
    /// differ.
    ///
    /// - Parameter pseudoLabels: Of the target images; nil leaves equation (5)'s last term out.
    public init(source: Tensor, sourceLabels: Tensor, target: Tensor, pseudoLabels: Tensor? = nil) {
      self.source = source
      self.sourceLabels = sourceLabels
      self.target = target
      self.pseudoLabels = pseudoLabels
    }
  }

  /// Runs one iteration. Where a loss is not finite, no parameter is changed.
  ///
  /// - Parameters:
  ///   - time: What the schedules count: the iteration, or the epoch.
  ///   - iteration: Counts from 0, for the warm-up.
  public func callAsFunction(_ batches: Batches, time: Int, iteration: Int) -> AdaptationLosses {
    let source = sourcePass(batches)
    let target = targetPass(batches)
    let ofD = discriminatorPass(source.probabilities(batches.source))
    var losses = AdaptationLosses(
      heads: source.heads, adversarial: target.adversarial, pseudo: target.pseudo,
      discriminatorSource: ofD.loss, discriminatorTarget: target.discriminatorLoss,
      accuracySource: ofD.accuracy, accuracyTarget: target.accuracy,
      headWeights: headWeights, lambda: lambda,
      learningRate: generatorLearner.schedule.rate(at: time, iteration: iteration),
      discriminatorLearningRate: discriminatorLearner.schedule.rate(at: time, iteration: iteration)
    )
    let ofG = source.gradients + target.gradients
    if generatorLearner.clip != nil {
      losses.gradientNorm = ofG.norm(over: generatorLearner.parameters)
    }
    guard losses.firstNotFinite == nil else { return losses }
    generatorLearner.step(ofG, norm: losses.gradientNorm, learningRate: losses.learningRate)
    let ownGradients = ofD.gradients + target.discriminatorGradients
    discriminatorLearner.step(
      ownGradients,
      norm: discriminatorLearner.clip.map { _ in
        ownGradients.norm(over: discriminatorLearner.parameters)
      }, learningRate: losses.discriminatorLearningRate)
    return losses
  }

  // MARK: - Generator

  private struct SourcePass {
    let heads: [Double]
    let gradients: Gradients
    /// The main head's logits, detached and not enlarged.
    let logits: Tensor

    /// Softmax at the images' size.
    func probabilities(_ images: Tensor) -> Tensor {
      logits.upsampledSoftmax(height: images.shape[2], width: images.shape[3])
    }
  }

  /// Equation (2).
  private func sourcePass(_ batches: Batches) -> SourcePass {
    var heads: [Double] = []
    var main: Tensor?
    let (_, gradients) = valueWithGradients(of: generatorLearner.parameters) {
      let logits = generator(batches.source)
      main = logits[0].detached
      let losses = logits.map { $0.crossEntropy(labels: batches.sourceLabels) }
      heads = losses.map { Double($0.item) }
      return weighted(losses)
    }
    guard let main else { fatalError("set above") }
    return SourcePass(heads: heads, gradients: gradients, logits: main)
  }

  private struct TargetPass {
    var adversarial = 0.0
    var pseudo: [Double]?
    var discriminatorLoss = 0.0
    var accuracy = 0.0
    var gradients = Gradients.none
    /// Of half of L_target, by D's parameters.
    var discriminatorGradients = Gradients.none
  }

  /// Equation (3), the last term of equation (5), and D's loss on the target prediction from the
  /// same forward pass.
  private func targetPass(_ batches: Batches) -> TargetPass {
    var pass = TargetPass()
    let (_, gradients) = valueWithGradients(of: generatorLearner.parameters) {
      let logits = generator(batches.target)
      let height = batches.target.shape[2], width = batches.target.shape[3]
      let probabilities = logits[0].upsampledSoftmax(height: height, width: width)
      let recording = Recording(
        of: discriminatorLearner.parameters, at: probabilities.detached, discriminator.map)
      let domainLogits = DomainLogits(map: recording.output, height: height, width: width)
      let adversarial = domainLogits.slope(as: .source), own = domainLogits.slope(as: .target)
      pass.adversarial = adversarial.loss
      pass.discriminatorLoss = own.loss
      pass.accuracy = domainLogits.accuracy(as: .target)
      var loss = Tensor(0)
      if let slope = adversarial.gradient,
        let towardsG = recording.inputGradient(seed: Float(lambda) * slope)
      {
        loss = probabilities.scalar(Float(lambda * adversarial.loss), gradient: towardsG)
      }
      if let slope = own.gradient {
        pass.discriminatorGradients = recording.parameterGradients(seed: 0.5 * slope)
      }
      guard let labels = batches.pseudoLabels else { return loss }
      let terms = logits.map { $0.crossEntropy(labels: labels) }
      pass.pseudo = terms.map { Double($0.item) }
      return loss + weighted(terms)
    }
    pass.gradients = gradients
    return pass
  }

  private func weighted(_ losses: [Tensor]) -> Tensor {
    precondition(
      losses.count == headWeights.count,
      "a network of \(losses.count) heads and \(headWeights.count) weights")
    let terms = zip(headWeights, losses).map { Float($0) * $1 }
    return terms.dropFirst().reduce(terms[0], +)
  }

  // MARK: - Discriminator

  /// Equation (4) on the source prediction, halved.
  private func discriminatorPass(_ probabilities: Tensor) -> (
    loss: Double, accuracy: Double, gradients: Gradients
  ) {
    var accuracy = 0.0
    let (half, gradients) = valueWithGradients(of: discriminatorLearner.parameters) {
      let domainLogits = DomainLogits(
        map: discriminator.map(probabilities), height: probabilities.shape[2],
        width: probabilities.shape[3])
      accuracy = domainLogits.accuracy(as: .source)
      return 0.5 * domainLogits.loss(as: .source)
    }
    return (2 * Double(half.item), accuracy, gradients)
  }
}
