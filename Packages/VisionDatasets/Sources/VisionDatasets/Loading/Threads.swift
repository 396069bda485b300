#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a new thread is handed: a class, to cross the C interface as a pointer.
private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs a closure on a new thread, which ends with it.
///
/// Threads of their own, not tasks or a queue: loading blocks, and must not take the threads of a pool
/// that others compute on.
func startThread(_ run: @escaping @Sendable () -> Void) throws(DataLoaderError) {
  let body = Unmanaged.passRetained(ThreadBody(run))
  #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(&thread, nil, { runBody($0) }, body.toOpaque())
  #else
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { runBody($0) }, body.toOpaque())
  #endif
  guard code == 0 else {
    body.release()
    throw .noThread(code: code)
  }
  #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
  #else
    pthread_detach(thread)
  #endif
}

private func runBody(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let pointer {
    Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
  }
  return nil
}
