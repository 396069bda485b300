#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file beside its place and renames it when it is whole and on the disk.
///
/// A reader sees the old file or the new one, never a part; a failure leaves the old one and
/// removes the new. Only a killed process leaves its temporary: a hidden file in the same folder
/// that ends in ``temporarySuffix``.
public struct AtomicFile: ~Copyable {
  /// How the names of unfinished files end.
  public static let temporarySuffix = ".partial"

  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private let systemWrite: SystemWrite
  private var isInPlace = false

  /// The call that writes: `write(2)`, or a test's failing stand-in.
  package typealias SystemWrite =
    @Sendable (Int32, UnsafeRawPointer, Int) -> (written: Int, errno: Int32)

  private init(
    path: String, temporaryPath: String, descriptor: Int32, systemWrite: @escaping SystemWrite
  ) {
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
    self.systemWrite = systemWrite
  }

  deinit {
    close(descriptor)
    if !isInPlace { unlink(temporaryPath) }
  }

  /// Writes what `body` appends to `path`, replacing a file that stands there.
  ///
  /// - Throws: ``CheckpointError/unwritable(path:reason:)``, or what `body` throws.
  public static func write(
    to path: String,
    _ body: (inout AtomicFile) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try write(to: path, through: posixWrite, body)
  }

  package static func write(
    to path: String, through systemWrite: @escaping SystemWrite,
    _ body: (inout AtomicFile) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let temporaryPath = try temporaryPath(for: path)
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemError(errno)) }
    var file = AtomicFile(
      path: path, temporaryPath: temporaryPath, descriptor: descriptor, systemWrite: systemWrite)
    try body(&file)
    try file.moveIntoPlace()
  }

  private static func temporaryPath(for path: String) throws(CheckpointError) -> String {
    let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    guard !name.isEmpty, name != ".", name != ".." else {
      throw .unwritable(path: path, reason: "the path names a folder, not a file")
    }
    let tag = String(UInt32.random(in: .min ... .max), radix: 16)
    return "\(path.dropLast(name.count)).\(name).\(tag)\(temporarySuffix)"
  }

  /// Appends bytes.
  ///
  /// - Throws: ``CheckpointError/unwritable(path:reason:)``, as on a full disk.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes
    while let start = rest.baseAddress, rest.count > 0 {
      let (written, number) = systemWrite(descriptor, start, rest.count)
      if written < 0 {
        if number == EINTR { continue }
        throw .unwritable(path: path, reason: systemError(number))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// Appends bytes, such as `Array(text.utf8)`.
  ///
  /// - Throws: ``CheckpointError/unwritable(path:reason:)``, as on a full disk.
  public func append(_ bytes: [UInt8]) throws(CheckpointError) {
    var failure: CheckpointError?
    bytes.withUnsafeBytes { buffer in
      do throws(CheckpointError) { try append(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private mutating func moveIntoPlace() throws(CheckpointError) {
    // The data must be on the disk before the name is: the other order can leave an empty file
    // under the right name after a power cut.
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw .unwritable(path: path, reason: systemError(errno))
    }
    isInPlace = true
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      // Some filesystems cannot sync a folder; the file is whole either way.
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }
}

private func posixWrite(
  _ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int
) -> (written: Int, errno: Int32) {
  let written = write(descriptor, start, count)
  return (written, written < 0 ? errno : 0)
}
