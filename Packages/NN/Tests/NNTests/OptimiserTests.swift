import Foundation
import NN
import Tensor
import TensorTesting
import Testing

/// What Golden/make_optimisers.py wrote.
struct OptimiserFigures: Decodable {
  struct Case: Decodable {
    let optimizer: String
    let momentum: Double?
    let betas: [Double]?
    let weightDecay: Double
    let after: [[[Double]]]
  }
  struct Clipping: Decodable {
    let maximum: Double
    let norm: Double
    let clipped: [[Double]]
  }
  struct Normalisation: Decodable {
    let inputs: [[Double]]
    let mean: [Double]
    let variance: [Double]
    let batches: Int
  }

  let rates: [Double]
  let start: [[Double]]
  let gradients: [[[Double]?]]
  let cases: [Case]
  let clipping: [Clipping]
  let batchNorm: Normalisation

  static func load() throws -> OptimiserFigures {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/optimisers.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The two parameters as they begin.
  func parameters() -> [Parameter] {
    zip([[5], [2, 3]] as [Shape], start).enumerated().map { index, pair in
      Parameter(name: "p\(index)", Tensor(pair.1.map { Float($0) }, shape: pair.0))
    }
  }
}

/// Gradients with given values: those of Σ p · g. Parameters with nil have none.
func gradients(_ parameters: [Parameter], _ values: [[Double]?]) -> Gradients {
  valueWithGradients(of: parameters) {
    var loss = Tensor(0)
    for (parameter, values) in zip(parameters, values) {
      guard let values else { continue }
      let factor = Tensor(values.map { Float($0) }, shape: parameter.shape)
      loss = loss + (parameter.value * factor).sum()
    }
    return loss
  }.gradients
}

@Suite struct OptimiserTests {
  private func optimizer(
    _ figures: OptimiserFigures.Case, _ parameters: [Parameter]
  ) -> any Optimizer {
    if let betas = figures.betas {
      return Adam(parameters, betas: (betas[0], betas[1]), weightDecay: figures.weightDecay)
    }
    return SGD(
      parameters, momentum: figures.momentum ?? 0, weightDecay: figures.weightDecay)
  }

  /// Float32 rounds each step; 1 - 0.999 in float32 alone is off by 1.3e-5.
  @Test(arguments: 0..<5) func stepsEqualPyTorchs(_ index: Int) throws {
    let figures = try OptimiserFigures.load()
    let golden = figures.cases[index]
    let parameters = figures.parameters()
    let optimizer = optimizer(golden, parameters)
    for (step, rate) in figures.rates.enumerated() {
      optimizer.step(gradients(parameters, figures.gradients[step]), learningRate: rate)
      for (parameter, expected) in zip(parameters, golden.after[step]) {
        let found = parameter.value.floats.map(Double.init)
        #expect(relativeL2(found, expected) < 2e-6, "\(parameter.name) after step \(step)")
      }
    }
  }

  /// PyTorch's formulas written out, in float64, over more steps and with a scale on the gradients.
  @Test func sgdFollowsItsFormula() {
    let start = Array64(uniform: "start", shape: [40])
    let parameter = Parameter(name: "p", start.tensor())
    let optimizer = SGD([parameter], momentum: 0.8, weightDecay: 0.02)
    var p = start.rounded(to: .float32).values, v = [Double](repeating: 0, count: 40)
    for step in 0..<20 {
      let g = Array64(uniform: "g\(step)", shape: [40]).rounded(to: .float32).values
      optimizer.step(gradients([parameter], [g]), learningRate: 0.1, gradientScale: 0.25)
      for i in p.indices {
        v[i] = 0.8 * v[i] + 0.25 * g[i] + 0.02 * p[i]
        p[i] -= 0.1 * v[i]
      }
    }
    #expect(relativeL2(parameter.value.floats.map(Double.init), p) < 2e-6)
    #expect(optimizer.state.map(\.name) == ["velocity.p"])
    #expect(relativeL2(optimizer.state[0].value.floats.map(Double.init), v) < 2e-6)
  }

