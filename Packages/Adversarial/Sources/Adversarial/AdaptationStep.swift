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

    /// Of gradients that are multiplied by `share`; nil where they are not clipped.
    func norm(_ gradients: Gradients, share: Double) -> Double? {
      clip.map { _ in share * gradients.norm(over: parameters) }
    }

    func step(_ gradients: Gradients, share: Double, norm: Double?, learningRate: Double) {
      optimizer.step(
        gradients, learningRate: learningRate,
        gradientScale: gradientScale(share: share, norm: norm, maximum: clip))
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

  /// Runs one iteration. Where a loss is not finite, no optimiser steps; running statistics have moved
  /// with the forward passes, as they do before any loss is known.
  ///
  /// - Parameters:
  ///   - count: How many batches are gone through for the one step, which takes the mean of their
  ///     gradients; each has its own batch statistics.
  ///   - time: What the schedules count: the iteration, or the epoch.
  ///   - iteration: Counts from 0, for the warm-up.
  ///   - batches: The images; called with 0 to `count - 1`.
  public func callAsFunction(
    accumulating count: Int = 1, time: Int, iteration: Int, _ batches: (Int) throws -> Batches
  ) rethrows -> AdaptationLosses {
    var ofG = Gradients.none, ofD = Gradients.none
    var parts: [AdaptationTerms] = []
    for part in 0..<count {
      parts.append(try pass(over: batches(part), addingTo: &ofG, &ofD))
    }
    let share = 1 / Double(count)
    let losses = AdaptationLosses(
      terms: AdaptationTerms(meanOf: parts), headWeights: headWeights, lambda: lambda,
      learningRate: generatorLearner.schedule.rate(at: time, iteration: iteration),
      discriminatorLearningRate: discriminatorLearner.schedule.rate(at: time, iteration: iteration),
      gradientNorm: generatorLearner.norm(ofG, share: share))
    guard losses.firstNotFinite == nil else { return losses }
    generatorLearner.step(
      ofG, share: share, norm: losses.gradientNorm, learningRate: losses.learningRate)
    discriminatorLearner.step(
      ofD, share: share, norm: discriminatorLearner.norm(ofD, share: share),
      learningRate: losses.discriminatorLearningRate)
    return losses
  }

  /// Runs one iteration over one batch of each domain.
  public func callAsFunction(_ batches: Batches, time: Int, iteration: Int) -> AdaptationLosses {
    self(time: time, iteration: iteration) { _ in batches }
  }

  private func pass(
    over batches: Batches, addingTo ofG: inout Gradients, _ ofD: inout Gradients
  ) -> AdaptationTerms {
    var terms = AdaptationTerms()
    let logits = sourcePass(batches, &terms, addingTo: &ofG)
    targetPass(batches, &terms, addingTo: &ofG, &ofD)
    let probabilities = logits.upsampledSoftmax(
      height: batches.source.shape[2], width: batches.source.shape[3])
    discriminatorPass(probabilities, &terms, addingTo: &ofD)
    return terms
  }

  // MARK: - Generator

  /// Equation (2). Returns the main head's logits, detached and not enlarged.
  private func sourcePass(
    _ batches: Batches, _ terms: inout AdaptationTerms, addingTo ofG: inout Gradients
  ) -> Tensor {
    var main: Tensor?
    ofG.add(of: generatorLearner.parameters) {
      let logits = generator(batches.source)
      main = logits[0].detached
      let losses = logits.map { $0.crossEntropy(labels: batches.sourceLabels) }
      terms.heads = losses.map { Double($0.item) }
      return weighted(losses)
    }
    guard let main else { fatalError("set above") }
    return main
  }

  /// Equation (3), the last term of equation (5), and D's loss on the target prediction from the
  /// same forward pass.
  private func targetPass(
    _ batches: Batches, _ terms: inout AdaptationTerms, addingTo ofG: inout Gradients,
    _ ofD: inout Gradients
  ) {
    ofG.add(of: generatorLearner.parameters) {
      let logits = generator(batches.target)
      let height = batches.target.shape[2], width = batches.target.shape[3]
      let probabilities = logits[0].upsampledSoftmax(height: height, width: width)
      let recording = Recording(
        of: discriminatorLearner.parameters, at: probabilities.detached, discriminator.map)
      let domainLogits = DomainLogits(map: recording.output, height: height, width: width)
      let adversarial = domainLogits.slope(as: .source), own = domainLogits.slope(as: .target)
      terms.adversarial = adversarial.loss
      terms.discriminatorTarget = own.loss
      terms.accuracyTarget = domainLogits.accuracy(as: .target)
      var loss = Tensor(0)
      if let slope = adversarial.gradient,
        let towardsG = recording.inputGradient(seed: Float(lambda) * slope)
      {
        loss = probabilities.scalar(Float(lambda * adversarial.loss), gradient: towardsG)
      }
      if let slope = own.gradient {
        ofD.add(recording.parameterGradients(seed: 0.5 * slope))
      }
      guard let labels = batches.pseudoLabels else { return loss }
      let losses = logits.map { $0.crossEntropy(labels: labels) }
      terms.pseudo = losses.map { Double($0.item) }
      return loss + weighted(losses)
    }
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
  private func discriminatorPass(
    _ probabilities: Tensor, _ terms: inout AdaptationTerms, addingTo ofD: inout Gradients
  ) {
    let half = ofD.add(of: discriminatorLearner.parameters) {
      let domainLogits = DomainLogits(
        map: discriminator.map(probabilities), height: probabilities.shape[2],
        width: probabilities.shape[3])
      terms.accuracySource = domainLogits.accuracy(as: .source)
      return 0.5 * domainLogits.loss(as: .source)
    }
    terms.discriminatorSource = 2 * Double(half.item)
  }
}
