import Adversarial
import BiSeNet
import NN
import Tensor
import TensorTesting
import Testing

extension RunTests {
  /// Ten iterations of adaptation against the reference's float64.
  @Suite(.enabled(if: ReferenceFigures.isPresent)) struct AdaptationParityTests {
    struct Losses: Decodable {
      let seg: Double
      let adv: Double
      let d_source: Double
      let d_target: Double
      let ssl: Double?

      var terms: [Double] { [seg, adv, d_source, d_target] + (ssl.map { [$0] } ?? []) }
    }

    struct Expected: Decodable {
      let lr_g: Double
      let lr_d: Double
      let lambda_adv: Double
      let total: Int
      let momentum: Double
      let weight_decay: Double
      let adam_betas: [Double]
      let poly_power: Double
      let steps: [Losses]
      let torch_float32_steps: [Losses]
    }

    /// Errors grow from iteration to iteration, and jump where an element crosses a kink or Adam's
    /// first steps, of one size each, turn on the sign of a gradient near zero. When is chance:
    /// PyTorch 2.15's own float32 is off by 1e-6 to 4e-5 in one and the same loss, by the number of
    /// its threads and the processor. So a loss may be off by ten times the largest error that
    /// PyTorch's float32 shows in that term in any iteration of the three runs, and by 1e-6.
    @Test(arguments: ["fcd", "fcd_light", "fcd_ssl"])
    func tenIterationsAreTheReferences(_ name: String) throws {
      let expected = try ReferenceFigures.load("adaptation_resnet18_\(name)", as: Expected.self)
      let step = makeStep(expected, kind: name == "fcd_light" ? .fcdLight : .fcd)
      let largest = try largestErrors()
      for (iteration, golden) in expected.steps.enumerated() {
        let found = step(
          AdaptationStep.Batches(
            source: ReferenceFigures.images("image.source.\(iteration)"),
            sourceLabels: ReferenceFigures.labels("label.source.\(iteration)"),
            target: ReferenceFigures.images("image.target.\(iteration)"),
            pseudoLabels: golden.ssl.map { _ in
              ReferenceFigures.labels("label.pseudo.\(iteration)", ignoreEvery: 3)
            }), time: iteration, iteration: iteration)
        let terms =
          [
            found.segmentation, found.adversarial, found.discriminatorSource,
            found.discriminatorTarget,
          ] + (found.selfSupervised.map { [$0] } ?? [])
        try #require(terms.count == golden.terms.count)
        for (index, (value, truth)) in zip(terms, golden.terms).enumerated() {
          #expect(
            abs(value - truth) < 10 * largest[index] + 1e-6,
            "\(name), iteration \(iteration), term \(index)")
        }
      }
    }

    /// PyTorch's largest error by term, over all runs.
    private func largestErrors() throws -> [Double] {
      var largest = [Double](repeating: 0, count: 5)
      for name in ["fcd", "fcd_light", "fcd_ssl"] {
        let run = try ReferenceFigures.load("adaptation_resnet18_\(name)", as: Expected.self)
        for (truth, torch) in zip(run.steps, run.torch_float32_steps) {
          for (index, pair) in zip(truth.terms, torch.terms).enumerated() {
            largest[index] = max(largest[index], abs(pair.0 - pair.1))
          }
        }
      }
      return largest
    }

    private func makeStep(_ expected: Expected, kind: Discriminator.Kind) -> AdaptationStep {
      func filled(_ store: ParameterStore, _ prefix: String) -> ParameterStore {
        for entry in store.entries where entry.role != .counter {
          let parameter = entry.parameter
          parameter.update(
            ReferenceFigures.parameter(
              prefix: prefix, name: parameter.name, shape: parameter.shape))
        }
        return store
      }
      func poly(_ base: Double) -> LearningRateSchedule {
        LearningRateSchedule(
          base: base, decay: .poly(power: expected.poly_power), total: expected.total)
      }
      let store = ParameterStore(), judge = ParameterStore()
      let network = BiSeNet(store.scope(.training), backbone: .resnet18)
      let discriminator = Discriminator(judge.scope(.training), kind: kind)
      let parameters = filled(store, "resnet18").parameters
      let judges = filled(judge, kind == .fcd ? "fcd" : "fcd_light").parameters
      return AdaptationStep(
        generator: { network.logits($0).all },
        generatorLearner: .init(
          parameters: parameters,
          optimizer: SGD(
            parameters, momentum: expected.momentum, weightDecay: expected.weight_decay),
          schedule: poly(expected.lr_g)),
        discriminator: discriminator,
        discriminatorLearner: .init(
          parameters: judges,
          optimizer: Adam(judges, betas: (expected.adam_betas[0], expected.adam_betas[1])),
          schedule: poly(expected.lr_d)),
        lambda: expected.lambda_adv)
    }
  }
}
