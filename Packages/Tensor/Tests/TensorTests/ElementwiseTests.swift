import Tensor
import TensorTesting
import Testing

extension Serial {
  @Suite struct ElementwiseTests {
    static let shape: Shape = [2, 19, 5, 7]

    @Test func unary() {
      let operations: [(String, (Tensor) -> Tensor, (Array64) -> Array64)] = [
        ("relu", { $0.relu() }, { $0.relu() }),
        ("leakyReLU 0.2", { $0.leakyReLU(slope: 0.2) }, { $0.leakyReLU(slope: 0.2) }),
        ("sigmoid", { $0.sigmoid() }, { $0.sigmoid() }),
        ("scale", { -1.5 * $0 }, { -1.5 * $0 }),
        ("sum", { $0.sum() }, { $0.sum() }),
        ("mean", { $0.mean() }, { $0.mean() }),
        ("spatialMean", { $0.spatialMean() }, { $0.spatialMean() }),
        ("softmax", { $0.softmax() }, { $0.softmax() }),
        ("logSoftmax", { $0.logSoftmax() }, { $0.logSoftmax() }),
        ("reshaped", { $0.reshaped([19, 70]) }, { $0.reshaped([19, 70]) }),
        ("sigmoid after reuse", { $0.sigmoid() + $0 }, { $0.sigmoid() + $0 }),
      ]
      for (name, operation, reference) in operations {
        for shape in [Self.shape, [1, 33, 1, 1], [3, 3, 2, 1]] {
          if name == "reshaped", shape != Self.shape { continue }
          let messages = checkOperation(
            "\(name) \(shape)", [.activation(shape, scale: 4, offset: 0.25)],
            operation: { operation($0[0]) }, reference: { reference($0[0]) })
          #expect(messages == [])
        }
      }
    }

    @Test func binary() {
      let operations: [(String, (Tensor, Tensor) -> Tensor, (Array64, Array64) -> Array64)] = [
        ("add", { $0 + $1 }, { $0 + $1 }),
        ("multiply", { $0 * $1 }, { $0 * $1 }),
        ("add+relu", { $0.addedReLU($1) }, { ($0 + $1).relu() }),
        // One operand laid out anew, so that the two differ in layout.
        ("add of two layouts", { $0 + $1.relaid(block: 8) }, { $0 + $1 }),
        ("multiply of two layouts", { $0.relaid(block: 16) * $1 }, { $0 * $1 }),
      ]
      for (name, operation, reference) in operations {
        let messages = checkOperation(
          name, [.activation(Self.shape), .activation(Self.shape)],
          operation: { operation($0[0], $0[1]) }, reference: { reference($0[0], $0[1]) })
        #expect(messages == [])
      }
    }

    @Test func addedReLUEqualsDecomposed() throws {
      let inputs = ["a", "b"].map {
        Array64(uniform: "addrelu.\($0)", shape: Self.shape).tensor().relaid(block: 8)
      }
      let r = Array64(uniform: "addrelu.r", shape: Self.shape).tensor()
      let fused = valueWithGradients(at: inputs) { ($0[0].addedReLU($0[1]) * r).sum() }
      let twin = valueWithGradients(at: inputs) { (($0[0] + $0[1]).relu() * r).sum() }
      #expect(fused.value.item == twin.value.item)
      for (a, b) in zip(fused.gradients, twin.gradients) {
        #expect(try #require(a).floats == #require(b).floats)
      }
    }

    @Test func rectifiersPassNaNOn() {
      let x = Tensor([.nan, -1, 2], shape: [3])
      for y in [x.relu(), x.leakyReLU(slope: 0.2), x.addedReLU(Tensor([0, 0, 0], shape: [3]))] {
        #expect(y.floats[0].isNaN)
        #expect(y.floats[2] == 2)
      }
    }

    @Test func scaledChannels() {
      for (name, factorIsFloat32) in [("factor of the same type", false), ("float32 factor", true)]
      {
        let messages = checkOperation(
          "scaledChannels, \(name)",
          [
            .activation(Self.shape),
            factorIsFloat32 ? .parameter([2, 19, 1, 1]) : .activation([2, 19, 1, 1]),
          ],
          operation: { $0[0].scaledChannels(by: $0[1]) },
          reference: { $0[0].scaledChannels(by: $0[1]) })
        #expect(messages == [])
      }
    }

    @Test(arguments: [[3, 5], [16, 8, 24], [19, 33, 16], [7]])
    func concatenated(channels: [Int]) {
      let messages = checkOperation(
        "concatenated \(channels)", channels.map { .activation([2, $0, 3, 5]) },
        operation: { .concatenated($0) }, reference: { .concatenated($0) })
      #expect(messages == [])
    }

    @Test func bfloat16RoundsToNearestEven() {
      // 8 bits of precision: 1 + 2^-8 lies halfway between 1 and 1 + 2^-7.
      let pairs: [(Float, Float)] = [
        (1 + 0x1p-8, 1), (1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7), (1 + 3 * 0x1p-8, 1 + 0x1p-6),
        (-1 - 0x1p-8, -1), (.infinity, .infinity), (-.infinity, -.infinity),
        (.greatestFiniteMagnitude, .infinity), (0x1p-133, 0x1p-133), (-0.0, -0.0), (257, 256),
        (259, 260),
      ]
      let rounded = Tensor(pairs.map(\.0), shape: [pairs.count], dtype: .bfloat16).floats
      #expect(rounded == pairs.map(\.1))
      #expect(rounded[8].sign == .minus)
      #expect(pairs.map { bfloat16Rounded($0.0) } == rounded)
      let quiet = Float.nan, odd = Float(bitPattern: 0x7F80_0001)
      #expect(Tensor([quiet, odd], shape: [2], dtype: .bfloat16).floats.allSatisfy { $0.isNaN })
      #expect(bfloat16Rounded(odd).isNaN)
    }

    @Test func castsRoundTheGradientBack() throws {
      let x = Array64(uniform: "cast.x", shape: [3, 5]).tensor()
      let factor = Array64(uniform: "cast.f", shape: [3, 5]).tensor(.bfloat16)
      let (_, gradients) = valueWithGradients(at: [x]) {
        ($0[0].cast(to: .bfloat16) * factor).sum()
      }
      let gradient = try #require(gradients[0])
      #expect(gradient.dtype == .float32)
      #expect(gradient.floats == factor.floats)
    }
  }
}
