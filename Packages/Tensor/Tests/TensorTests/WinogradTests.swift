import Tensor
import TensorTesting
import Testing

extension Serial {
  /// Convolutions that Winograd's algorithm fits, beyond what ``ConvolutionTests`` holds to the definition:
  /// which kernel runs them depends on the processor and the type.
  @Suite struct WinogradTests {
    /// Maps that tiles of 2x2 do and do not fill.
    @Test(arguments: [DType.float32, .bfloat16], [(8, 6), (7, 9), (1, 2)])
    func inferenceEqualsTheDefinition(dtype: DType, size: (height: Int, width: Int)) {
      let shape: Shape = [3, 64, size.height, size.width]
      let x = Array64(uniform: "windows.x", shape: shape).rounded(to: dtype)
      let weight = Array64(uniform: "windows.w", shape: [64, 64, 3, 3], scale: 0.1)
      let bias = Array64(uniform: "windows.b", shape: [64])
      let residual = Array64(uniform: "windows.r", shape: shape).rounded(to: dtype)
      let sum = x.conv2d(weight: weight, bias: bias, padding: 1) + residual
      for relu in [true, false] {
        let found = x.tensor(dtype).relaid(block: 16).conv2dForInference(
          weight: weight.tensor(), bias: bias.tensor(), padding: 1,
          residual: residual.tensor(dtype), relu: relu)
        #expect(relativeL2(found, relu ? sum.relu() : sum) < (dtype == .float32 ? 1e-5 : 6e-3))
      }
    }

    /// Over more pixels than the reference has time for, which kernels divide into parts.
    @Test func aBatchIsItsImages() throws {
      let images = 8, shape: Shape = [8, 64, 33, 33]
      let x = Array64(uniform: "batch.x", shape: shape)
      let slope = Array64(uniform: "batch.g", shape: shape)
      let weight = Parameter(
        name: "w", Array64(uniform: "batch.w", shape: [64, 64, 3, 3], scale: 0.1).tensor())
      func part(_ whole: Array64, _ range: Range<Int>) -> Tensor {
        let each = whole.values.count / images
        let values = whole.values[range.lowerBound * each..<range.upperBound * each]
        return Array64(Array(values), shape: [range.count, 64, 33, 33]).tensor()
      }
      func results(of range: Range<Int>) throws -> (y: [Double], dx: [Double], dw: [Double]) {
        let input = Parameter(name: "x", part(x, range))
        var output: Tensor?
        let (_, gradients) = valueWithGradients(of: [weight, input]) {
          let y = input.value.conv2d(weight: weight.value, padding: 1)
          output = y
          return (y * part(slope, range)).sum()
        }
        return (
          Array64(try #require(output)).values, Array64(try #require(gradients[input])).values,
          Array64(try #require(gradients[weight])).values
        )
      }
      let batch = try results(of: 0..<images)
      var y: [Double] = [], dx: [Double] = []
      var dw = [Double](repeating: 0, count: weight.shape.count)
      for image in 0..<images {
        let one = try results(of: image..<image + 1)
        y += one.y
        dx += one.dx
        dw = zip(dw, one.dw).map { $0 + $1 }
      }
      #expect(relativeL2(batch.y, y) < 1e-5)
      #expect(relativeL2(batch.dx, dx) < 1e-5)
      #expect(relativeL2(batch.dw, dw) < 1e-5)
    }

    /// From its first step on, a weight lies as its gradient does.
    @Test(arguments: [DType.float32, .bfloat16])
    func whereAWeightLiesChangesNothing(dtype: DType) throws {
      let x = Parameter(name: "x", Array64(uniform: "lies.x", shape: [2, 16, 9, 6]).tensor())
      let values = Array64(uniform: "lies.w", shape: [32, 16, 3, 3], scale: 0.1).tensor()
      let weight = Parameter(name: "w", values)
      let velocity = Parameter(name: "v", Tensor(repeating: 0, shape: weight.shape))
      func results(_ weight: Parameter) throws -> (y: [Float], dx: [Float], dw: Tensor) {
        var output: Tensor?
        let (_, gradients) = valueWithGradients(of: [weight, x]) {
          let y = x.value.cast(to: dtype).conv2d(weight: weight.value, padding: 1)
          output = y
          return y.leakyReLU(slope: 0.2).sum()
        }
        return (
          try #require(output).floats, try #require(gradients[x]).floats,
          try #require(gradients[weight])
        )
      }
      let before = try results(weight)
      weight.stepSGD(
        velocity: velocity, gradient: before.dw,
        SGDStep(learningRate: 0, momentum: 0, weightDecay: 0, gradientScale: 1))
      #expect(weight.value.floats == values.floats)
      let after = try results(weight)
      #expect(after.y == before.y)
      #expect(after.dx == before.dx)
    }
  }
}
