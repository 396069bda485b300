public import Foundation
public import Tensor

/// The reference's expected figures and the parameters and inputs they were made from.
///
/// The files lie beside a checkout of this repository, in `../shared/reference/expected`, and not in it;
/// parameters and inputs are rebuilt from their names (`reference.py`, `generate.py`).
public enum ReferenceFigures {
  /// The folder of the files, whether it exists or not.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../../shared/reference/expected").standardizedFileURL

  /// Whether the files are there; says once that tests are skipped where they are not.
  public static let isPresent: Bool = {
    let found = FileManager.default.fileExists(atPath: folder.path)
    if !found { print("skipped: no reference figures at \(folder.path)") }
    return found
  }()

  /// Reads `<name>.json`.
  public static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(
      type, from: Data(contentsOf: folder.appending(path: name + ".json")))
  }

  /// A parameter or running statistic as `fill_parameters` fills it.
  ///
  /// - Parameters:
  ///   - prefix: The network: `resnet18`, `fcd`, ….
  ///   - name: The name in the `state_dict`.
  public static func parameter(prefix: String, name: String, shape: Shape) -> Tensor {
    var scale = 0.25, offset = 1.0
    if shape.rank == 4 {
      (scale, offset) = ((3.0 / Double(shape[1] * shape[2] * shape[3])).squareRoot(), 0)
    } else if name.hasSuffix("bias") || name.hasSuffix("running_mean") {
      (scale, offset) = (0.1, 0)
    }
    return fill("\(prefix).\(name)", shape, scale: scale, offset: offset)
  }

  /// `generate.py`'s images of a name, 4x3x64x128.
  public static func images(_ name: String = "image.source") -> Tensor {
    fill(name, [4, 3, 64, 128], scale: 2)
  }

  /// `generate.py`'s labels of a name, 4x64x128: a class per 8x8 block, every so many-th pixel ignored.
  public static func labels(_ name: String = "label.source", ignoreEvery period: Int = 17)
    -> Tensor
  {
    let (n, h, w, classes) = (4, 64, 128, 19)
    let grid = uniform(name: name, count: n * (h / 8) * (w / 8)).map {
      UInt8(min(Int(($0 + 1) / 2 * Double(classes)), classes - 1))
    }
    var labels = [UInt8](repeating: 255, count: n * h * w)
    for index in labels.indices where index % period != 0 {
      let image = index / (h * w), y = index / w % h, x = index % w
      labels[index] = grid[(image * (h / 8) + y / 8) * (w / 8) + x / 8]
    }
    return Tensor(labels: labels, shape: [n, h, w])
  }

  /// `reference.py`'s `fill`.
  public static func fill(
    _ name: String, _ shape: Shape, scale: Double = 1, offset: Double = 0
  ) -> Tensor {
    Tensor(
      uniform(name: name, count: shape.count).map { Float($0 * scale + offset) }, shape: shape)
  }
}
