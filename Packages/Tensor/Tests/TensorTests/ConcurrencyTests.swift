import Foundation
import Synchronization
import Tensor
import TensorTesting
import Testing

extension Serial {
  /// Swift's tasks move between threads, so primitives are made on one and run on others, with
  /// scratch memory of their own: oneDNN's belongs to the thread that made the primitive.
  @Suite struct ConcurrencyTests {
    static func step(_ size: Int, _ dtype: DType) -> [UInt32] {
      let inputs = [
        Array64(uniform: "threads.x", shape: [2, 3, size, size]).tensor(dtype),
        Array64(uniform: "threads.w", shape: [64, 3, 7, 7], scale: 0.2).tensor(),
        Array64(uniform: "threads.v", shape: [16, 64, 1, 1], scale: 0.2).tensor(),
        Array64(uniform: "threads.s", shape: [16], offset: 2).tensor(),
        Array64(uniform: "threads.t", shape: [16]).tensor(),
      ]
      let (value, gradients) = valueWithGradients(at: inputs) {
        $0[0].conv2d(weight: $0[1], stride: 2, padding: 3).relu()
          .conv2d(weight: $0[2])
          .batchNorm(scale: $0[3], shift: $0[4], relu: true).output
          .maxPool2d(kernel: 3, stride: 2, padding: 1)
          .upsampledBilinear(height: size, width: size)
          .softmax().binaryCrossEntropy(target: 1)
      }
      return ([value] + gradients.compactMap { $0 }).flatMap { $0.floats.map(\.bitPattern) }
    }

    @Test(arguments: [DType.float32, .bfloat16]) func threadsAgree(dtype: DType) {
      let sizes = [33, 47, 64]
      let expected = sizes.map { Self.step($0, dtype) }
      let agreed = Mutex(0)
      let finished = DispatchGroup()
      for _ in 0..<3 {
        let thread = Thread {
          for _ in 0..<2 {
            for (size, bits) in zip(sizes, expected) where Self.step(size, dtype) == bits {
              agreed.withLock { $0 += 1 }
            }
          }
          finished.leave()
        }
        finished.enter()
        thread.start()
      }
      finished.wait()
      #expect(agreed.withLock { $0 } == 3 * 2 * sizes.count)
    }
  }
}
