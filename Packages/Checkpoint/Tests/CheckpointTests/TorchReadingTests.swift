import Checkpoint
import Testing

/// The files of `Golden/make_pth.py`, which PyTorch wrote.
@Suite struct TorchReadingTests {
  /// Element i, as the script fills them.
  private func values(_ count: Int) -> [Float] { (0..<count).map { (Float($0) - 3) * 0.75 } }

  @Test(arguments: [
    "zip.pth", "legacy.pth", "protocol4.pth", "protocol4-legacy.pth", "deflated.pth", "nested.pth",
  ])
  func everyFormHoldsTheSameTensors(name: String) throws {
    let file = try openCheckpoint(at: golden(name))
    #expect(
      file.names == [
        "conv.weight", "bn.running_var", "half", "bfloat16", "bn.num_batches_tracked", "flags",
        "bytes", "empty",
      ])
    let types = file.names.compactMap { file.entry($0)?.dtype }
    #expect(
      types == [.float32, .float64, .float16, .bfloat16, .int64, .bool, .uint8, .float32])
    #expect(file.entry("conv.weight")?.shape == [2, 3, 2, 1])
    #expect(try file.floats(of: "conv.weight") == values(12))
    #expect(try file.floats(of: "bn.running_var") == values(4))
    #expect(try file.floats(of: "half") == values(5))
    #expect(try file.floats(of: "bfloat16") == values(5))
    #expect(file.entry("bn.num_batches_tracked")?.shape == [])
    let tracked = try file.withBytes(of: "bn.num_batches_tracked") {
      $0.loadUnaligned(as: Int64.self)
    }
    #expect(tracked == 70000)
    #expect(try file.withBytes(of: "flags") { Array($0) } == [1, 0, 1])
    #expect(try file.withBytes(of: "bytes") { Array($0) } == [0, 1, 255])
    #expect(file.entry("empty")?.shape == [0, 3])
    #expect(try file.floats(of: "empty").isEmpty)
    #expect(file.entry("fc") == nil)
    #expect(throws: CheckpointError.self) { try file.floats(of: "conv.bias") }
  }

  @Test(arguments: ["views.pth", "views-legacy.pth"])
  func viewsAreReadByTheirOffsetAndStrides(name: String) throws {
    let file = try openCheckpoint(at: golden(name))
    let base = values(24)
    #expect(try file.floats(of: "base") == base)
    #expect(file.entry("transposed")?.shape == [6, 4])
    #expect(
      try file.floats(of: "transposed")
        == (0..<24).map { base[$0 % 4 * 6 + $0 / 4] })
    #expect(
      try file.floats(of: "columns")
        == (0..<12).map { base[$0 / 3 * 6 + $0 % 3 * 2 + 1] })
    #expect(try file.floats(of: "corner") == [16, 17, 22, 23].map { base[$0] })
    #expect(file.entry("permuted")?.shape == [4, 2, 3])
    #expect(try file.floats(of: "permuted") == (0..<24).map { base[$0 % 6 * 4 + $0 / 6] })
    #expect(try file.floats(of: "row") == Array(base[18...]))
  }

  @Test func aWrappedModelKeepsItsNames() throws {
    let file = try openCheckpoint(at: golden("dataparallel.pth"))
    #expect(
      file.names == [
        "module.conv.weight", "module.conv.bias", "module.bn.weight", "module.bn.bias",
        "module.bn.running_mean", "module.bn.running_var", "module.bn.num_batches_tracked",
      ])
    #expect(try file.floats(of: "module.conv.bias") == values(2))
    #expect(file.origin == nil)
  }

  @Test func theStateDictIsFoundAndNamed() throws {
    let nested = try openCheckpoint(at: golden("nested.pth"))
    #expect(
      nested.origin
        == "'state_dict' (beside 'epoch', 'best', 'arch', 'optimizer', …)")
    #expect(nested.metadata == ["epoch": "7", "best": "0.5", "arch": "small"])
    let model = try openCheckpoint(at: golden("model.pth"))
    #expect(model.origin == "'model' (beside 'done')")
    #expect(try model.floats(of: "w") == values(3))
    let unusual = try openCheckpoint(at: golden("unusual.pth"))
    #expect(unusual.origin == "'weights_of_it' (beside 'epoch')")
    #expect(unusual.names == ["w"])
    #expect(try openCheckpoint(at: golden("zip.pth")).origin == nil)
  }
}

/// The path of a file of `Golden/`.
func golden(_ name: String) -> String {
  "\(#filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })/Golden/\(name)"
}
