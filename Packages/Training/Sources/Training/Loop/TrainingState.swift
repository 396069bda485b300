import Checkpoint
import FoundationEssentials
public import NN
public import Tensor

/// What a run needs to go on exactly: parameters and running statistics of the network, and what is
/// remembered beside it (the optimisers' memory, an adaptation's discriminator). Order, flips and
/// crops follow from seed and iteration.
///
/// The network's tensors stand in a file of their own, which any reader of the network's names can
/// load; the rest in a companion beside it, written first, so that a checkpoint that is there is whole.
public struct TrainingState: Sendable {
  private let store: ParameterStore
  private let companions: [Parameter]

  /// The state of a network.
  ///
  /// - Parameter companions: What is saved beside it, each under its own name.
  public init(store: ParameterStore, companions: [Parameter]) {
    self.store = store
    self.companions = companions
  }

  /// The companion file of a checkpoint.
  public static func companion(of path: String) -> String {
    var stem = path[...]
    if stem.hasSuffix(".safetensors") { stem = stem.dropLast(".safetensors".count) }
    return stem + ".optimizer.safetensors"
  }

  /// The first tensor with a value that is not a number or infinite.
  public var firstNotFinite: String? {
    (store.entries.map(\.parameter) + companions)
      .first { !$0.value.floats.allSatisfy(\.isFinite) }?.name
  }

  /// Writes both files, or neither.
  ///
  /// - Throws: `CheckpointError`.
  public func write(to path: String, metadata: [String: String]) throws {
    try writeSafetensors(
      to: Self.companion(of: path), metadata: metadata,
      entries: companions.map(\.checkpointItem))
    do {
      try writeSafetensors(to: path, metadata: metadata, entries: store.checkpointItems)
    } catch {
      // On a full disk half of a checkpoint is the space that the whole one would need.
      if !FileManager.default.fileExists(atPath: path) { _ = removeFile(Self.companion(of: path)) }
      throw error
    }
  }

  /// Reads both files.
  ///
  /// - Throws: `CheckpointError` or `LoadError`.
  public func read(from path: String) throws {
    let companion = try openCheckpoint(at: Self.companion(of: path))
    try store.load(from: try openCheckpoint(at: path))
    for parameter in companions { try parameter.load(from: companion) }
  }
}
