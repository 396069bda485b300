import Foundation
import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct ParameterTests {
    @Test func mutationLeavesEarlierReadingsAlone() {
      let parameter = Parameter(name: "p", Tensor([1, 2, 3], shape: [3]))
      let before = parameter.value
      func double() {
        parameter.mutate { storage in
          storage.withElements(of: Float.self) { for index in $0.indices { $0[index] *= 2 } }
        }
      }
      double()
      #expect(before.floats == [1, 2, 3])
      #expect(parameter.value.floats == [2, 4, 6])
      // Nobody holds the value now, so it changes where it is.
      let requests = BufferPool.shared.statistics.requests
      double()
      #expect(BufferPool.shared.statistics.requests == requests)
      #expect(parameter.value.floats == [4, 8, 12])
    }

    @Test func parametersAreFloat32() {
      let parameter = Parameter(
        name: "p", Tensor([1, 2], shape: [2], dtype: .bfloat16))
      #expect(parameter.value.dtype == .float32)
      parameter.update(Tensor([3, 4], shape: [2], dtype: .bfloat16))
      #expect(parameter.value.dtype == .float32 && parameter.value.floats == [3, 4])
    }

    static let count = 40_003
    static let start = uniform(name: "optimiser.p", count: count)

    static func gradient(_ step: Int) -> [Double] {
      uniform(name: "optimiser.g\(step)", count: count).map { Double(Float($0)) }
    }

    private static func moved(_ parameter: Parameter) -> [Double] {
      zip(parameter.value.floats, start).map { Double($0) - Double(Float($1)) }
    }

    private static func floats(_ values: [Double]) -> Tensor {
      Array64(values, shape: [values.count]).tensor()
    }

    /// `torch.optim.SGD`: v = μ·v + (g + λ·p), p -= η·v.
    @Test func stochasticGradientDescent() {
      let parameter = Parameter(name: "p", Self.floats(Self.start))
      let velocity = Parameter(name: "v", Tensor(repeating: 0, shape: [Self.count]))
      var p = Self.start.map { Double(Float($0)) }
      var v = [Double](repeating: 0, count: Self.count)
      for step in 1...5 {
        let g = Self.gradient(step), rate = 0.025 / Double(step)
        for i in p.indices {
          v[i] = 0.9 * v[i] + (0.5 * g[i] + 1e-4 * p[i])
          p[i] -= rate * v[i]
        }
        parameter.mutate { storage in
          velocity.mutate { velocity in
            CPUBackend.shared.sgd(
              storage, velocity: velocity, gradient: Self.floats(g).storage,
              step: SGDStep(
                learningRate: Float(rate), momentum: 0.9, weightDecay: 1e-4, gradientScale: 0.5))
          }
        }
      }
      let expected = zip(p, Self.start).map { $0 - Double(Float($1)) }
      #expect(relativeL2(Self.moved(parameter), expected) < 2e-6)
      #expect(relativeL2(Array64(velocity.value).values, v) < 1e-6)
    }

    /// `torch.optim.Adam` with both moments' bias corrected.
    @Test func adam() {
      let parameter = Parameter(name: "p", Self.floats(Self.start))
      let mean = Parameter(name: "m", Tensor(repeating: 0, shape: [Self.count]))
      let square = Parameter(name: "s", Tensor(repeating: 0, shape: [Self.count]))
      var p = Self.start.map { Double(Float($0)) }
      var m = [Double](repeating: 0, count: Self.count), s = m
      for step in 1...5 {
        let gradients = Self.gradient(step)
        let first = 1 - pow(0.9, Double(step)), second = 1 - pow(0.99, Double(step))
        for i in p.indices {
          let g = 2 * gradients[i] + 1e-2 * p[i]
          m[i] = 0.9 * m[i] + 0.1 * g
          s[i] = 0.99 * s[i] + 0.01 * g * g
          p[i] -= 1e-2 * (m[i] / first) / ((s[i] / second).squareRoot() + 1e-8)
        }
        parameter.mutate { storage in
          mean.mutate { mean in
            square.mutate { square in
              CPUBackend.shared.adam(
                storage, mean: mean, square: square, gradient: Self.floats(gradients).storage,
                step: AdamStep(
                  learningRate: 1e-2, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 1e-2,
                  gradientScale: 2, step: step))
            }
          }
        }
      }
      let expected = zip(p, Self.start).map { $0 - Double(Float($1)) }
      #expect(relativeL2(Self.moved(parameter), expected) < 5e-6)
      #expect(relativeL2(Array64(mean.value).values, m) < 1e-6)
      #expect(relativeL2(Array64(square.value).values, s) < 5e-6)
    }
  }
}
