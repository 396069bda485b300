import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct RehearsalTests {
    private let weight = Parameter(
      name: "w", Array64(uniform: "w", shape: [32, 16, 3, 3], scale: 0.1).tensor())
    private let velocity = Parameter(name: "v", Tensor(repeating: 0, shape: [32, 16, 3, 3]))
    private let x = Array64(uniform: "x", shape: [2, 16, 37, 91]).tensor()

    private func step() -> Float {
      let (loss, gradients) = valueWithGradients(of: [weight]) {
        x.conv2d(weight: weight.value, padding: 1).relu().sum()
      }
      if let gradient = gradients[weight] {
        weight.stepSGD(
          velocity: velocity, gradient: gradient,
          SGDStep(learningRate: 0.1, momentum: 0.9, weightDecay: 0, gradientScale: 1))
      }
      return loss.item
    }

    /// A convolution in bytes that was rehearsed first gives what it gives otherwise.
    @Test func aRehearsalLeavesNothingInAPrimitive() {
      let map = x.relu().quantised(step: 1 / 255)
      func convolution(_ weight: QuantisedWeight) -> [Float] {
        map.conv2dForInference(weight: weight, padding: 1, relu: true, step: 0.01)
          .dequantised().floats
      }
      let bias = Array64(uniform: "b", shape: [32]).tensor()
      let rehearsed = QuantisedWeight(weight.value, bias: bias)
      _ = Rehearsal.bytes { _ = convolution(rehearsed) }
      #expect(convolution(rehearsed) == convolution(QuantisedWeight(weight.value, bias: bias)))
    }

    /// What was rehearsed finds its memory in the pool.
    @Test func theRunTakesWhatTheRehearsalFound() {
      // Held until the pool has no room left for an activation, whatever other tests have left there.
      var held: [Tensor] = [], owned = 0
      repeat {
        owned = BufferPool.shared.statistics.bytes
        held.append(Tensor(repeating: 0, shape: [2, 32, 37, 91]))
      } while BufferPool.shared.statistics.bytes == owned
      defer { withExtendedLifetime(held) {} }
      var losses: [Float] = []
      let bytes = Rehearsal.bytes { losses.append(step()) }
      #expect(losses == [0])
      let activation = 2 * 32 * 37 * 91 * 4
      #expect(bytes >= activation, "\(bytes)")
      let before = MemoryStatistics.current.allocations
      #expect(step() > 0)
      #expect(MemoryStatistics.current.allocations == before)
      // From its first step on the weight lies as its gradient does, and elsewhere: among blocks that
      // are held, its old place may be of no use, once.
      let taken = BufferPool.shared.statistics.bytes
      _ = step()
      let place = weight.shape.count * 4 + Arena.page
      #expect(BufferPool.shared.statistics.bytes - taken <= place)
      #expect(Rehearsal.bytes { _ = step() } == 0)
    }

    @Test func whatThePoolOwnsDoesNotCountTwice() {
      // More by so many bytes than all that other tests have left in the pool.
      let more = 1 << 20
      let count = (BufferPool.shared.statistics.bytes + more) / 4
      let bytes = Rehearsal.bytes { _ = Tensor(repeating: 1, shape: [count]).relu() }
      #expect(bytes >= more + count * 4, "\(bytes)")
      #expect(Rehearsal.bytes { _ = Tensor(repeating: 1, shape: [count]).relu() } == 0)
    }

    @Test func aRehearsalWithinAnotherEndsNothing() {
      let before = weight.value.floats
      Rehearsal.run {
        Rehearsal.run { _ = x.relu() }
        _ = step()
      }
      #expect(weight.value.floats == before)
    }

    @Test func aRehearsalChangesNothing() {
      let before = weight.value.floats
      _ = Rehearsal.bytes { _ = step() }
      #expect(weight.value.floats == before)
      #expect(velocity.value.floats.allSatisfy { $0 == 0 })
      _ = Rehearsal.bytes { weight.update(Tensor(repeating: 7, shape: weight.shape)) }
      #expect(weight.value.floats == before)
      // Packed weights of a rehearsal hold nothing, and must not serve.
      let found = x.conv2d(weight: weight.value, padding: 1)
      let fresh = Parameter(name: "fresh", Tensor(before, shape: weight.shape))
      #expect(found.floats == x.conv2d(weight: fresh.value, padding: 1).floats)
    }
  }
}
