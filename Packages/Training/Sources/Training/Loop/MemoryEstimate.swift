import Tensor
import VisionDatasets

/// What a run will need at its largest, found before the first iteration by rehearsing one and a
/// validation picture.
struct MemoryEstimate {
  /// What the process has taken so far: the program, the parameters, what optimisers remember and what
  /// loaders have read ahead.
  private let now: Int
  /// What tensors will take beyond that.
  private let tensors: Int
  /// What decoded pictures that are kept will take.
  private let cache: Int

  /// Rehearses; nil where the system does not say what a process has taken.
  ///
  /// - Parameters:
  ///   - datasets: Of these, those that keep their pictures will grow.
  ///   - body: Does what the run will do.
  init?(datasets: [any SegmentationDataset], rehearsing body: () throws -> Void) rethrows {
    tensors = try Rehearsal.bytes(of: body)
    cache = datasets.reduce(0) { $0 + (($1 as? CachedDataset)?.remainingByteCount ?? 0) }
    guard let now = ProcessMemory.current?.resident else { return nil }
    self.now = now
  }

  /// What is shown before the first iteration.
  var message: String {
    var parts = "\(megabytes(now)) so far, \(megabytes(tensors)) for activations and gradients"
    if cache > 0 { parts += ", \(megabytes(cache)) for the pictures that are kept" }
    return "memory: about \(megabytes(total)) at its largest (\(parts))"
  }

  /// What is shown where the machine has less; nil where it has enough.
  var warning: String? {
    guard let available = ProcessMemory.available, total - now > available else { return nil }
    return "that is more than this machine has free (\(megabytes(available))): choose a smaller "
      + "optimisation.batch_size with optimisation.accumulate, "
      + "optimisation.recompute_activations=true or precision=bfloat16"
  }

  /// What is shown after the last iteration; nil where the system does not say.
  var comparison: String? {
    ProcessMemory.current.map {
      "memory: \(megabytes($0.peak)) at its largest, \(megabytes(total)) were expected"
    }
  }

  private var total: Int { now + tensors + cache }

  private func megabytes(_ bytes: Int) -> String {
    "\(formatted(Double(bytes) * 1e-6, decimals: 0)) MB"
  }
}
