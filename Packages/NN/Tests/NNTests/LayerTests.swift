import NN
import Tensor
import TensorTesting
import Testing

/// Every parameter and running statistic filled with values unlike its initial ones.
func fill(_ store: ParameterStore) {
  for entry in store.entries where entry.role != .counter {
    let name = entry.parameter.name, shape = entry.parameter.shape
    let positive = name.hasSuffix("running_var") || (shape.rank == 1 && name.hasSuffix("weight"))
    entry.parameter.update(
      Array64(
        uniform: name, shape: shape, scale: positive ? 0.4 : 0.5, offset: positive ? 1 : 0
      ).tensor())
  }
}

@Suite struct LayerTests {
  private func array(_ store: ParameterStore, _ name: String) throws -> Array64 {
    Array64(try #require(store[name], "\(name)").parameter.value)
  }

  @Test(arguments: [
    (kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 1, bias: true),
    (kernel: 3, stride: 2, padding: 2, dilation: 2, groups: 1, bias: false),
    (kernel: 4, stride: 2, padding: 1, dilation: 1, groups: 6, bias: true),
    (kernel: 1, stride: 1, padding: 0, dilation: 1, groups: 1, bias: true),
  ])
  func conv2dIsTheOperationOverItsParameters(
    _ form: (kernel: Int, stride: Int, padding: Int, dilation: Int, groups: Int, bias: Bool)
  ) throws {
    let store = ParameterStore()
    let layer = Conv2d(
      store.scope(.training)["c"], 6, 12, kernel: form.kernel, stride: form.stride,
      padding: form.padding, dilation: form.dilation, groups: form.groups, bias: form.bias)
    fill(store)
    #expect(store.entries.map(\.parameter.name) == ["c.weight"] + (form.bias ? ["c.bias"] : []))
    let x = Array64(uniform: "x", shape: [2, 6, 9, 7])
    let expected = x.conv2d(
      weight: try array(store, "c.weight"), bias: form.bias ? try array(store, "c.bias") : nil,
      stride: form.stride, padding: form.padding, dilation: form.dilation, groups: form.groups)
    let y = layer(x.tensor())
    #expect(y.shape == expected.shape)
    #expect(relativeL2(y, expected) < 1e-6)
  }

  @Test(arguments: [false, true]) func batchNormNormalisesByTheBatch(relu: Bool) throws {
    let store = ParameterStore()
    let layer = BatchNorm2d(store.scope(.training)["bn"], 5)
    fill(store)
    let x = Array64(uniform: "x", shape: [3, 5, 4, 6], scale: 2, offset: 0.7)
    let normalised = x.batchNorm(
      scale: try array(store, "bn.weight"), shift: try array(store, "bn.bias")
    ).output
    let y = layer(x.tensor(), relu: relu)
    #expect(relativeL2(y, relu ? normalised.relu() : normalised) < 2e-6)
  }

  @Test func runningStatisticsMoveAsPyTorchMovesThem() throws {
    let golden = try OptimiserFigures.load().batchNorm
    let store = ParameterStore()
    let layer = BatchNorm2d(store.scope(.training), 3)
    for input in golden.inputs {
      _ = layer(Tensor(input.map { Float($0) }, shape: [2, 3, 4, 5]))
    }
    #expect(relativeL2(try array(store, "running_mean").values, golden.mean) < 1e-6)
    #expect(relativeL2(try array(store, "running_var").values, golden.variance) < 1e-6)
    #expect(store["num_batches_tracked"]?.parameter.value.item == Float(golden.batches))
  }

  /// The definition in float64: momentum 0.1 and the variance over n - 1.
  @Test func runningStatisticsFollowTheDefinition() throws {
    let store = ParameterStore()
    let layer = BatchNorm2d(store.scope(.training), 2)
    var mean = [0.0, 0], variance = [1.0, 1]
    for step in 0..<5 {
      let x = Array64(
        uniform: "x\(step)", shape: [2, 2, 3, 3], scale: Double(step + 1), offset: Double(step))
      for channel in 0..<2 {
        let own = (0..<36).filter { $0 / 9 % 2 == channel }.map { x.values[$0] }
        let average = own.reduce(0, +) / 18
        let spread = own.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 17
        mean[channel] = 0.9 * mean[channel] + 0.1 * average
        variance[channel] = 0.9 * variance[channel] + 0.1 * spread
      }
      _ = layer(x.tensor())
    }
    #expect(relativeL2(try array(store, "running_mean").values, mean) < 1e-6)
    #expect(relativeL2(try array(store, "running_var").values, variance) < 1e-6)
    #expect(store["num_batches_tracked"]?.parameter.value.item == 5)
  }

  private func block(
    _ store: ParameterStore, _ mode: Scope.Mode, bias: Bool, relu: Bool
  ) -> ConvolutionBatchNorm {
    let scope = store.scope(mode)
    return ConvolutionBatchNorm(
      convolution: scope["conv"], norm: scope["bn"], 5, 18, kernel: 3, stride: 2, padding: 1,
      bias: bias, relu: relu)
  }

  static let forms = [false, true].flatMap { bias in
    [false, true].flatMap { relu in
      [false, true].map { (bias: bias, relu: relu, residual: $0) }
    }
  }

  @Test(arguments: forms)
  func foldedEqualsBatchNormByRunningStatistics(
    _ form: (bias: Bool, relu: Bool, residual: Bool)
  ) throws {
    let store = ParameterStore()
    _ = block(store, .training, bias: form.bias, relu: form.relu)
    fill(store)
    let layer = block(store, .inference, bias: form.bias, relu: form.relu)
    let x = Array64(uniform: "x", shape: [2, 5, 8, 10])
    let residual = Array64(uniform: "r", shape: [2, 18, 4, 5], scale: 2)
    var expected = x.conv2d(
      weight: try array(store, "conv.weight"),
      bias: form.bias ? try array(store, "conv.bias") : nil, stride: 2, padding: 1
    ).batchNorm(
      scale: try array(store, "bn.weight"), shift: try array(store, "bn.bias"),
      mean: try array(store, "bn.running_mean"), variance: try array(store, "bn.running_var"))
    if form.residual { expected = expected + residual }
    if form.relu { expected = expected.relu() }
    let before = try array(store, "bn.running_mean")
    let y = layer(x.tensor(), residual: form.residual ? residual.tensor() : nil)
    #expect(relativeL2(y, expected) < 1e-5)
    let coarse = layer(
      x.tensor(.bfloat16), residual: form.residual ? residual.tensor(.bfloat16) : nil)
    #expect(coarse.dtype == .bfloat16)
    #expect(relativeL2(coarse, expected) < 2e-2)
    #expect(try array(store, "bn.running_mean") == before)
  }

  @Test(arguments: forms)
  func inTrainingItIsTheThreeOneAfterTheOther(
    _ form: (bias: Bool, relu: Bool, residual: Bool)
  ) throws {
    let store = ParameterStore()
    let layer = block(store, .training, bias: form.bias, relu: form.relu)
    fill(store)
    let x = Array64(uniform: "x", shape: [2, 5, 8, 10])
    let residual = Array64(uniform: "r", shape: [2, 18, 4, 5], scale: 2)
    var expected = x.conv2d(
      weight: try array(store, "conv.weight"),
      bias: form.bias ? try array(store, "conv.bias") : nil, stride: 2, padding: 1
    ).batchNorm(scale: try array(store, "bn.weight"), shift: try array(store, "bn.bias")).output
    if form.residual { expected = expected + residual }
    if form.relu { expected = expected.relu() }
    let y = layer(x.tensor(), residual: form.residual ? residual.tensor() : nil)
    #expect(relativeL2(y, expected) < 5e-6)
    #expect(store["bn.num_batches_tracked"]?.parameter.value.item == 1)
  }

  @Test func aNetworkBuiltForInferenceKeepsTheStatisticsOfThatMoment() throws {
    let store = ParameterStore()
    let training = block(store, .training, bias: false, relu: true)
    fill(store)
    let inference = block(store, .inference, bias: false, relu: true)
    let x = Array64(uniform: "x", shape: [2, 5, 8, 10]).tensor()
    let before = inference(x).floats
    _ = training(x)
    #expect(inference(x).floats == before)
    #expect(block(store, .inference, bias: false, relu: true)(x).floats != before)
  }
}
