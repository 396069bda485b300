import BiSeNet
import Checkpoint
import NN
import Tensor
import Training

/// Runs a checkpoint's network on images as they come and writes its logits: what `check.py`
/// beside this compares with PyTorch.
///
///     NetworkOutputs NETWORK IMAGES.safetensors OUTPUTS.safetensors [BACKBONE]
///
/// IMAGES has the tensor `images`, N x 3 x H x W; OUTPUTS gets `main`, `sixteenth` and
/// `thirtySecond`, N x classes x H x W. BACKBONE, a file such as torchvision's, takes the place of the
/// network's own context path.
@main
struct NetworkOutputs {
  static func main() throws {
    let arguments = CommandLine.arguments
    let network = try openCheckpoint(at: arguments[1])
    let pictures = try openCheckpoint(at: arguments[2])
    let store = ParameterStore()
    let backbone = try Backbone(of: network)
    _ = BiSeNet(store.scope(.training), backbone: backbone)
    print(try store.load(from: network))
    if arguments.count > 4 {
      print(try store.loadBackbone(from: try openCheckpoint(at: arguments[4])))
    }
    let shape = try pictures.requiredEntry("images").shape
    let images = Tensor(try pictures.floats(of: "images"), shape: Shape(shape))
    let outputs = BiSeNet(store.scope(.inference), backbone: backbone)(images)
    let named = [
      ("main", outputs.main), ("sixteenth", outputs.sixteenth),
      ("thirtySecond", outputs.thirtySecond),
    ]
    try writeSafetensors(
      to: arguments[3],
      entries: named.map {
        CheckpointItem(
          name: $0.0, dtype: .float32, shape: $0.1.shape.dimensions, values: $0.1.floats)
      })
  }
}
