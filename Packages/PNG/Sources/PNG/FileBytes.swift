#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The whole of a file, read straight into the array.
func readFile(_ path: String) throws(PNGError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemMessage()) }
  defer { close(descriptor) }
  var info = stat()
  guard fstat(descriptor, &info) == 0 else {
    throw .unreadable(file: path, reason: systemMessage())
  }
  guard info.st_mode & S_IFMT == S_IFREG else {
    throw .unreadable(file: path, reason: "it is not a file")
  }
  var failure: String?
  let size = Int(info.st_size)
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { out, count in
    while count < size {
      let got = read(descriptor, out.baseAddress.map { $0 + count }, size - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { failure = systemMessage() }
      if got <= 0 { return }
      count += got
    }
  }
  if let failure { throw .unreadable(file: path, reason: failure) }
  return bytes
}

/// Writes a file beside its place and renames it, so that no half-written file is ever seen.
func writeFile(_ bytes: UnsafeBufferPointer<UInt8>, to path: String) throws(PNGError) {
  let beside = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
  let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw .unwritable(file: path, reason: systemMessage()) }
  var failure: String?
  var written = 0
  while written < bytes.count, failure == nil {
    let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      failure = systemMessage()
    }
  }
  if close(descriptor) != 0, failure == nil { failure = systemMessage() }
  if failure == nil, rename(beside, path) != 0 { failure = systemMessage() }
  if let failure {
    unlink(beside)
    throw .unwritable(file: path, reason: failure)
  }
}

private func systemMessage() -> String { String(cString: strerror(errno)) }
