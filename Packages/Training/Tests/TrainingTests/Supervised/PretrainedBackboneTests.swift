import BiSeNet
import Checkpoint
import Foundation
import NN
import Tensor
import Testing
import Training

@Suite struct PretrainedBackboneTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func made(seed: UInt64) -> ParameterStore {
    let store = ParameterStore(seed: seed)
    _ = BiSeNet(store.scope(.training), backbone: .resnet18)
    return store
  }

  private static let prefix = "context_path."

  /// A file as torchvision names its tensors, with the classifier that BiSeNet has no place for.
  private func torchvisionFile(_ store: ParameterStore, without left: String? = nil) throws
    -> String
  {
    let path = folder.file("resnet18.safetensors")
    var items = store.checkpointItems.filter { $0.name.hasPrefix(Self.prefix) }.map {
      CheckpointItem(
        name: String($0.name.dropFirst(Self.prefix.count)), dtype: $0.dtype, shape: $0.shape,
        bytes: $0.bytes)
    }
    items.append(
      CheckpointItem(
        name: "fc.weight", dtype: .float32, shape: [2, 512],
        values: [Float](repeating: 0, count: 1024)))
    try writeSafetensors(to: path, entries: items.filter { $0.name != left })
    return path
  }

  /// The context path is the file's, the rest as it was.
  private func expectBackbone(of source: ParameterStore, in store: ParameterStore) {
    let untouched = made(seed: 2)
    for entry in store.entries {
      let name = entry.parameter.name
      let origin = name.hasPrefix(Self.prefix) ? source : untouched
      #expect(
        entry.parameter.value.floats == origin[name]?.parameter.value.floats, "\(name)")
    }
  }

  @Test func torchvisionsFileFillsTheContextPath() throws {
    let source = made(seed: 1), store = made(seed: 2)
    let file = try openCheckpoint(at: try torchvisionFile(source))
    let summary = try store.loadBackbone(from: file)
    expectBackbone(of: source, in: store)
    #expect(summary.loaded == summary.expected && summary.loaded == 120)
    #expect(summary.ignored == ["fc.weight"])
  }

  @Test func aWholeNetworksFileServesToo() throws {
    let source = made(seed: 1), store = made(seed: 2)
    let path = folder.file("bisenet.safetensors")
    try writeSafetensors(to: path, entries: source.checkpointItems)
    _ = try store.loadBackbone(from: try openCheckpoint(at: path))
    expectBackbone(of: source, in: store)
  }

  @Test func pyTorchsFileOfAWrappedDialectFillsTheContextPath() throws {
    let source = made(seed: 1), store = made(seed: 2)
    let path = folder.file("wild.pth")
    let items = source.checkpointItems.map { item in
      let name = item.name.replacingOccurrences(of: Self.prefix, with: "context_path.features.")
      return CheckpointItem(
        name: "module." + name, dtype: item.dtype, shape: item.shape, bytes: item.bytes)
    }
    try writeTorchArchive(to: path, entries: items)
    let summary = try store.loadBackbone(from: try openCheckpoint(at: path))
    expectBackbone(of: source, in: store)
    #expect(summary.loaded == 120 && summary.renamed.count == 120)
    #expect(try Backbone(of: try openCheckpoint(at: path)) == .resnet18)
  }

  @Test func anotherResNetIsNamed() throws {
    let store = made(seed: 2)
    let path = folder.file("resnet101.pth")
    let blocks = [3, 4, 23, 3]
    for prefix in ["", "module.context_path.features."] {
      let items = blocks.indices.map { layer in
        CheckpointItem(
          name: "\(prefix)layer\(layer + 1).\(blocks[layer] - 1).conv3.weight", dtype: .float32,
          shape: [1], values: [0 as Float])
      }
      try writeTorchArchive(to: path, entries: items)
      let error = #expect(throws: WrongBackbone.self) {
        _ = try store.loadBackbone(from: try openCheckpoint(at: path))
      }
      #expect(
        error?.description
          == "'\(path)' holds ResNet-101 where the network's backbone is ResNet-18; give a file of "
          + "ResNet-18, or set model.backbone to the file's.")
    }
    expectBackbone(of: made(seed: 2), in: store)
  }

  @Test func aMissingTensorIsAnErrorAndNothingIsLoaded() throws {
    let store = made(seed: 2)
    let path = try torchvisionFile(made(seed: 1), without: "layer3.0.conv2.weight")
    let error = #expect(throws: LoadError.self) {
      _ = try store.loadBackbone(from: try openCheckpoint(at: path))
    }
    #expect(
      error?.description.contains("lacks 1 of the network's 120 tensors, the first 'layer3.0.conv2")
        == true)
    expectBackbone(of: made(seed: 2), in: store)

    var configuration = tinyConfiguration(output: folder.file("out"))
    configuration.model.pretrained = path
    #expect(throws: LoadError.self) { try TrainingRun(configuration) }
    configuration.model.pretrained = folder.file("absent.safetensors")
    #expect(throws: CheckpointError.self) { try TrainingRun(configuration) }
  }

  @Test func theBackboneIsReadOffACheckpoint() throws {
    let path = folder.file("network.safetensors")
    for (channels, backbone) in [(512, Backbone.resnet18), (2048, .resnet101)] {
      try writeSafetensors(
        to: path,
        entries: [
          CheckpointItem(
            name: "supervision2.weight", dtype: .float32, shape: [19, channels, 1, 1],
            values: [Float](repeating: 0, count: 19 * channels))
        ])
      #expect(try Backbone(of: try openCheckpoint(at: path)) == backbone)
    }
    let other = try torchvisionFile(made(seed: 1))
    let error = #expect(throws: UnknownNetwork.self) {
      try Backbone(of: try openCheckpoint(at: other))
    }
    #expect(error?.description.contains("'\(other)' is no BiSeNet") == true)
  }

  /// What would stop a run in its first step is refused before it.
  @Test(arguments: [
    ("data.height=100", "data.height is 100; it must, as data.width, be a multiple of 8"),
    ("data.validation_height=100", "be a multiple of 8 (null is the training size)"),
    ("augmentation.crop=[64, 65]", "multiples of 8, or null"),
    ("optimisation.batch_size=1", "it must be 2 or more"),
  ])
  func sizesThatTheNetworkCannotReadAreRefused(_ setting: String, sentence: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration.load(
        yaml: "data: {height: 64, width: 64, validation_height: 64, validation_width: 64}",
        path: "a.yaml", overrides: [setting])
    }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    // 720 rows are none, but of a crop it is the crop's that count.
    _ = try TrainingConfiguration.load(
      yaml: "data: {height: 720, width: 1280, validation_height: 512, validation_width: 1024}",
      path: "a.yaml", overrides: ["augmentation.crop=[512, 1024]"])
  }
}
