import Checkpoint
import FoundationEssentials
import Testing

@Suite struct TorchWritingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let items = [
    CheckpointItem(
      name: "conv.weight", dtype: .float32, shape: [2, 3],
      values: [1, 2, 3, 4, 5, 6.5] as [Float]),
    CheckpointItem(
      name: "num_batches_tracked", dtype: .int64, shape: [], values: [70000 as Int64]),
    CheckpointItem(name: "empty", dtype: .float64, shape: [0, 2], values: [] as [Double]),
    CheckpointItem(name: "ümläut", dtype: .bfloat16, shape: [1], values: [0x3F80 as UInt16]),
  ]

  @Test func whatIsWrittenIsReadBack() throws {
    let path = folder.file("a.pth")
    try writeTorchArchive(to: path, metadata: ["epoch": "3", "note": "ä"], entries: items)
    let file = try openCheckpoint(at: path)
    #expect(file is TorchFile)
    #expect(file.names == items.map(\.name))
    #expect(file.metadata == ["epoch": "3", "note": "ä"])
    #expect(file.origin == nil)
    #expect(try file.floats(of: "conv.weight") == [1, 2, 3, 4, 5, 6.5])
    #expect(file.entry("conv.weight")?.shape == [2, 3])
    #expect(
      try file.withBytes(of: "num_batches_tracked") { $0.loadUnaligned(as: Int64.self) } == 70000)
    #expect(file.entry("empty")?.shape == [0, 2])
    #expect(try file.floats(of: "ümläut") == [1])
    #expect(try folder.contents() == ["a.pth"])
  }

  /// PyTorch maps storages from 64-byte boundaries.
  @Test func everyStorageBeginsAtAMultipleOf64() throws {
    let path = folder.file("a.pth")
    let values: [Float] = [1234.5, -8, 16]
    let weights = (0..<9).map {
      CheckpointItem(name: "w\($0)", dtype: .float32, shape: [3], values: values)
    }
    try writeTorchArchive(to: path, entries: weights)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let wanted = values.withUnsafeBytes { Array($0) }
    let places = bytes.indices.dropLast(12).filter { Array(bytes[$0..<$0 + 12]) == wanted }
    #expect(places.count == 9)
    #expect(places.allSatisfy { $0.isMultiple(of: 64) })
  }

  @Test func whatCannotBeWrittenLeavesWhatStoodThere() throws {
    let path = try folder.write([1, 2, 3], as: "a.pth")
    let impossible: [([CheckpointItem], String)] = [
      ([items[0], items[0]], "the tensor name 'conv.weight' is given twice"),
      (
        [CheckpointItem(name: "u", dtype: .uint64, shape: [1], values: [1 as UInt64])],
        "no storage of U64"
      ),
      (
        [CheckpointItem(name: "s", dtype: .float32, shape: [2], values: [1 as Float])],
        "gave 4 bytes where shape [2] of F32 has 8"
      ),
      (
        [CheckpointItem(name: "n", dtype: .float32, shape: [-1], values: [] as [Float])],
        "the impossible shape [-1]"
      ),
    ]
    for (items, words) in impossible {
      let error = #expect(throws: CheckpointError.self) {
        try writeTorchArchive(to: path, entries: items)
      }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == [1, 2, 3])
    #expect(try folder.contents() == ["a.pth"])
    #expect(throws: CheckpointError.self) {
      try writeTorchArchive(to: folder.file("absent/a.pth"), entries: items)
    }
  }
}
