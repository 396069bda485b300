import Synchronization
import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct RecomputationTests {
    private let first = Parameter(
      name: "first", Array64(uniform: "first", shape: [6, 3, 3, 3], scale: 0.3).tensor())
    private let second = Parameter(
      name: "second", Array64(uniform: "second", shape: [6, 6, 3, 3], scale: 0.3).tensor())
    private let x = Array64(uniform: "x", shape: [2, 3, 9, 11]).tensor()

    @Test(arguments: [DType.float32, .bfloat16])
    func theGradientsAreTheSame(dtype: DType) throws {
      let x = x.cast(to: dtype)
      let (first, second) = (first, second)
      let part = { @Sendable (y: Tensor) in
        y.conv2d(weight: second.value, padding: 1).relu()
          .conv2d(weight: second.value, padding: 1).sigmoid()
      }
      func gradients(_ part: (Tensor) -> Tensor) -> (Tensor, Gradients) {
        valueWithGradients(of: [first, second]) {
          part(x.conv2d(weight: first.value, padding: 1)).sum() + first.value.sum()
        }
      }
      let (value, expected) = gradients(part)
      let (again, found) = gradients { recomputed($0, part) }
      #expect(again.item == value.item)
      for parameter in [first, second] {
        #expect(try #require(found[parameter]).floats == #require(expected[parameter]).floats)
      }
    }

    @Test func thePartRunsTwiceAndIsToldSo() {
      let runs = Mutex<[Bool]>([])
      let part = { @Sendable (y: Tensor) in
        runs.withLock { $0.append(Recomputation.isUnderWay) }
        return y.relu()
      }
      _ = recomputed(x, part)
      #expect(runs.withLock { $0 } == [false])
      _ = valueWithGradients(of: [first]) {
        recomputed(x.conv2d(weight: first.value), part).sum()
      }
      #expect(runs.withLock { $0 } == [false, false, true])
    }

    @Test func theInsideIsNotKept() {
      let x = Array64(uniform: "large", shape: [1, 3, 64, 64]).tensor()
      func used(_ wrap: (Tensor, @escaping @Sendable (Tensor) -> Tensor) -> Tensor) -> Int {
        var bytes = 0
        _ = valueWithGradients(of: [first]) {
          let start = BufferPool.shared.statistics.used
          let y = wrap(x.conv2d(weight: first.value, padding: 1)) {
            $0.sigmoid().sigmoid().sigmoid().sigmoid()
          }
          bytes = BufferPool.shared.statistics.used - start
          return y.sum()
        }
        return bytes
      }
      let (kept, all) = (used(recomputed), used { $1($0) })
      // The input, and where the inside is kept four outputs more.
      #expect(Double(kept) < 0.6 * Double(all), "\(kept) of \(all)")
    }

    @Test func aPartThatNothingLeadsToHasNoGradient() throws {
      let (_, gradients) = valueWithGradients(of: [first]) {
        first.value.sum() + recomputed(x) { _ in Tensor(repeating: 1, shape: [1]) }.sum()
      }
      #expect(try #require(gradients[first]).floats.allSatisfy { $0 == 1 })
    }

    /// A convolution over a remade normalisation gives the same gradients and does not hold its input.
    @Test(arguments: [DType.float32, .bfloat16], [false, true])
    func aRemadeNormalisationChangesNothing(dtype: DType, relu: Bool) throws {
      let x = Array64(uniform: "remade", shape: [2, 3, 33, 31]).tensor(dtype)
      let scale = Parameter(name: "scale", Tensor(repeating: 1.5, shape: [6]))
      let shift = Parameter(name: "shift", Tensor(repeating: 0.25, shape: [6]))
      let parameters = [first, second, scale, shift]
      func pass(remade: Bool) -> (gradients: Gradients, held: Int) {
        var held = 0
        let (_, gradients) = valueWithGradients(of: parameters) {
          let y = x.conv2d(weight: first.value, padding: 1)
          let start = BufferPool.shared.statistics.used
          let z = y.batchNorm(scale: scale.value, shift: shift.value, relu: relu, remade: remade)
            .output.conv2d(weight: second.value, padding: 1)
          held = BufferPool.shared.statistics.used - start
          return (z * z).sum()
        }
        return (gradients, held)
      }
      _ = pass(remade: false)  // packs the weights
      let kept = pass(remade: false), remade = pass(remade: true)
      for parameter in parameters {
        #expect(
          try #require(remade.gradients[parameter]).floats
            == #require(kept.gradients[parameter]).floats, "\(parameter.name)")
      }
      #expect(4 * remade.held < 3 * kept.held, "\(remade.held) of \(kept.held)")
    }
  }
}
