import BiSeNet
import Foundation

/// The gradients that a crossed ReLU unit (or two) moves, on the unit's other side, from
/// `Golden/make_kinks.py`; the other parameters' are the reference's.
struct KinkSide: Decodable {
  struct Slope: Decodable {
    let l2: Double
    let sample: [Double]
  }

  let parameters: [String: Slope]

  static func load(_ backbone: Backbone) throws -> [KinkSide] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/kinks.json")
    let all = try JSONDecoder().decode([String: [KinkSide]].self, from: Data(contentsOf: file))
    return all["\(backbone)"] ?? []
  }
}
