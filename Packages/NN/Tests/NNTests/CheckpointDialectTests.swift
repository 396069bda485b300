import Checkpoint
import Foundation
import NN
import Tensor
import Testing

/// Names as scripts in the wild write them.
@Suite struct CheckpointDialectTests {
  private func made(seed: UInt64) -> ParameterStore {
    let store = ParameterStore(seed: seed)
    let scope = store.scope(.training)
    for path in ["spatial_path", "context_path"] {
      _ = ConvolutionBatchNorm(
        convolution: scope[path]["conv1"], norm: scope[path]["bn1"], 3, 4, kernel: 3, padding: 1)
    }
    return store
  }

  private func values(_ store: ParameterStore) -> [[Float]] {
    store.entries.map(\.parameter.value.floats)
  }

  /// Loads what `names` makes of each of a store's names, plus `extra`, and expects the store back.
  private func load(
    extra: [String] = [], _ names: (String) -> [String]
  ) throws -> LoadSummary {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("dialect-\(UUID().uuidString).pth").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let source = made(seed: 1), store = made(seed: 2)
    var items = source.checkpointItems.flatMap { item in
      names(item.name).map {
        CheckpointItem(name: $0, dtype: item.dtype, shape: item.shape, bytes: item.bytes)
      }
    }
    items += extra.map {
      CheckpointItem(name: $0, dtype: .float32, shape: [1], values: [0 as Float])
    }
    try writeTorchArchive(to: path, entries: items)
    let summary = try store.load(from: try openCheckpoint(at: path))
    #expect(values(store) == values(source))
    #expect(summary.loaded == 12 && summary.expected == 12 && summary.missing.isEmpty)
    #expect(!summary.description.contains("\n"))
    return summary
  }

  @Test func dataParallelsPrefix() throws {
    let summary = try load { ["module." + $0] }
    #expect(summary.renamed.count == 12 && summary.ignored.isEmpty)
    #expect(
      summary.description.contains(
        "12 of 12 tensors loaded, 12 renamed (module.spatial_path.conv1.weight to "
          + "spatial_path.conv1.weight, …)"))
    #expect(try load { ["module.module." + $0] }.renamed.count == 12)
  }

  @Test func theMisspeltSpatialPath() throws {
    let summary = try load { [$0.replacingOccurrences(of: "spatial_path", with: "saptial_path")] }
    #expect(summary.renamed.count == 6 && summary.ignored.isEmpty)
  }

  private func features(_ name: String) -> String {
    name.replacingOccurrences(of: "context_path.", with: "context_path.features.")
  }

  @Test func theWholeResNetBesideItsPartsIsIgnored() throws {
    let classifier = ["context_path.features.fc.weight", "context_path.features.fc.bias"]
    // The duplicates come first in such files, and are still the ones that are ignored.
    let summary = try load(extra: classifier) { name in
      name.hasPrefix("context_path.") ? [features(name), name] : [name]
    }
    #expect(summary.renamed.isEmpty && summary.ignored.count == 8)
    #expect(summary.description.contains("8 ignored (context_path.features.conv1.weight, …)"))
  }

  @Test func theWholeResNetAloneIsRead() throws {
    let summary = try load(extra: ["module.context_path.features.fc.weight"]) {
      ["module." + features($0).replacingOccurrences(of: "spatial", with: "saptial")]
    }
    #expect(summary.renamed.count == 12)
    #expect(summary.ignored == ["module.context_path.features.fc.weight"])
  }

  @Test func integersAndOtherFloatsAreConverted() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("types-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let store = ParameterStore()
    _ = Conv2d(store.scope(.training)["head"], 1, 2, kernel: 1)
    let bias = CheckpointItem(
      name: "head.bias", dtype: .float64, shape: [2], values: [0.5, -2] as [Double])
    for weight in [
      CheckpointItem(
        name: "head.weight", dtype: .int64, shape: [2, 1, 1, 1], values: [3, -4] as [Int64]),
      CheckpointItem(
        name: "head.weight", dtype: .bfloat16, shape: [2, 1, 1, 1],
        values: [0x4040, 0xC080] as [UInt16]),
      CheckpointItem(
        name: "head.weight", dtype: .float16, shape: [2, 1, 1, 1],
        values: [0x4200, 0xC400] as [UInt16]),
    ] {
      try writeSafetensors(to: path, entries: [weight, bias])
      try store.load(from: try openCheckpoint(at: path))
      #expect(store["head.weight"]?.parameter.value.floats == [3, -4])
      #expect(store["head.bias"]?.parameter.value.floats == [0.5, -2])
    }
  }
}
