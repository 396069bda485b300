import Foundation

/// A file system of its own in memory, which can be full or read-only whoever asks; only where the
/// tests may mount one.
final class MemoryDisk {
  /// Whether mounting works here. It needs Linux and the superuser.
  static let isPossible = (try? MemoryDisk(kilobytes: 64)) != nil

  /// Why tests with one are skipped.
  static let reason = "mounting a tmpfs is not permitted here"

  /// The folder that holds the mounted folder `disk`.
  let folder: TestFolder

  /// Mounts one.
  ///
  /// - Throws: `Refused` where the system does not permit it.
  init(kilobytes: Int) throws {
    folder = try TestFolder()
    try folder.makeFolder("disk")
    try Self.call("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "none", folder.file("disk"))
  }

  deinit { try? Self.call("umount", "-l", folder.file("disk")) }

  /// Gives it another size.
  func resize(kilobytes: Int) throws {
    try Self.call("mount", "-o", "remount,size=\(kilobytes)k", folder.file("disk"))
  }

  /// Lets nobody write to it any more.
  func makeReadOnly() throws {
    try Self.call("mount", "-o", "remount,ro", folder.file("disk"))
  }

  private struct Refused: Error {}

  private static func call(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw Refused() }
  }
}
