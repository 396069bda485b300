import Tensor
import TensorTesting
import Testing

extension Serial {
  /// Maps and convolutions in bytes, against the same in float64.
  @Suite struct QuantisationTests {
    private let step = Float(0.01)

    /// A map of bytes and the values that they stand for.
    private func map(_ name: String, _ shape: Shape, signed: Bool = false, step: Float = 0.01) -> (
      bytes: Tensor, values: Array64
    ) {
      let unit = uniform(name: name, count: shape.count)
      let units = unit.map { ((signed ? $0 : abs($0)) * (signed ? 127 : 255)).rounded() }
      let values = Array64(units.map { $0 * Double(step) }, shape: shape)
      return (values.tensor().quantised(step: step, signed: signed), values)
    }

    private func rounded(_ weight: QuantisedWeight, _ values: Array64) -> Array64 {
      let each = values.values.count / weight.shape[0]
      return Array64(
        values.values.indices.map {
          let step = Double(weight.steps[$0 / each])
          return (values.values[$0] / step).rounded() * step
        }, shape: values.shape)
    }

    @Test(arguments: [DType.float32, .bfloat16], [16, 5])
    func valuesComeBackToTheNearestStep(dtype: DType, channels: Int) {
      let values = Array64(uniform: "bytes", shape: [2, channels, 5, 7], offset: 0.5)
        .rounded(to: dtype)
      let bytes = values.tensor(dtype).relaid(block: channels == 16 ? 8 : 1).quantised(step: step)
      #expect(bytes.dtype == .uint8 && bytes.step == step)
      for (byte, value) in zip(bytes.labels, values.values) {
        let exact = min(max(value / Double(step), 0), 255)
        #expect(abs(Double(byte) - exact) < 0.5001, "\(value)")
      }
      for (found, byte) in zip(bytes.dequantised().floats, bytes.labels) {
        #expect(abs(found - Float(byte) * step) < 1e-6)
      }
      #expect(bytes.dequantised(to: dtype).dtype == dtype)
    }

    @Test func whatIsBeyondTheRangeBecomesItsEnd() {
      let x = Tensor([-1000, -3, -0.4, 0.6, 100, 1000], shape: [6])
      #expect(x.quantised(step: 1).labels == [0, 0, 0, 1, 100, 255])
      #expect(
        x.quantised(step: 1, signed: true).dequantised().floats == [-128, -3, 0, 1, 100, 127])
    }

    /// Windows, strides, residuals of both kinds; channels that fill vectors and those that do not.
    @Test(arguments: [(3, 1), (3, 2), (1, 1), (1, 2)], [(64, 64), (40, 24), (5, 7), (3, 20)])
    func convolutionEqualsTheDefinition(
      window: (kernel: Int, stride: Int), channels: (inputs: Int, outputs: Int)
    ) {
      let (kernel, stride) = window
      let x = map("q.x", [2, channels.inputs, 9, 11])
      let values = Array64(
        uniform: "q.w", shape: [channels.outputs, channels.inputs, kernel, kernel], scale: 0.05)
      let bias = Array64(uniform: "q.b", shape: [channels.outputs])
      let weight = QuantisedWeight(values.tensor(), bias: bias.tensor())
      let sum = x.values.conv2d(
        weight: rounded(weight, values), bias: bias, stride: stride, padding: kernel / 2)
      for signed in [nil, false, true] {
        let residual = signed.map { map("q.r", sum.shape, signed: $0, step: 0.02) }
        for relu in [true, false] {
          let found = x.bytes.conv2dForInference(
            weight: weight, stride: stride, padding: kernel / 2, residual: residual?.bytes,
            relu: relu, step: 0.03)
          #expect(found.dtype == (relu ? .uint8 : .int8))
          let exact = residual.map { sum + $0.values } ?? sum
          let low = relu ? 0 : -128.0, high = relu ? 255.0 : 127
          for (found, exact) in zip(found.dequantised().floats, exact.values) {
            let unit = min(max(exact / 0.03, low), high)
            #expect(abs(Double(found) / 0.03 - unit) < 0.502)
          }
        }
      }
    }

    /// Sums of the largest bytes, which 16 bits would not hold.
    @Test func productsDoNotSaturate() {
      let x = Tensor(repeating: 255, shape: [1, 64, 4, 4]).quantised(step: 1)
      for sign in [Float(1), -1] {
        let weight = QuantisedWeight(
          Tensor(repeating: sign, shape: [16, 64, 1, 1]), bias: Tensor(repeating: 0, shape: [16]))
        let y = x.conv2dForInference(weight: weight, relu: false, step: 255)
        let expected = sign * 64 * 255
        #expect(y.dequantised().floats.allSatisfy { $0 == expected })
      }
    }

    /// And of values as small as those of a channel that has died in training.
    @Test(arguments: [Float(0), 1e-29, 1e-36, .leastNonzeroMagnitude])
    func aChannelOfZerosGivesItsBias(value: Float) {
      let x = map("zeros.x", [1, 16, 3, 3])
      let weight = QuantisedWeight(
        Tensor(repeating: value, shape: [16, 16, 1, 1]), bias: Tensor(repeating: 0.5, shape: [16]))
      let y = x.bytes.conv2dForInference(weight: weight, relu: true, step: 0.01)
      #expect(y.labels.allSatisfy { $0 == 50 })
    }

    @Test(arguments: [false, true]) func largestElementsAreThoseOfTheValues(signed: Bool) {
      let x = map("pool.x", [2, 24, 9, 11], signed: signed)
      let pooled = x.bytes.maxPool2d(kernel: 3, stride: 2, padding: 1)
      #expect(pooled.step == step)
      let expected = x.values.maxPool2d(kernel: 3, stride: 2, padding: 1)
      #expect(relativeL2(pooled.dequantised(), expected) < 1e-6)
    }

    /// What `TENSOR_FUSION=0` computes.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func fusedEqualsItsParts(relu: Bool, signedResidual: Bool) {
      let x = map("parts.x", [1, 64, 8, 8])
      let residual = map("parts.r", [1, 64, 8, 8], signed: signedResidual)
      let weight = QuantisedWeight(
        Array64(uniform: "parts.w", shape: [64, 64, 3, 3], scale: 0.05).tensor(),
        bias: Array64(uniform: "parts.b", shape: [64]).tensor())
      let found = x.bytes.conv2dForInference(
        weight: weight, padding: 1, residual: residual.bytes, relu: relu, step: 0.03)
      let parts = x.bytes.decomposedConv2dForInference(
        weight: weight, padding: 1, residual: residual.bytes, relu: relu, step: 0.03)
      #expect(parts.dtype == found.dtype && parts.step == found.step)
      let units = zip(found.dequantised().floats, parts.dequantised().floats).map {
        Int((abs($0 - $1) / 0.03).rounded())
      }
      #expect(units.allSatisfy { $0 <= 1 })
      #expect(units.reduce(0, +) < units.count / 100)
    }
  }
}