  @Test func adamFollowsItsFormula() {
    let start = Array64(uniform: "start", shape: [40])
    let parameter = Parameter(name: "p", start.tensor())
    let optimizer = Adam([parameter], betas: (0.9, 0.99), epsilon: 1e-6, weightDecay: 0.02)
    var p = start.rounded(to: .float32).values
    var m = [Double](repeating: 0, count: 40), s = m
    for step in 1...20 {
      let values = Array64(uniform: "g\(step)", shape: [40]).rounded(to: .float32).values
      optimizer.step(gradients([parameter], [values]), learningRate: 0.01, gradientScale: 0.25)
      for i in p.indices {
        let g = 0.25 * values[i] + 0.02 * p[i]
        m[i] = 0.9 * m[i] + 0.1 * g
        s[i] = 0.99 * s[i] + 0.01 * g * g
        let mean = m[i] / (1 - power(0.9, step)), square = s[i] / (1 - power(0.99, step))
        p[i] -= 0.01 * mean / (square.squareRoot() + 1e-6)
      }
    }
    #expect(relativeL2(parameter.value.floats.map(Double.init), p) < 2e-6)
    #expect(Set(optimizer.state.map(\.name)) == ["mean.p", "square.p", "step.p"])
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test(arguments: [true, false]) func aParameterWithoutGradientStaysAsItIs(sgd: Bool) throws {
    let figures = try OptimiserFigures.load()
    let parameters = figures.parameters()
    let optimizer: any Optimizer =
      sgd ? SGD(parameters, weightDecay: 0.1) : Adam(parameters, weightDecay: 0.1)
    optimizer.step(gradients(parameters, figures.gradients[1]), learningRate: 0.1)
    let before = parameters[1].value.floats
    let own = optimizer.state.filter { $0.name.hasSuffix(".p1") }
    let memory = own.map(\.value.floats)
    optimizer.step(gradients(parameters, [figures.start[0], nil]), learningRate: 0.1)
    #expect(parameters[1].value.floats == before)
    #expect(own.map(\.value.floats) == memory)
    #expect(!own.isEmpty)
  }

  @Test(arguments: 0..<3) func clippingEqualsPyTorchs(_ index: Int) throws {
    let figures = try OptimiserFigures.load()
    let golden = figures.clipping[index]
    let parameters = figures.parameters()
    let gradients = gradients(parameters, figures.gradients[1])
    let norm = gradients.norm(over: parameters)
    #expect(abs(norm / golden.norm - 1) < 1e-6)
    let scale = clippingScale(norm: norm, maximum: golden.maximum)
    for (parameter, expected) in zip(parameters, golden.clipped) {
      let gradient = try #require(gradients[parameter])
      let clipped = gradient.floats.map { Double($0) * scale }
      #expect(relativeL2(clipped, expected) < 1e-6)
    }
    #expect((scale == 1) == (golden.norm < golden.maximum))
  }

  /// What a run keeps between its processes is all there is to an optimiser.
  @Test(arguments: [true, false]) func aRestoredStateGoesOnTheSame(sgd: Bool) throws {
    let figures = try OptimiserFigures.load()
    func make(_ parameters: [Parameter]) -> any Optimizer {
      sgd ? SGD(parameters) : Adam(parameters)
    }
    let whole = figures.parameters()
    let first = make(whole)
    for step in 0..<3 {
      first.step(gradients(whole, figures.gradients[step]), learningRate: 0.1)
    }
    let copies = whole.map { Parameter(name: $0.name, $0.value) }
    let second = make(copies)
    #expect(first.state.map(\.name) == second.state.map(\.name))
    for (from, to) in zip(first.state, second.state) { to.update(from.value) }
    for step in 3..<6 {
      first.step(gradients(whole, figures.gradients[step]), learningRate: 0.1)
      second.step(gradients(copies, figures.gradients[step]), learningRate: 0.1)
    }
    #expect(whole.map(\.value.floats) == copies.map(\.value.floats))
  }
}
