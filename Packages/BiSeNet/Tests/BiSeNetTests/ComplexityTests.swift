import BiSeNet
import Foundation
import NN
import Tensor
import Testing

/// Parameters and multiplications, summed by hand over the paper's architecture.
@Suite struct ComplexityTests {
  /// A convolution with its output at 1/`scale` of the input's size (0: one pixel).
  private struct Layer {
    let inputs, outputs, kernel, scale: Int
    var bias = false, norm = true

    var weights: Int { inputs * outputs * kernel * kernel }
    var parameters: Int { weights + (bias ? outputs : 0) + (norm ? 2 * outputs : 0) }

    func macs(height: Int, width: Int) -> Int {
      weights * (scale == 0 ? 1 : (height / scale) * (width / scale))
    }
  }

  private func resNet18() -> [Layer] {
    var layers = [Layer(inputs: 3, outputs: 64, kernel: 7, scale: 2)]
    // layer1: two blocks of two 3x3 at 1/4.
    layers += (0..<4).map { _ in Layer(inputs: 64, outputs: 64, kernel: 3, scale: 4) }
    // layer2 to layer4: the first 3x3 halves the size and doubles the channels, with a 1x1 beside it.
    for (channels, scale) in [(128, 8), (256, 16), (512, 32)] {
      layers.append(Layer(inputs: channels / 2, outputs: channels, kernel: 3, scale: scale))
      layers.append(Layer(inputs: channels / 2, outputs: channels, kernel: 1, scale: scale))
      layers += (0..<3).map { _ in
        Layer(inputs: channels, outputs: channels, kernel: 3, scale: scale)
      }
    }
    return layers
  }

  private func resNet101() -> [Layer] {
    var layers = [Layer(inputs: 3, outputs: 64, kernel: 7, scale: 2)]
    var inputs = 64
    for (width, blocks, scale) in [(64, 3, 4), (128, 4, 8), (256, 23, 16), (512, 3, 32)] {
      // The first block's 1x1 runs before the stride, at the size of the stage before.
      let before = width == 64 ? scale : scale / 2
      for block in 0..<blocks {
        layers.append(
          Layer(inputs: inputs, outputs: width, kernel: 1, scale: block == 0 ? before : scale))
        layers.append(Layer(inputs: width, outputs: width, kernel: 3, scale: scale))
        layers.append(Layer(inputs: width, outputs: 4 * width, kernel: 1, scale: scale))
        if block == 0 {
          layers.append(Layer(inputs: inputs, outputs: 4 * width, kernel: 1, scale: scale))
        }
        inputs = 4 * width
      }
    }
    return layers
  }

  /// What the main output takes; the two auxiliary heads are not among them.
  private func layers(_ backbone: Backbone) -> [Layer] {
    let (c16, c32) = backbone == .resnet18 ? (256, 512) : (1024, 2048)
    let spatial = [
      Layer(inputs: 3, outputs: 64, kernel: 3, scale: 2),
      Layer(inputs: 64, outputs: 128, kernel: 3, scale: 4),
      Layer(inputs: 128, outputs: 256, kernel: 3, scale: 8),
    ]
    let attention = [c16, c32].map {
      Layer(inputs: $0, outputs: $0, kernel: 1, scale: 0, bias: true)
    }
    let fusion = [
      Layer(inputs: 256 + c16 + c32, outputs: 19, kernel: 3, scale: 8),
      Layer(inputs: 19, outputs: 19, kernel: 1, scale: 0, bias: true, norm: false),
      Layer(inputs: 19, outputs: 19, kernel: 1, scale: 0, bias: true, norm: false),
    ]
    let head = Layer(inputs: 19, outputs: 19, kernel: 1, scale: 1, bias: true, norm: false)
    return spatial + (backbone == .resnet18 ? resNet18() : resNet101()) + attention + fusion
      + [head]
  }

  private func supervision(_ backbone: Backbone) -> Int {
    backbone == .resnet18 ? (256 + 512 + 2) * 19 : (1024 + 2048 + 2) * 19
  }

  @Test(arguments: [
    (Backbone.resnet18, 12_068_672, 25_632_244_434), (.resnet101, 48_752_192, 91_410_137_810),
  ])
  func parametersAndMACsAreTheSumsByHand(_ backbone: Backbone, parameters: Int, macs: Int) {
    let byHand = layers(backbone)
    #expect(byHand.reduce(supervision(backbone)) { $0 + $1.parameters } == parameters)
    #expect(byHand.reduce(0) { $0 + $1.macs(height: 512, width: 1024) } == macs)

    // MACs of all layers but the two attentions' and the fusion's scale with the area, so a
    // smaller image tells as much as the large one.
    let counted = BiSeNet.complexity(backbone: backbone, image: [1, 3, 64, 96])
    #expect(counted.reduce(0) { $0 + $1.parameters } == parameters)
    #expect(
      counted.reduce(0) { $0 + $1.macs } == byHand.reduce(0) { $0 + $1.macs(height: 64, width: 96) }
    )
    #expect(
      counted.filter { $0.macs > 0 }.map(\.macs).sorted()
        == byHand.map { $0.macs(height: 64, width: 96) }.sorted())
    #expect(counted.count { $0.macs == 0 } == 2)
    let store = ParameterStore()
    _ = BiSeNet(store.scope(.training), backbone: backbone)
    #expect(store.parameterCount == parameters)
  }

  @Test func theSizeOfTheIssueIsCountedToTheDigit() {
    let counted = BiSeNet.complexity(backbone: .resnet18, image: [1, 3, 512, 1024])
    #expect(counted.reduce(0) { $0 + $1.macs } == 25_632_244_434)
  }

  /// Golden/state_dict_*.txt, which Golden/make_state_dict.py wrote from the reference.
  @Test(arguments: Backbone.allCases)
  func namesShapesAndOrderAreTheReferences(_ backbone: Backbone) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/state_dict_\(backbone).txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let expected = lines.flatMap { line -> [String] in
      let words = line.split(separator: " ")
      return words.dropFirst().map { "\(words[0]).\($0)" }
    }
    #expect(expected.count > 100)
    let store = ParameterStore()
    _ = BiSeNet(store.scope(.training), backbone: backbone)
    let found = store.entries.map { entry in
      let shape = entry.parameter.shape.dimensions.map(String.init).joined(separator: "x")
      return "\(entry.parameter.name)[\(shape)]"
    }
    #expect(found == expected)
  }
}
