import Checkpoint
import FoundationEssentials
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every way in which a file can be wrong has its own error, and none is a crash.
@Suite struct DamagedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func error(_ bytes: [UInt8]) throws -> (error: CheckpointError, path: String) {
    let path = try folder.write(bytes)
    let error = try #require(
      throws: CheckpointError.self, performing: { try SafetensorsFile(contentsOf: path) })
    // One sentence that names the file.
    #expect(error.description.contains(path))
    #expect(error.description.hasSuffix("."))
    #expect(!error.description.contains("\n"))
    return (error, path)
  }

  private func error(header: String, data: [UInt8] = []) throws -> CheckpointError {
    try error(fileBytes(header: header, data: data)).error
  }

  private func tensor(
    _ name: String = "x", dtype: String = "U8", shape: String = "[4]", offsets: String = "[0,4]"
  ) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func aFileCutShort() throws {
    let whole = fileBytes(header: "{\(tensor())}", data: [1, 2, 3, 4])
    let (error, path) = try error(Array(whole.dropLast()))
    #expect(error == .cutShort(path: path, expected: whole.count, found: whole.count - 1))
    // Cut anywhere, it is never taken for whole.
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole.prefix(length)))
      #expect(throws: CheckpointError.self) { try SafetensorsFile(contentsOf: path) }
    }
  }

  @Test func bytesAfterTheEnd() throws {
    let bytes = fileBytes(header: "{\(tensor())}", data: [1, 2, 3, 4, 5])
    let (error, path) = try error(bytes)
    #expect(error == .trailingBytes(path: path, expected: bytes.count - 1, found: bytes.count))
  }

  @Test func aHeaderLongerThanTheFile() throws {
    var bytes = fileBytes(header: "{\(tensor())}", data: [1, 2, 3, 4])
    bytes[1] = 1
    let (error, path) = try error(bytes)
    let length = UInt64(bytes[0]) + 256
    #expect(
      error == .headerLongerThanFile(path: path, headerLength: length, fileLength: bytes.count))
    bytes.replaceSubrange(0..<8, with: [UInt8](repeating: 0xFF, count: 8))
    let largest = try self.error(bytes)
    #expect(
      largest.error
        == .headerLongerThanFile(path: path, headerLength: .max, fileLength: bytes.count))
  }

  @Test func aHeaderBeyondTheLimit() throws {
    // The file is long enough for it, but sparse.
    let length = 100_000_002
    let path = try folder.write(littleEndian(UInt64(length)) + Array("{".utf8))
    #expect(truncate(path, 8 + length) == 0)
    let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(contentsOf: path) }
    #expect(
      error == .headerTooLong(path: path, headerLength: UInt64(length), limit: 100_000_000))
  }

  @Test(arguments: [
    ("PK\u{3}\u{4}........", "zip archive, such as PyTorch's .pth"),
    ("\u{1F}..........", "no header length"),
    ("version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
    ("<!DOCTYPE html>", "web page"),
    ("{\"a\": 1, \"b\": 2}", "JSON text"),
    ("", "empty file"),
    ("abc", "only 3 bytes"),
  ])
  func aFileOfAnotherKind(content: String, words: String) throws {
    let (error, _) = try error(Array(content.utf8))
    guard case .notSafetensors = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains(words))
  }

  @Test func aPickle() throws {
    let start: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20]
    let (error, _) = try error(start)
    #expect(error.description.contains("pickle"))
  }

  @Test func aHeaderThatLooksLikeAPickleIsStillRead() throws {
    // A header of 640 bytes begins with the two bytes of a pickle.
    let json = "{\(tensor())}"
    let header = json + String(repeating: " ", count: 0x0280 - json.utf8.count)
    let path = try folder.write(fileBytes(header: header, data: [1, 2, 3, 4]))
    #expect(try SafetensorsFile(contentsOf: path).names == ["x"])
  }

  @Test func overlappingAndGappedOffsets() throws {
    let path = folder.file("file.safetensors")
    let overlap = "{\(tensor("a")),\(tensor("b", offsets: "[3,7]"))}"
    #expect(
      try error(header: overlap, data: .init(repeating: 0, count: 7))
        == .overlap(path: path, first: "a", second: "b"))
    let gap = "{\(tensor("a")),\(tensor("b", offsets: "[6,10]"))}"
    #expect(
      try error(header: gap, data: .init(repeating: 0, count: 10))
        == .gap(path: path, before: "b", byteCount: 2))
    #expect(
      try error(header: "{\(tensor(offsets: "[4,0]"))}", data: [1, 2, 3, 4])
        == .offsetsOutOfRange(path: path, name: "x", begin: 4, end: 0, dataLength: 4))
    #expect(
      try error(header: "{\(tensor(offsets: "[-4,0]"))}", data: [1, 2, 3, 4])
        == .offsetsOutOfRange(path: path, name: "x", begin: -4, end: 0, dataLength: 4))
  }

  @Test func offsetsAtTheEdgeOfTheIntegersDoNotTrap() throws {
    let path = folder.file("file.safetensors")
    let shape = "[\(Int.max)]"
    let first = tensor("a", shape: shape, offsets: "[0,\(Int.max)]")
    let error = try error(header: "{\(first)}")
    #expect(error.description.contains("is cut short"))
    #expect(
      try self.error(header: "{\(tensor(shape: "[\(Int.max),2]"))}")
        == .impossibleShape(path: path, name: "x", shape: "[\(Int.max), 2]"))
    #expect(
      try self.error(header: "{\(tensor(dtype: "F32", shape: "[\(Int.max / 2)]"))}")
        == .impossibleShape(path: path, name: "x", shape: "[\(Int.max / 2)]"))
    #expect(
      try self.error(header: "{\(tensor(shape: "[99999999999999999999]"))}")
        == .impossibleShape(path: path, name: "x", shape: "[99999999999999999999]"))
    #expect(
      try self.error(header: "{\(tensor(shape: "[-4]"))}", data: [1, 2, 3, 4])
        == .impossibleShape(path: path, name: "x", shape: "[-4]"))
    guard
      case .malformedHeader = try self.error(
        header: "{\(tensor(offsets: "[0,99999999999999999999]"))}")
    else {
      Issue.record("an offset beyond 64 bits was accepted")
      return
    }
  }

  @Test func wrongSizesTypesAndNames() throws {
    let path = folder.file("file.safetensors")
    let four: [UInt8] = [1, 2, 3, 4]
    #expect(
      try error(header: "{\(tensor(shape: "[5]"))}", data: four)
        == .wrongByteCount(path: path, name: "x", expected: 5, found: 4))
    #expect(
      try error(header: "{\(tensor(dtype: "Q4"))}", data: four)
        == .unknownElementType(path: path, name: "x", found: "Q4"))
    #expect(
      try error(header: "{\(tensor()),\(tensor(offsets: "[4,8]"))}", data: four + four)
        == .duplicateName(path: path, name: "x"))
  }

  @Test(arguments: [
    "{", "{\"x\"}", "{\"x\":}", "{\"x\":3}", "{\"x\":{}}", "{\"x\":{\"dtype\":\"U8\"}}", "{} {}",
    "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}", "{\"x\":{\"dtype\":\"U8\",}}",
    "{\"x\":{\"dtype\":\"U8\",\"shape\":[1.5],\"data_offsets\":[0]}}",
    "{\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,0.5]}}",
    "{\"\\ud800\":{}}", "{\"\\q\":{}}", "{\"\\u12g4\":{}}", "{\"\u{1}\":{}}", "{\"x",
    "{\"x\":{\"other\":tru}}", " {}",
  ])
  func aMalformedHeader(header: String) throws {
    let error = try error(header: header)
    switch error {
    case .malformedHeader: #expect(error.description.contains("malformed"))
    case .notSafetensors: #expect(header == " {}")
    default: Issue.record("\(error)")
    }
  }

  @Test func deepNestingAndBadTextAreRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    let nested = try error(header: "{\"x\":{\"other\":\(deep)")
    #expect(nested.description.contains("nested too deeply"))
    var bytes = fileBytes(header: "{\(tensor())}", data: [1, 2, 3, 4])
    bytes[10] = 0xFF
    #expect(try error(bytes).error.description.contains("UTF-8"))
  }

  @Test func pathsThatAreNoFiles() throws {
    for path in [folder.path, folder.file("absent"), "/dev/null"] {
      let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(contentsOf: path) }
      guard case .unreadable(path, _) = error else {
        Issue.record("\(path): \(String(describing: error))")
        continue
      }
    }
  }

  /// Thousands of mutations of a valid file: each opens whole or throws.
  @Test func mutatedFilesNeverCrash() throws {
    let header =
      #"{"__metadata__":{"format":"pt"},\#(tensor("a", dtype: "F32", shape: "[2,2]", offsets: "[0,16]")),"#
      + #"\#(tensor("b", dtype: "BF16", shape: "[3]", offsets: "[16,22]"))}"#
    let valid = fileBytes(header: header, data: (0..<22).map { UInt8($0) })
    var random = SplitMix(state: 7)
    let spice = Array("0123456789-+.eE{}[]\",:\\u ".utf8) + [0, 0x7F, 0x80, 0xFF]
    var opened = 0
    var refused = 0
    for _ in 0..<6000 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[index] = spice.randomElement(using: &random)!
        case 2: bytes.insert(spice.randomElement(using: &random)!, at: index)
        case 3: bytes.remove(at: index)
        default: bytes.removeLast(Int.random(in: 0..<min(bytes.count, 30), using: &random))
        }
      }
      let path = try folder.write(bytes)
      do {
        let file = try SafetensorsFile(contentsOf: path)
        for name in file.names {
          let entry = try #require(file.entry(name))
          let sum = try file.withBytes(of: name) { $0.reduce(0) { $0 + Int($1) } }
          #expect(sum <= 255 * entry.byteCount)
        }
        opened += 1
      } catch let error as CheckpointError {
        #expect(!error.description.isEmpty)
        refused += 1
      }
    }
    // Mutated values and names still open; most of the rest must not.
    #expect(opened > 100)
    #expect(refused > 3000)
  }
}

/// A small generator that gives the same numbers everywhere.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
