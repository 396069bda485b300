import NN
import Tensor
import Testing

@Suite struct InitialiserTests {
  private func values(
    _ initial: Initialiser, _ shape: Shape = [96, 32, 3, 3], name: String = "weight",
    seed: UInt64 = 0
  ) -> [Float] {
    ParameterStore(seed: seed).scope(.training).parameter(name, shape, initial).value.floats
  }

  private func moment(_ values: [Float], _ power: Int) -> Double {
    let sum = values.reduce(0.0) { sum, value in
      sum + (0..<power).reduce(1.0) { product, _ in product * Double(value) }
    }
    return sum / Double(values.count)
  }

  /// 27,648 values: the mean deviates by σ/166, the variance by 0.9 %, the fourth moment by 2 %.
  @Test(arguments: [
    (Initialiser.kaimingNormalFanIn, 32 * 9), (.kaimingNormalFanOut, 96 * 9),
  ])
  func kaimingIsNormalWithTheVarianceOfItsFan(_ initial: Initialiser, fan: Int) {
    let values = values(initial), variance = 2 / Double(fan)
    #expect(abs(moment(values, 1)) < 4 * variance.squareRoot() / 166)
    #expect(abs(moment(values, 2) / variance - 1) < 0.04)
    #expect(abs(moment(values, 4) / (3 * variance * variance) - 1) < 0.08)
    #expect(Set(values).count > values.count * 99 / 100)
  }

  /// Grouped: the fan is that of one group, as PyTorch counts it from the weight's own shape.
  @Test func fanInIsThatOfTheWeightItself() {
    let store = ParameterStore()
    _ = Conv2d(store.scope(.training), 512, 512, kernel: 4, groups: 512)
    let weight = store["weight"]?.parameter.value.floats ?? []
    #expect(abs(moment(weight, 2) / (2.0 / 16) - 1) < 0.08)
    let bound = Float(1) / 4
    let bias = store["bias"]?.parameter.value.floats ?? []
    #expect(bias.count == 512)
    #expect(bias.allSatisfy { abs($0) <= bound })
  }

  @Test func uniformFillsItsBound() throws {
    let values = values(.uniform(fanIn: 64), [20_000])
    let bound = Float(1) / 8
    #expect(values.allSatisfy { abs($0) <= bound })
    let largest = try #require(values.max()), smallest = try #require(values.min())
    #expect(largest > 0.99 * bound && smallest < -0.99 * bound)
    #expect(abs(moment(values, 1)) < 0.005)
    #expect(abs(moment(values, 2) / (Double(bound * bound) / 3) - 1) < 0.04)
  }

  @Test func constantIsConstant() {
    #expect(values(.constant(0.5), [7]) == [Float](repeating: 0.5, count: 7))
  }

  @Test func valuesDependOnSeedAndNameAlone() {
    func build(_ names: [String], seed: UInt64) -> ParameterStore {
      let store = ParameterStore(seed: seed)
      for name in names { _ = Conv2d(store.scope(.training)[name], 4, 8, kernel: 3) }
      return store
    }
    let one = build(["a", "b", "c"], seed: 3), other = build(["c", "x", "a"], seed: 3)
    for name in ["a.weight", "a.bias", "c.weight"] {
      #expect(one[name]?.parameter.value.floats == other[name]?.parameter.value.floats)
    }
    let reseeded = build(["a"], seed: 4)
    #expect(one["a.weight"]?.parameter.value.floats != reseeded["a.weight"]?.parameter.value.floats)
    #expect(one["a.weight"]?.parameter.value.floats != one["b.weight"]?.parameter.value.floats)
    #expect(one["a.bias"]?.parameter.value.floats != reseeded["a.bias"]?.parameter.value.floats)
  }

  /// Neighbouring seeds and names must not give shifted copies of one sequence.
  @Test func neighboursAreUncorrelated() {
    let base = values(.kaimingNormalFanIn)
    let variance = moment(base, 2)
    let others = [
      values(.kaimingNormalFanIn, seed: 1), values(.kaimingNormalFanIn, name: "weighu"),
    ]
    for other in others {
      for shift in -3...3 {
        let products = base.indices.dropFirst(3).dropLast(3).map { base[$0] * other[$0 + shift] }
        #expect(abs(moment(products, 1) / variance) < 0.03, "shifted by \(shift)")
      }
    }
  }
}
