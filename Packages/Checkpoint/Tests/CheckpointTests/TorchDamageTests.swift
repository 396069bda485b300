import Checkpoint
import FoundationEssentials
import Testing

/// Every way in which a `.pth` can be wrong is one sentence that names the file and the fault.
@Suite struct TorchDamageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sentence(_ path: String) throws -> String {
    let error = #expect(throws: CheckpointError.self, "\(path)") {
      let file = try openCheckpoint(at: path)
      for name in file.names { _ = try file.withBytes(of: name) { $0.count } }
    }
    let sentence = try #require(error).description
    #expect(sentence.contains("'\(path)'") && sentence.hasSuffix(".") && !sentence.contains("\n"))
    return sentence
  }

  @Test(arguments: [
    ("os-system", "asks for Python's 'posix.system', which is neither a tensor nor a plain"),
    ("eval", "asks for Python's 'builtins.eval'"),
    ("module", "asks for Python's '__main__.Wrapped'"),
    ("storage-class", "asks for Python's 'torch.ComplexFloatStorage'"),
    ("cut", "its directory at the end is missing, so it is cut short; copy or download it again"),
    ("cut-legacy", "is cut short: it has 1359 bytes where its header promises"),
    ("short-storage", "gives the tensor 'w' a storage of 4 elements where 8 are needed"),
    ("missing-storage", "gives the tensor 'w' a storage of 0 elements where 4 are needed"),
    ("view", "gives the tensor 'w' a storage of 4 elements where 5 are needed"),
    ("offset", "gives the tensor 'w' a storage of 4 elements where 5 are needed"),
    ("expanded", "a storage of 4 elements where 1099511627776 are needed"),
    ("overflow", "gives the tensor 'w' the shape [1099511627776, 1099511627776], whose size"),
    ("negative", "gives the tensor 'w' the shape [-2], whose size cannot be counted"),
    ("big-endian", "was written on a big-endian machine"),
    ("crc", "its record 'zip/data/0' has the CRC-32"),
    ("opcode", "has the pickle opcode 0x6c at its byte 3, which no state dict needs"),
    ("long", "it has an integer of 2147483647 bytes"),
    ("text", "4294967295 bytes should follow and 4 are left"),
    ("text8", "9223372036854775807 bytes should follow and 4 are left"),
    ("memo", "it recalls what it never stored"),
    ("cycle", "holds no state dict but a list"),
    ("dict-cycle", "holds no state dict but dicts in dicts"),
    ("deep", "holds no state dict but a tuple"),
    ("doubling", "holds no state dict but a tuple"),
    ("repeated", "its dicts and shapes hold more than 1000000 members"),
    ("repeated-shape", "its dicts and shapes hold more than 1000000 members"),
    ("tensor", "holds no state dict but a list"),
    ("empty", "holds no state dict but an empty dict"),
    ("other", "is not a file of torch.save: it is a zip archive without the record data.pkl"),
    ("pickle", "is not a file of torch.save: it is a pickle that torch.save did not write"),
  ])
  func aHostileOrDamagedFile(name: String, words: String) throws {
    let sentence = try sentence(golden("bad-\(name).pth"))
    #expect(sentence.contains(words), "\(sentence)")
  }

  @Test func noFileOfTheFolderIsLeftOut() throws {
    let all = try FileManager.default.contentsOfDirectory(atPath: golden(""))
    #expect(all.filter { $0.hasPrefix("bad-") }.count == 30)
  }

  /// Cut anywhere, a file is never taken for whole.
  @Test(arguments: ["zip.pth", "legacy.pth", "deflated.pth"])
  func aFileCutAnywhere(name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: golden(name))))
    for length in stride(from: 0, to: whole.count, by: 7) {
      let path = try folder.write(Array(whole.prefix(length)), as: "cut.pth")
      #expect(throws: CheckpointError.self, "\(length)") { try openCheckpoint(at: path) }
    }
  }

  @Test func anArchiveThatPromisesTooMuchIsRefusedBeforeMemoryIsTaken() throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: golden("deflated.pth"))))
    // The first record of the directory: its size once inflated, at 24.
    let place = try #require(
      bytes.indices.dropLast(4).first { Array(bytes[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] })
    bytes.replaceSubrange(place + 24..<place + 28, with: [0xF0, 0xFF, 0xFF, 0xFF])
    let path = try folder.write(bytes, as: "bomb.pth")
    #expect(try sentence(path).contains("does not inflate to 4294967280 bytes"))
  }
}
