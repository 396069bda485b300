#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Gives a file a second name in the same filesystem; false where there is no such thing.
func linkFile(_ path: String, _ second: String) -> Bool {
  link(path, second) == 0
}

/// Renames a file over another, of which a reader sees the old one or the new one.
func renameFile(_ path: String, _ new: String) -> Bool {
  rename(path, new) == 0
}

/// Makes a folder and those above it; gives the system's reason where it is not there afterwards.
func makeFolder(_ path: String) -> String? {
  let above = path.indices.filter { path[$0] == "/" && $0 != path.startIndex }
  // The first failure is the reason; those below it only say that something above is not there.
  var failure: Int32?
  for folder in above.map({ String(path[..<$0]) }) + [path]
  where mkdir(folder, 0o777) != 0 && errno != EEXIST && failure == nil {
    failure = errno
  }
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return nil }
  return String(cString: strerror(failure ?? ENOTDIR))
}

/// Removes a file; gives the system's reason where it is still there afterwards.
func removeFile(_ path: String) -> String? {
  unlink(path) == 0 || errno == ENOENT ? nil : String(cString: strerror(errno))
}
