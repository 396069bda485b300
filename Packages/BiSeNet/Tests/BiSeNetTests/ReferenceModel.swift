import BiSeNet
import Foundation
import NN
import Tensor
import TensorTesting

/// The reference's figures, which lie beside a checkout of this repository and not in it.
enum ReferenceFigures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../../shared/reference/expected").standardizedFileURL

  static let isPresent: Bool = {
    let found = FileManager.default.fileExists(atPath: folder.path)
    if !found { print("skipped: no reference figures at \(folder.path)") }
    return found
  }()

  static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(
      type, from: Data(contentsOf: folder.appending(path: name + ".json")))
  }
}

/// What `reference.py` calls `fill_parameters`: every tensor rebuilt from its name.
func filledStore(_ backbone: Backbone) -> ParameterStore {
  let store = ParameterStore()
  _ = BiSeNet(store.scope(.training), backbone: backbone)
  for entry in store.entries where entry.role != .counter {
    let shape = entry.parameter.shape, name = entry.parameter.name
    var scale = 0.25, offset = 1.0
    if shape.rank == 4 {
      (scale, offset) = ((3.0 / Double(shape[1] * shape[2] * shape[3])).squareRoot(), 0)
    } else if name.hasSuffix("bias") || name.hasSuffix("running_mean") {
      (scale, offset) = (0.1, 0)
    }
    let values = uniform(name: "\(backbone).\(name)", count: shape.count)
    entry.parameter.update(Tensor(values.map { Float($0 * scale + offset) }, shape: shape))
  }
  return store
}

/// `generate.py`'s images.
func referenceImages() -> Tensor {
  let shape: Shape = [4, 3, 64, 128]
  return Tensor(
    uniform(name: "image.source", count: shape.count).map { Float(2 * $0) }, shape: shape)
}

/// `generate.py`'s labels: a class per 8x8 block, every 17th pixel ignored.
func referenceLabels() -> Tensor {
  let (n, h, w, classes) = (4, 64, 128, 19)
  let grid = uniform(name: "label.source", count: n * (h / 8) * (w / 8)).map {
    UInt8(min(Int(($0 + 1) / 2 * Double(classes)), classes - 1))
  }
  var labels = [UInt8](repeating: 255, count: n * h * w)
  for index in labels.indices where index % 17 != 0 {
    let image = index / (h * w), y = index / w % h, x = index % w
    labels[index] = grid[(image * (h / 8) + y / 8) * (w / 8) + x / 8]
  }
  return Tensor(labels: labels, shape: [n, h, w])
}

/// The relative L2 deviation of the elements that a golden entry samples, and of its norm: both
/// are of the order of float32's own error where the implementation is right.
func deviation(of values: [Float], sample: [Double], l2: Double) -> (sampled: Double, norm: Double)
{
  var difference = 0.0, norm = 0.0
  for (k, expected) in sample.enumerated() {
    let value = Double(values[k * values.count / sample.count])
    difference += (value - expected) * (value - expected)
    norm += expected * expected
  }
  let own = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  // Elements that are zero in exact arithmetic are compared with the tensor's own scale.
  let scale = max(
    norm.squareRoot(), l2 * (Double(sample.count) / Double(values.count)).squareRoot())
  return (difference.squareRoot() / max(scale, 1e-30), abs(own - l2) / max(l2, 1e-30))
}
