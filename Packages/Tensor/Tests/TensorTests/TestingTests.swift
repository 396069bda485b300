import Foundation
import Tensor
import TensorTesting
import Testing

extension Serial {
  /// The measuring instruments themselves.
  @Suite struct TestingTests {
    /// From expected/fill.json, written by generate.py of the reference implementation in PyTorch.
    @Test func fillIsTheReferences() {
      #expect(
        uniform(name: "x", count: 8) == [
          -0.5975834313129111, 0.02193751455404125, 0.8816097008060189, -0.5935958791920273,
          0.43780993268898616, 0.07163513347584072, -0.014998541141172606, -0.13255456811529576,
        ])
      #expect(
        uniform(name: "resnet18.conv.weight", count: 4) == [
          -0.8339767869679662, 0.3887328993562851, -0.1241185459897669, 0.6914324095508602,
        ])
    }

    @Test func aWrongValueIsReported() {
      let messages = checkOperation(
        "wrong value", [.activation([1, 3, 2, 2])], operation: { 1.1 * $0[0] },
        reference: { $0[0] })
      #expect(messages.contains { $0.contains("wrong value float32") && $0.contains("the value") })
      #expect(messages.contains { $0.contains("blocked by 8") && $0.contains("by operand 0") })
    }

    @Test func aWrongGradientIsReported() {
      let messages = checkOperation(
        "wrong gradient", [.activation([4])],
        operation: { x in
          let storage = x[0].storage
          return Tensor.operation("identity", [x[0]]) { backend, _ in
            (storage, { [backend.scale($0, by: 1.1)] })
          }
        }, reference: { $0[0] })
      #expect(messages.count == 2)
      #expect(messages.allSatisfy { $0.contains("the gradient by operand 0 deviates by") })
    }

    @Test func aKinkIsNotTakenForASlope() {
      let messages = checkOperation(
        "relu at zero", [.activation(Array64([-1, 0, 1, 2], shape: [4]))],
        operation: { $0[0].relu() }, reference: { $0[0].relu() })
      #expect(messages == [])
    }

    @Test func summariesTellTensorsApart() throws {
      let json = #"""
        {"shape": [2, 3], "mean": 2.5, "l2": 7.416198487095663, "sample": [0, 1, 3, 4],
         "torch_float32_error": 1e-7}
        """#
      let summary = try JSONDecoder().decode(GoldenSummary.self, from: Data(json.utf8))
      func mismatches(_ values: [Float], _ shape: Shape = [2, 3]) -> [String] {
        summary.mismatches(of: Tensor(values, shape: shape), named: "t", bound: 1e-5)
      }
      #expect(mismatches([0, 1, 2, 3, 4, 5]) == [])
      #expect(mismatches([0, 1, 2, 3, 4, 5], [3, 2]).count == 1)
      #expect(mismatches([0, 1, 2, 3, 4, .nan]).count == 2)
      #expect(mismatches([0, 1, 2.1, 3, 4, 5]).count == 2)
      #expect(mismatches([1, 0, 2, 3, 4, 5]).first?.contains("the sample") == true)
      #expect(summary.torchFloat32Error == 1e-7)
    }
  }
}
