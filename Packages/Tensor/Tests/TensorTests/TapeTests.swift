import Synchronization
import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct TapeTests {
    static let shape: Shape = [2, 3, 4, 5]

    @Test func gradientsAccumulateOverUses() throws {
      let x = Array64(uniform: "twice", shape: Self.shape)
      let (value, gradients) = valueWithGradients(at: [x.tensor()]) {
        let squared = $0[0] * $0[0]
        return (squared + squared + $0[0]).sum()
      }
      #expect(relativeL2(value, (2 * (x * x) + x).sum()) < 1e-5)
      #expect(relativeL2(try #require(gradients[0]), x.map { 4 * $0 + 1 }) < 1e-6)
    }

    @Test func accumulationLeavesSharedGradientsAlone() throws {
      // The gradient by a + b is one storage for both; b then gets more.
      let (_, gradients) = valueWithGradients(
        at: [Tensor(repeating: 1, shape: [3]), Tensor(repeating: 2, shape: [3])]
      ) {
        let sum = $0[0] + $0[1]
        return (sum + 3 * $0[1] + $0[1]).sum()
      }
      #expect(try #require(gradients[0]).floats == [1, 1, 1])
      #expect(try #require(gradients[1]).floats == [5, 5, 5])
    }

    @Test func onlyAskedForParametersGetGradients() throws {
      let used = Parameter(name: "used", Tensor([1, 2], shape: [2]))
      let frozen = Parameter(name: "frozen", Tensor([3, 4], shape: [2]))
      let unused = Parameter(name: "unused", Tensor([5, 6], shape: [2]))
      let (value, gradients) = valueWithGradients(of: [used, unused]) {
        (used.value * frozen.value).sum()
      }
      #expect(value.item == 11)
      #expect(try #require(gradients[used]).floats == [3, 4])
      #expect(gradients[frozen] == nil)
      #expect(gradients[unused] == nil)
      #expect(gradients.norm(over: [used, frozen, unused]) == 5)
    }

    @Test func detachedStopsGradients() throws {
      let x = Tensor([1, 2, 3], shape: [3])
      let (_, gradients) = valueWithGradients(at: [x]) { ($0[0] * $0[0].detached).sum() }
      #expect(try #require(gradients[0]).floats == [1, 2, 3])
      let (_, none) = valueWithGradients(at: [x]) { $0[0].detached.sum() }
      #expect(none[0] == nil)
    }

    @Test func nothingIsRecordedOutside() {
      let parameter = Parameter(name: "p", Tensor([1, 2], shape: [2]))
      let other = Parameter(name: "other", Tensor([1, 2], shape: [2]))
      let counter = Counter()
      // What is recorded keeps its input; what is not gives it back at once.
      let start = BufferPool.shared.statistics.used
      _ = parameter.value.sigmoid().relu()
      _ = valueWithGradients(of: [other]) {
        _ = probe(parameter.value.sigmoid(), counter)
        #expect(BufferPool.shared.statistics.used == start)
        _ = probe(other.value.sigmoid(), counter)
        #expect(BufferPool.shared.statistics.used > start)
        return probe(other.value, counter).sum()
      }
      #expect(counter.values.count == 1)
    }

    @Test func activationsAreFreedOnTheWayBack() throws {
      let parameter = Parameter(
        name: "p", Array64(uniform: "freed", shape: [1, 16, 64, 64]).tensor())
      let size = parameter.shape.count * 4
      func step(_ counter: Counter) {
        _ = valueWithGradients(of: [parameter]) {
          var x = parameter.value
          for _ in 0..<8 { x = probe(x.sigmoid(), counter) }
          return x.sum()
        }
      }
      step(Counter())
      let start = BufferPool.shared.statistics
      let counter = Counter()
      step(counter)
      let end = BufferPool.shared.statistics
      #expect(end.used == start.used)
      #expect(end.allocations == start.allocations, "a second step recycles the first one's memory")
      // Each layer keeps its output; the walk drops one per layer.
      let used = counter.values
      #expect(used.count == 8)
      #expect(zip(used, used.dropFirst()).allSatisfy { $0 - $1 == size })
    }

    @Test func anErrorLeavesNothingBehind() {
      struct Stop: Error {}
      let parameter = Parameter(name: "p", Tensor(repeating: 1, shape: [1, 8, 32, 32]))
      let start = BufferPool.shared.statistics.used
      #expect(throws: Stop.self) {
        _ = try valueWithGradients(of: [parameter]) {
          _ = parameter.value.sigmoid().relu()
          throw Stop()
        }
      }
      #expect(BufferPool.shared.statistics.used == start)
    }

    @Test func observersCountMultiplications() {
      let x = Tensor(repeating: 1, shape: [2, 6, 9, 7])
      let weight = Tensor(repeating: 1, shape: [4, 3, 3, 3])
      let (_, records) = OperationObserver.observing {
        valueWithGradients(at: [weight]) { inputs in
          let y = OperationObserver.$layer.withValue("block.conv") {
            x.conv2d(weight: inputs[0], stride: 2, padding: 1, groups: 2)
          }
          return y.sum()
        }
      }
      #expect(records.map(\.name) == ["conv2d", "sum", "sum gradient", "conv2d gradient"])
      // 2 images, 4 channels of 5x4, each the sum over 3 channels of 3x3.
      let macs = 2 * 4 * 5 * 4 * 3 * 9
      #expect(records.map(\.macs) == [macs, 0, 0, 0])
      #expect(records.map(\.layer) == ["block.conv", "", "", "block.conv"])
      #expect(records[0].shape == [2, 4, 5, 4])
    }
  }
}

/// Bytes in use at each call.
private final class Counter: Sendable {
  private let state = Mutex<[Int]>([])

  var values: [Int] { state.withLock { $0 } }

  func add() { state.withLock { $0.append(BufferPool.shared.statistics.used) } }
}

/// The same tensor; the counter hears of the gradient passing back.
private func probe(_ x: Tensor, _ counter: Counter) -> Tensor {
  let storage = x.storage
  return Tensor.operation("probe", [x]) { _, _ in
    (
      storage,
      {
        counter.add()
        return [$0]
      }
    )
  }
}
