import Dispatch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import Synchronization

/// Calls `body` once with each number from 0 to below `count`, on several threads at a time (nil:
/// one for each processor), and `progress` with how many are done, one call at a time and rising.
///
/// What a call throws is thrown when the calls that were under way are done; no new ones begin.
func concurrently<Failure>(
  _ count: Int, threads: Int?, progress: @Sendable (Int) -> Void,
  _ body: @Sendable (Int) throws(Failure) -> Void
) throws(Failure) {
  let next = Mutex(0)
  let completed = Mutex(0)
  let failure = Mutex<Failure?>(nil)
  let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while failure.withLock({ $0 == nil }) {
      let index = next.withLock { next in
        defer { next += 1 }
        return next
      }
      guard index < count else { return }
      do throws(Failure) {
        try body(index)
      } catch {
        failure.withLock { if $0 == nil { $0 = error } }
        return
      }
      completed.withLock {
        $0 += 1
        progress($0)
      }
    }
  }
  if let error = failure.withLock({ $0 }) { throw error }
}
