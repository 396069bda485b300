import Synchronization
import Tensor
import TensorTesting
import Testing

/// A recording against separate evaluations of the same function.
@Suite struct RecordingTests {
  private let x = Array64(uniform: "recording.x", shape: [2, 3, 9, 7]).tensor()
  private let weight = Parameter(
    name: "weight", Array64(uniform: "recording.weight", shape: [5, 3, 3, 3]).tensor())
  private let bias = Parameter(
    name: "bias", Array64(uniform: "recording.bias", shape: [5]).tensor())

  private func function(_ x: Tensor) -> Tensor {
    x.conv2d(weight: weight.value, bias: bias.value, stride: 2, padding: 1).leakyReLU(slope: 0.2)
  }

  private func seed(_ name: String) -> Tensor {
    Array64(uniform: name, shape: [2, 5, 5, 4]).tensor()
  }

  @Test func eachWalkGivesWhatASeparateEvaluationGives() throws {
    let recording = Recording(of: [weight, bias], at: x, function)
    let first = seed("first"), second = seed("second")
    let byInput = try #require(recording.inputGradient(seed: first))
    let byParameters = recording.parameterGradients(seed: second)
    let again = try #require(recording.inputGradient(seed: second))

    let (_, atFirst) = valueWithGradients(at: [x]) { (function($0[0]) * first).sum() }
    let (_, atSecond) = valueWithGradients(at: [x]) { (function($0[0]) * second).sum() }
    let (_, ofSecond) = valueWithGradients(of: [weight, bias]) { (function(x) * second).sum() }
    #expect(recording.output.floats == function(x).floats)
    #expect(byInput.floats == (try #require(atFirst[0])).floats)
    #expect(again.floats == (try #require(atSecond[0])).floats)
    for parameter in [weight, bias] {
      #expect(
        try #require(byParameters[parameter]).floats == #require(ofSecond[parameter]).floats)
    }
  }

  /// A walk after the input computes no gradient of a weight, and the other way round.
  @Test func aWalkComputesOnlyWhatItIsAfter() {
    let factor = Parameter(
      name: "factor", Array64(uniform: "recording.factor", shape: x.shape).tensor())
    let asked = Mutex<[[Bool]]>([])
    let recording = Recording(of: [factor], at: x) { x in
      Tensor.selectiveOperation("spy", [x, factor.value]) { _, _ in
        (
          x.storage,
          { gradient, needs in
            asked.withLock { $0.append(needs) }
            return needs.map { $0 ? gradient : nil }
          }
        )
      }
    }
    let one = Tensor(repeating: 1, shape: x.shape)
    #expect(recording.inputGradient(seed: one)?.floats == one.floats)
    #expect(asked.withLock { $0 } == [[true, false]])
    #expect(recording.parameterGradients(seed: one)[factor]?.floats == one.floats)
    #expect(asked.withLock { $0 } == [[true, false], [false, true]])
  }

  /// A parameter that is not asked for is a constant, and so is an output that nothing leads to.
  @Test func whatIsNotRecordedHasNoGradient() {
    let one = seed("one")
    let frozen = Recording(of: [], at: x, function)
    #expect(frozen.parameterGradients(seed: one)[weight] == nil)
    #expect(frozen.inputGradient(seed: one) != nil)
    let constant = Recording(of: [weight], at: x) { _ in Tensor(repeating: 1, shape: [3]) }
    #expect(constant.inputGradient(seed: Tensor(repeating: 1, shape: [3])) == nil)
  }

  @Test func aKnownGradientEntersALoss() throws {
    let given = Array64(uniform: "given", shape: [2, 3, 9, 7]).tensor()
    let (value, gradients) = valueWithGradients(at: [x]) {
      2 * $0[0].scalar(0.25, gradient: given) + $0[0].sum()
    }
    #expect(abs(value.item - (0.5 + x.sum().item)) < 1e-4)
    let expected = given.floats.map { 2 * $0 + 1 }
    #expect(try #require(gradients[0]).floats == expected)
  }

  @Test func gradientsOfTwoLossesAddUp() throws {
    let (_, first) = valueWithGradients(of: [weight]) { function(x).sum() }
    let (_, second) = valueWithGradients(of: [weight, bias]) { (function(x) * seed("b")).sum() }
    let expected = zip(
      try #require(first[weight]).floats, try #require(second[weight]).floats
    ).map { $0 + $1 }
    var sum = first
    sum.add(second)
    var walked = first
    walked.add(of: [weight, bias]) { (function(x) * seed("b")).sum() }
    for found in [sum, walked] {
      #expect(try #require(found[weight]).floats == expected)
      #expect(try #require(found[bias]).floats == #require(second[bias]).floats)
    }
    walked.add(of: [weight]) { Tensor(0) }
    #expect(try #require(walked[weight]).floats == expected)
    #expect(try #require(first[weight]).floats != expected)
  }
}
