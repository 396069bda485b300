import Tensor
import Testing

extension Serial {
  /// What would be computed wrong ends the program with a sentence instead.
  @Suite struct MisuseTests {
    @Test func labelsAreNotComputedWith() async {
      await #expect(processExitsWith: .failure) {
        let labels = Tensor(labels: [1, 2, 3, 4], shape: [1, 1, 2, 2])
        _ = labels + labels
      }
      await #expect(processExitsWith: .failure) {
        _ = Tensor(labels: [1, 2], shape: [2]).relu()
      }
    }

    /// Each of these would read bytes as if they were numbers.
    @Test func bytesAreComputedWithOnlyAsBytes() async throws {
      func expectRefusal(_ result: ExitTest.Result, _ sentence: String) {
        let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(errors.contains(sentence), "\(errors)")
      }
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = Tensor(labels: [1, 2, 3, 4], shape: [1, 1, 2, 2]).maxPool2d(kernel: 2, stride: 2)
        }, "maxPool2d takes numbers")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = Tensor(repeating: 1, shape: [1, 16, 2, 2]).quantised(step: 1).reshaped([64])
        }, "reshape does not compute with quantised maps")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          let map = Tensor(repeating: 1, shape: [1, 16, 2, 2]).quantised(step: 1)
          _ = Tensor.concatenated([map, map])
        }, "does not compute with quantised maps")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = Tensor(repeating: 1, shape: [1, 64, 8, 8]).quantised(step: 1, signed: true)
            .conv2dForInference(
              weight: Tensor(repeating: 1, shape: [64, 64, 3, 3]), bias: nil, padding: 1, relu: true
            )
        }, "is no map of numbers")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = Tensor(repeating: 1, shape: [1, 16, 2, 2]).conv2dForInference(
            weight: QuantisedWeight(
              Tensor(repeating: 1, shape: [16, 16, 1, 1]), bias: Tensor(repeating: 0, shape: [16])),
            relu: true, step: 1)
        }, "takes a quantised uint8 map")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = Tensor(repeating: 1, shape: [1, 16, 2, 2]).quantised(step: .nan)
        }, "a step is positive")
      expectRefusal(
        try await #require(
          processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
          _ = QuantisedWeight(
            Tensor(repeating: .nan, shape: [16, 16, 1, 1]), bias: Tensor(repeating: 0, shape: [16]))
        }, "cannot be rounded to bytes")
    }

    @Test func aBiasHasOneElementPerOutput() async {
      await #expect(processExitsWith: .failure) {
        _ = Tensor(repeating: 1, shape: [1, 16, 8, 8]).conv2dForInference(
          weight: Tensor(repeating: 1, shape: [16, 16, 3, 3]), bias: Tensor([1], shape: [1]),
          padding: 1, relu: false)
      }
    }

    @Test func gradientsDoNotCrossTapes() async {
      await #expect(processExitsWith: .failure) {
        let outer = Parameter(name: "outer", Tensor([2], shape: [1]))
        let inner = Parameter(name: "inner", Tensor([3], shape: [1]))
        _ = valueWithGradients(of: [outer]) {
          let x = outer.value
          return valueWithGradients(of: [inner]) { (x * inner.value).sum() }.value
        }
      }
    }

    @Test func matricesHaveOneType() async {
      await #expect(processExitsWith: .failure) {
        _ = Tensor(repeating: 1, shape: [2, 2])
          .matmul(Tensor(repeating: 1, shape: [2, 2], dtype: .bfloat16))
      }
    }
  }
}
