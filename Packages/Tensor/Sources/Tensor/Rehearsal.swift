import CKernels
import Synchronization

/// A run without arithmetic, to learn what memory the same run will take: operations choose their
/// kernels and ask for memory, which the system provides only as it is written to, and write nothing.
///
/// It takes the time of making the kernels, which the run itself is then spared.
public enum Rehearsal {
  /// The bytes that tensors will take from the system when `body` runs, beyond those they have
  /// taken already.
  ///
  /// While it runs, on the caller's thread, parameters keep their values and every value that is read
  /// is 0.
  public static func bytes(of body: () throws -> Void) rethrows -> Int {
    let before = BufferPool.shared.statistics.bytes
    try run(body)
    return BufferPool.shared.statistics.bytes - before
  }

  /// Rehearses, for what else can be learnt of a run: which operations it consists of.
  public static func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    if isUnderWay { return try body() }
    ck_set_idle(true)
    defer {
      ck_set_idle(false)
      let weights = forgotten.withLock { all in
        defer { all = [] }
        return all
      }
      for weight in weights { weight.packed.withLock { $0 = [:] } }
    }
    return try body()
  }

  static var isUnderWay: Bool { ck_is_idle() }

  /// Of what the rehearsal packed the elements are undefined.
  static func forget(_ weight: Buffer) { forgotten.withLock { $0.append(weight) } }

  private static let forgotten = Mutex<[Buffer]>([])
}
