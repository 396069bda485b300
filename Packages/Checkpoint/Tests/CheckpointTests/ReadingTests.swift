import Checkpoint
import FoundationEssentials
import Testing

@Suite struct ReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What the Python library writes for a float32 matrix, an int64 scalar and an empty tensor.
  @Test func readsAFileAsTheReferenceLibraryWritesIt() throws {
    let header =
      #"{"__metadata__":{"format":"pt"},"#
      + #""steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"#
      + #""conv.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"#
      + #""none":{"dtype":"F32","shape":[0,4],"data_offsets":[32,32]}}       "#
    let floats: [Float] = [1, -2.5, 0, .infinity, .leastNonzeroMagnitude, 3.25]
    let data = littleEndian(Int64(-7)) + floats.flatMap { littleEndian($0.bitPattern) }
    let path = try folder.write(fileBytes(header: header, data: data))

    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == ["format": "pt"])
    #expect(file.names == ["steps", "conv.weight", "none"])
    let entry = try #require(file.entry("conv.weight"))
    #expect(entry.dtype == .float32)
    #expect(entry.shape == [2, 3])
    #expect(entry.byteCount == 24)
    #expect(entry.elementCount == 6)
    #expect(try file.floats(of: "conv.weight") == floats)
    #expect(try file.floats(of: "none") == [])
    #expect(file.entry("steps")?.elementCount == 1)
    let steps = try file.withBytes(of: "steps") { $0.loadUnaligned(as: Int64.self) }
    #expect(steps == -7)
    #expect(file.entry("absent") == nil)
  }

  @Test func namesFollowTheDataAndNotTheHeader() throws {
    let header =
      #"{"second":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"#
      + #""first":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"later field":[{"a":null}]}}"#
    let file = try SafetensorsFile(
      contentsOf: folder.write(fileBytes(header: header, data: [4, 5, 6])))
    #expect(file.names == ["first", "second"])
    #expect(try file.withBytes(of: "first") { Array($0) } == [4, 5])
  }

  @Test func convertsEveryFloatingTypeAtUnalignedAddresses() throws {
    let header =
      #"{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
      + #""double":{"dtype":"F64","shape":[1],"data_offsets":[1,9]},"#
      + #""half":{"dtype":"F16","shape":[2],"data_offsets":[9,13]},"#
      + #""brain":{"dtype":"BF16","shape":[2],"data_offsets":[13,17]}}"#
    let data =
      [0] + littleEndian((-0.1).bitPattern) + littleEndian(UInt16(0x3C01), 0x8001)
      + littleEndian(UInt16(0x3F80), 0xC040)
    let file = try SafetensorsFile(contentsOf: folder.write(fileBytes(header: header, data: data)))
    #expect(try file.floats(of: "double") == [Float(-0.1)])
    #expect(try file.floats(of: "half") == [1 + 0x1p-10, -0x1p-24])
    #expect(try file.floats(of: "brain") == [1, -3])
    #expect(throws: CheckpointError.notNumeric(path: file.path, name: "pad", found: .uint8)) {
      try file.floats(of: "pad")
    }
  }

  #if os(Linux)
    @Test func everyHalfPrecisionValueIsTheProcessorsOwn() throws {
      let patterns = (0...UInt16.max).map { $0 }
      let path = folder.file("half.safetensors")
      try writeSafetensors(
        to: path,
        entries: [
          CheckpointItem(name: "x", dtype: .float16, shape: [65536], values: patterns)
        ])
      let floats = try SafetensorsFile(contentsOf: path).floats(of: "x")
      let wrong = zip(floats, patterns).filter { float, pattern in
        let expected = Float(Float16(bitPattern: pattern))
        return float.bitPattern != expected.bitPattern && !(float.isNaN && expected.isNaN)
      }
      #expect(wrong.isEmpty)
    }
  #endif

  @Test func readsIntoMemoryThatIsThere() throws {
    let path = folder.file("a.safetensors")
    let item = CheckpointItem(name: "x", dtype: .float32, shape: [3], values: [Float(1), 2, 3])
    try writeSafetensors(to: path, entries: [item])
    let file = try openCheckpoint(at: path)
    var values = [Float](repeating: 0, count: 3)
    try values.withUnsafeMutableBufferPointer { try file.readFloats(of: "x", into: $0) }
    #expect(values == [1, 2, 3])
  }

  @Test func aMissingTensorIsNamedWithTheNearest() throws {
    let path = folder.file("a.safetensors")
    let item = CheckpointItem(
      name: "module.conv1.weight", dtype: .uint8, shape: [1], values: [UInt8(1)])
    try writeSafetensors(to: path, entries: [item])
    let file = try SafetensorsFile(contentsOf: path)
    let error = #expect(throws: CheckpointError.self) { try file.floats(of: "conv1.weight") }
    #expect(
      error
        == .missingTensor(path: path, name: "conv1.weight", nearest: "module.conv1.weight"))
  }

  @Test func textsAreReadWithTheirEscapes() throws {
    let header =
      #"{"__metadata__":{"a\"\\\/\n\t":"\u00e4\ud83d\ude00é"},"#
      + #""\u0077":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}"#
    let file = try SafetensorsFile(contentsOf: folder.write(fileBytes(header: header, data: [1])))
    #expect(file.metadata == ["a\"\\/\n\t": "ä😀é"])
    #expect(file.names == ["w"])
  }

  @Test func theMappingOutlivesAReplacement() throws {
    let path = folder.file("a.safetensors")
    func write(_ value: Float) throws {
      try writeSafetensors(
        to: path,
        entries: [CheckpointItem(name: "x", dtype: .float32, shape: [1], values: [value])])
    }
    try write(1)
    let old = try SafetensorsFile(contentsOf: path)
    try write(2)
    #expect(try old.floats(of: "x") == [1])
    #expect(try SafetensorsFile(contentsOf: path).floats(of: "x") == [2])
  }
}
