import Checkpoint
import FoundationEssentials
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct WritingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func item(_ name: String, _ values: [Float]) -> CheckpointItem {
    CheckpointItem(name: name, dtype: .float32, shape: [values.count], values: values)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func theBytesAreTheFormats() throws {
    let path = folder.file("a.safetensors")
    try writeSafetensors(
      to: path, metadata: ["format": "pt"],
      entries: [CheckpointItem(name: "x", dtype: .uint8, shape: [1, 2], values: [UInt8(7), 9])])
    let json =
      #"{"__metadata__":{"format":"pt"},"x":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]}}"#
    let padded = json + String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
    #expect(padded.utf8.count % 8 == 0)
    #expect(try bytes(path) == fileBytes(header: padded, data: [7, 9]))
    #expect(try folder.contents() == ["a.safetensors"])
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let path = folder.file("a.safetensors")
    let metadata = ["quote\"\\": "line\nbreak \u{1} ä😀", "empty": ""]
    let values = (0..<1000).map { Float($0) * 0.37 - 100 }
    try writeSafetensors(
      to: path, metadata: metadata,
      entries: [
        CheckpointItem(name: "odd", dtype: .uint8, shape: [3], values: [UInt8(1), 2, 3]),
        CheckpointItem(name: "weights", dtype: .float32, shape: [10, 100], values: values),
        CheckpointItem(name: "scalar", dtype: .int64, shape: [], values: [Int64.min]),
        CheckpointItem(name: "none", dtype: .float64, shape: [0], values: [Double]()),
        CheckpointItem(name: "ünïcode \"name\"", dtype: .bool, shape: [1], values: [true]),
      ])
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == metadata)
    // By falling element size, so that every tensor is aligned.
    #expect(file.names == ["scalar", "none", "weights", "odd", "ünïcode \"name\""])
    #expect(try file.floats(of: "weights") == values)
    #expect(try file.withBytes(of: "scalar") { $0.loadUnaligned(as: Int64.self) } == .min)
    #expect(try file.withBytes(of: "odd") { Array($0) } == [1, 2, 3])
    for name in file.names {
      let size = try #require(file.entry(name)).dtype.size
      let address = try file.withBytes(of: name) { Int(bitPattern: $0.baseAddress) }
      #expect(address % size == 0)
    }
  }

  @Test func anEmptyFileIsAFile() throws {
    let path = folder.file("a.safetensors")
    try writeSafetensors(to: path, entries: [])
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.names.isEmpty && file.metadata.isEmpty)
  }

  @Test func bytesAreAskedForOnceInTurnAndInPieces() throws {
    let asked = Mutex<[String]>([])
    func streamed(_ name: String) -> CheckpointItem {
      CheckpointItem(name: name, dtype: .uint8, shape: [4]) { append in
        asked.withLock { $0.append(name) }
        [UInt8(1), 2].withUnsafeBytes { append($0) }
        [UInt8(3), 4].withUnsafeBytes { append($0) }
      }
    }
    let path = folder.file("a.safetensors")
    try writeSafetensors(to: path, entries: [streamed("b"), streamed("a")])
    #expect(asked.withLock { $0 } == ["b", "a"])
    #expect(try SafetensorsFile(contentsOf: path).withBytes(of: "a") { Array($0) } == [1, 2, 3, 4])
  }

  @Test(arguments: [0, 20, 90])
  func aFullDiskLeavesTheOldFileAndNothingElse(room: Int) throws {
    let path = folder.file("a.safetensors")
    try writeSafetensors(to: path, entries: [item("old", [1])])
    let before = try bytes(path)
    let written = Mutex(0)
    let error = #expect(throws: CheckpointError.self) {
      try AtomicFile.write(
        to: path,
        through: { descriptor, start, count in
          written.withLock { total in
            let part = min(count, room - total)
            if part <= 0 { return (-1, ENOSPC) }
            total += part
            return (write(descriptor, start, part), 0)
          }
        }
      ) { file throws(CheckpointError) in
        try writeSafetensors(
          to: file, path: path, metadata: [:], entries: [item("new", [1, 2, 3, 4, 5, 6, 7, 8])])
      }
    }
    #expect(error == .unwritable(path: path, reason: "No space left on device"))
    #expect(error?.description.contains("free space") == true)
    #expect(try bytes(path) == before)
    #expect(try folder.contents() == ["a.safetensors"])
  }

  @Test func shortAndInterruptedWritesAreContinued() throws {
    let path = folder.file("a.safetensors")
    let calls = Mutex(0)
    let values = (0..<50).map { Float($0) }
    try AtomicFile.write(
      to: path,
      through: { descriptor, start, count in
        let call = calls.withLock { calls in
          calls += 1
          return calls
        }
        return call % 3 == 0 ? (-1, EINTR) : (write(descriptor, start, min(count, 7)), 0)
      }
    ) { file throws(CheckpointError) in
      try writeSafetensors(to: file, path: path, metadata: [:], entries: [item("x", values)])
    }
    #expect(try SafetensorsFile(contentsOf: path).floats(of: "x") == values)
  }

  @Test func foldersThatCannotBeWrittenGiveASentence() throws {
    let file = try folder.write([1], as: "file")
    // Nobody, not even the superuser, can make files in these.
    for path in [folder.file("absent/a"), file + "/a", "/proc/a.safetensors", folder.path + "/"] {
      let error = #expect(throws: CheckpointError.self) {
        try writeSafetensors(to: path, entries: [])
      }
      guard case .unwritable(path, let reason) = error else {
        Issue.record("\(path): \(String(describing: error))")
        continue
      }
      #expect(!reason.isEmpty)
    }
    #expect(try folder.contents() == ["file"])
  }

  @Test func aFolderOfThatNameStays() throws {
    let path = folder.file("taken")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: CheckpointError.self) { try writeSafetensors(to: path, entries: []) }
    #expect(try folder.contents() == ["taken"])
  }

  @Test func contentThatMakesNoFileIsRefused() throws {
    let path = folder.file("a.safetensors")
    try writeSafetensors(to: path, entries: [item("old", [1])])
    let before = try bytes(path)
    let short = CheckpointItem(name: "x", dtype: .float32, shape: [2], values: [Float(1)])
    let long = CheckpointItem(name: "x", dtype: .float32, shape: [1], values: [Float(1), 2])
    let negative = CheckpointItem(name: "x", dtype: .uint8, shape: [-1], values: [UInt8]())
    let huge = CheckpointItem(name: "x", dtype: .uint8, shape: [.max, 2], values: [UInt8]())
    let reserved = item("__metadata__", [1])
    for items in [[short], [long], [negative], [huge], [reserved], [item("x", []), item("x", [])]] {
      let error = #expect(throws: CheckpointError.self) {
        try writeSafetensors(to: path, entries: items)
      }
      guard case .invalidContent = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(try bytes(path) == before)
    #expect(try folder.contents() == ["a.safetensors"])
  }

  @Test func aRelativePathIsWrittenInTheCurrentFolder() throws {
    let name = "relative-\(UUID().uuidString).safetensors"
    try writeSafetensors(to: name, entries: [item("x", [1])])
    defer { unlink(name) }
    #expect(try SafetensorsFile(contentsOf: "./" + name).names == ["x"])
  }
}
