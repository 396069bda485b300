import Glibc

/// The learning rate over a run.
public struct LearningRateSchedule: Sendable, Equatable {
  /// How the rate falls after the warm-up.
  public enum Decay: Sendable, Equatable {
    /// It does not.
    case constant
    /// `(1 - t / total)^power` (DeepLab's poly).
    case poly(power: Double)
  }

  /// The rate at its highest.
  public let base: Double
  /// How it falls.
  public let decay: Decay
  /// Units of time (iterations or epochs) in the run.
  public let total: Int
  /// Iterations over which the rate rises linearly to its schedule.
  public let warmupIterations: Int

  /// A schedule over `total` units of time.
  ///
  /// - Precondition: `total > 0`.
  public init(base: Double, decay: Decay, total: Int, warmupIterations: Int = 0) {
    precondition(total > 0, "a schedule over \(total) units of time")
    self.base = base
    self.decay = decay
    self.total = total
    self.warmupIterations = warmupIterations
  }

  /// The rate at a time (the iteration, or the epoch where the schedule steps per epoch).
  ///
  /// - Parameter iteration: Counts from 0, for the warm-up.
  public func rate(at time: Int, iteration: Int) -> Double {
    let warmup =
      iteration < warmupIterations ? Double(iteration + 1) / Double(warmupIterations + 1) : 1
    switch decay {
    case .constant: return base * warmup
    case .poly(let power):
      return base * warmup * pow(max(0, 1 - Double(time) / Double(total)), power)
    }
  }
}
