import Checkpoint
import Foundation
import NN
import Tensor
import Testing

@Suite struct ParameterStoreTests {
  private func build(_ store: ParameterStore, _ mode: Scope.Mode = .training) {
    let scope = store.scope(mode)["path"]
    _ = ConvolutionBatchNorm(
      convolution: scope["conv1"], norm: scope["bn1"], 3, 8, kernel: 3, padding: 1)
    _ = Conv2d(store.scope(mode)["head"], 8, 2, kernel: 1)
  }

  private func made(seed: UInt64 = 0) -> ParameterStore {
    let store = ParameterStore(seed: seed)
    build(store)
    return store
  }

  private func values(_ store: ParameterStore) -> [[Float]] {
    store.entries.map(\.parameter.value.floats)
  }

  private func temporary(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nn-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func namesAreThoseOfAStateDictInTheOrderOfBuilding() {
    let store = made()
    #expect(
      store.entries.map(\.parameter.name) == [
        "path.conv1.weight", "path.bn1.weight", "path.bn1.bias", "path.bn1.running_mean",
        "path.bn1.running_var", "path.bn1.num_batches_tracked", "head.weight", "head.bias",
      ])
    #expect(
      store.parameters.map(\.name) == [
        "path.conv1.weight", "path.bn1.weight", "path.bn1.bias", "head.weight", "head.bias",
      ])
    #expect(store.parameterCount == 8 * 27 + 8 + 8 + 16 + 2)
    #expect(store["path.bn1.running_var"]?.role == .statistic)
    #expect(store["path.bn1.num_batches_tracked"]?.role == .counter)
    #expect(store["bn1.weight"] == nil)
  }

  @Test func buildingTwiceSharesTheParameters() throws {
    let store = made()
    let before = store.entries.map { ObjectIdentifier($0.parameter) }
    build(store, .inference)
    #expect(store.entries.map { ObjectIdentifier($0.parameter) } == before)
  }

  @Test func aCheckpointBringsEveryTensorBack() throws {
    try temporary { folder in
      let store = made(seed: 1)
      fill(store)
      let counter = try #require(store["path.bn1.num_batches_tracked"]).parameter
      counter.update(Tensor(70_000))
      let path = "\(folder)/a.safetensors"
      try writeSafetensors(to: path, entries: store.checkpointItems)
      let file = try openCheckpoint(at: path)
      #expect(Set(file.names) == Set(store.entries.map(\.parameter.name)))
      let entry = try #require(file.entry("path.bn1.num_batches_tracked"))
      #expect(entry.dtype == .int64 && entry.shape == [])
      let count = try file.withBytes(of: entry.name) { $0.loadUnaligned(as: Int64.self) }
      #expect(count == 70_000)

      let other = made(seed: 2)
      #expect(values(other) != values(store))
      let summary = try other.load(from: file)
      #expect(values(other) == values(store))
      #expect(summary.loaded == 8 && summary.expected == 8 && summary.ignored.isEmpty)
      #expect(summary.description == "\(path): 8 of 8 tensors loaded")
    }
  }

  /// Writes the store's items, changed, and loads them into another store, which must stay as it is.
  private func loadError(
    changing change: ([CheckpointItem]) -> [CheckpointItem]
  ) throws -> LoadError? {
    var found: LoadError?
    try temporary { folder in
      let path = "\(folder)/changed.safetensors"
      try writeSafetensors(to: path, entries: change(made(seed: 1).checkpointItems))
      let store = made(seed: 2)
      let before = values(store)
      found = #expect(throws: LoadError.self) { try store.load(from: try openCheckpoint(at: path)) }
      #expect(values(store) == before)
    }
    return found
  }

  @Test func missingTensorsAreCountedAndNothingIsChanged() throws {
    let error = try #require(
      try loadError { $0.filter { !$0.name.hasPrefix("head") } })
    guard case .missing(_, let name, let count, let expected) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(name == "head.weight" && count == 2 && expected == 8)
    #expect(
      error.description.contains("lacks 2 of the network's 8 tensors, the first 'head.weight'"))
    #expect(!error.description.contains("\n"))
  }

  /// The last tensor is wrong: those before it must not have been taken.
  @Test func aWrongShapeChangesNothing() throws {
    let error = try #require(
      try loadError { items in
        items.filter { $0.name != "head.bias" }
          + [
            CheckpointItem(
              name: "head.bias", dtype: .float32, shape: [3], values: [1, 2, 3 as Float])
          ]
      })
    guard case .wrongShape(_, let name, let found, let expected) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(name == "head.bias" && found == [3] && expected == [2])
  }

  @Test func aValueThatIsNotFiniteChangesNothing() throws {
    let error = try loadError { items in
      items.filter { $0.name != "head.bias" }
        + [
          CheckpointItem(
            name: "head.bias", dtype: .float32, shape: [2], values: [1, -.infinity as Float])
        ]
    }
    #expect(
      error?.description.contains("has 'head.bias' with the value -inf at element 1") == true,
      "\(String(describing: error))")
  }

  /// As many elements in another arrangement is another tensor.
  @Test func aTransposedShapeIsWrong() throws {
    let error = try loadError { items in
      items.filter { $0.name != "head.weight" } + [
        CheckpointItem(
          name: "head.weight", dtype: .float32, shape: [8, 2, 1, 1],
          values: [Float](repeating: 0, count: 16))
      ]
    }
    guard case .wrongShape = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func countersMayBeMissingOrFloatsAndOtherTensorsAreNamedInOneLine() throws {
    try temporary { folder in
      let path = "\(folder)/old.safetensors"
      let extra = ["fc.weight", "fc.bias", "x"].map {
        CheckpointItem(name: $0, dtype: .float32, shape: [1], values: [1 as Float])
      }
      let items = made(seed: 1).checkpointItems.filter { !$0.name.hasSuffix("tracked") }
      try writeSafetensors(to: path, entries: items + extra)
      let store = made(seed: 2)
      let summary = try store.load(from: try openCheckpoint(at: path))
      #expect(summary.loaded == 7 && summary.expected == 8)
      #expect(Set(summary.ignored) == ["fc.weight", "fc.bias", "x"])
      #expect(summary.missing == ["path.bn1.num_batches_tracked"])
      #expect(
        summary.description.hasSuffix(
          "7 of 8 tensors loaded, 3 ignored (\(summary.ignored[0]), …), 1 missing "
            + "(path.bn1.num_batches_tracked)"))
      #expect(store["path.bn1.num_batches_tracked"]?.parameter.value.item == 0)

      let counter = CheckpointItem(
        name: "path.bn1.num_batches_tracked", dtype: .float32, shape: [], values: [12 as Float])
      try writeSafetensors(to: path, entries: items + [counter])
      try store.load(from: try openCheckpoint(at: path))
      #expect(store["path.bn1.num_batches_tracked"]?.parameter.value.item == 12)
    }
  }

  @Test func namesCanBeTranslatedAndLeftOut() throws {
    try temporary { folder in
      let path = "\(folder)/renamed.safetensors"
      let source = made(seed: 1)
      let items = source.checkpointItems.filter { $0.name.hasPrefix("path.") }.map { item in
        CheckpointItem(
          name: "module." + item.name, dtype: item.dtype, shape: item.shape, bytes: item.bytes)
      }
      try writeSafetensors(to: path, entries: items)
      let store = made(seed: 2)
      let head = store["head.weight"]?.parameter.value.floats
      let summary = try store.load(from: try openCheckpoint(at: path)) { name in
        name.hasPrefix("path.") ? "module." + name : nil
      }
      #expect(summary.loaded == 6 && summary.expected == 6)
      #expect(store["head.weight"]?.parameter.value.floats == head)
      #expect(
        store["path.conv1.weight"]?.parameter.value.floats
          == source["path.conv1.weight"]?.parameter.value.floats)
    }
  }
}
