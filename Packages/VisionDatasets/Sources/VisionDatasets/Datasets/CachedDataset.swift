import Synchronization

/// Another set kept in memory: each sample is read once, prepared, and from then on shared.
///
/// ```swift
/// // 123 photographs of CamVid at 352x256 take 44 MB and are decoded once, not once an epoch.
/// let set = CachedDataset(camVid, preparedBy: Resize(height: 256, width: 352))
/// ```
public final class CachedDataset: SegmentationDataset {
  private let base: any SegmentationDataset
  private let preparation: (any Transform)?
  private let samples: Mutex<[Sample?]>

  /// Wraps a set.
  ///
  /// - Parameters:
  ///   - base: The set to read from.
  ///   - preparation: What to do once with each sample before it is kept; something without chance,
  ///     such as ``Resize``.
  public init(_ base: any SegmentationDataset, preparedBy preparation: (any Transform)? = nil) {
    self.base = base
    self.preparation = preparation
    samples = Mutex([Sample?](repeating: nil, count: base.count))
  }

  /// The number of samples.
  public var count: Int { base.count }

  /// Whether the set that is read has labels.
  public var hasTruth: Bool { base.hasTruth }

  /// The name of a sample.
  public func name(at index: Int) -> String { base.name(at: index) }

  /// The sample from memory, or read and prepared.
  public func sample(at index: Int) throws -> Sample {
    if let kept = samples.withLock({ $0[index] }) { return kept }
    var sample = try base.sample(at: index)
    if let preparation {
      // Seeded by the index: what is kept does not depend on who asked first.
      var generator = SplitMix64(seed: UInt64(index))
      sample = preparation.apply(sample, using: &generator)
    }
    samples.withLock { $0[index] = sample }
    return sample
  }

  /// The bytes that the pictures not read yet will take, if they are of the first one's size; 0 where
  /// that one cannot be read.
  public var remainingByteCount: Int {
    guard count > 0, let first = try? sample(at: 0) else { return 0 }
    let missing = samples.withLock { $0.count { $0 == nil } }
    return missing * (first.image.pixels.count + (first.label?.labels.count ?? 0))
  }
}
