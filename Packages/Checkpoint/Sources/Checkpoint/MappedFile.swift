#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A whole file mapped read-only; unmapped with the last reference.
///
/// The mapping stays valid when the file is replaced by a rename, which is how this package
/// writes. A file that is truncated in place while mapped cannot be defended against.
final class MappedFile: Sendable {
  // Immutable bytes at a fixed address for the life of the object: sharing the pointer is safe.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?
  let count: Int
  private let isMapped: Bool

  /// A copy of bytes in memory, in a block of exactly their size, so that a sanitizer sees every
  /// read beyond them; for the fuzz driver.
  init(copying bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    copy.copyBytes(from: bytes)
    base = bytes.isEmpty ? nil : copy.baseAddress
    if bytes.isEmpty { copy.deallocate() }
    count = bytes.count
    isMapped = false
  }

  /// Maps the regular file at `path`.
  init(path: String) throws(CheckpointError) {
    // Non-blocking, so that opening a pipe fails by its kind instead of waiting for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemError(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: systemError(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is no regular file"
      throw .unreadable(path: path, reason: kind)
    }
    count = Int(status.st_size)
    isMapped = true
    if count == 0 {
      base = nil
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      throw .unreadable(path: path, reason: systemError(errno))
    }
    base = address
  }

  deinit {
    guard let base else { return }
    if isMapped { munmap(base, count) } else { base.deallocate() }
  }

  /// Gives all bytes; they must not escape.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : count))
  }
}

/// The system's words for an error number, such as "No space left on device".
func systemError(_ number: Int32) -> String {
  String(cString: strerror(number))
}
