import Checkpoint
public import NN
import Tensor

/// What a run needs to go on exactly: parameters and running statistics, the optimiser's memory and
/// the number of iterations done. Order, flips and crops follow from seed and iteration.
///
/// The network's tensors stand in a file of their own, which any reader of the network's names can
/// load; the optimiser's in a companion beside it, written first, so that a checkpoint that is there
/// is whole.
public struct TrainingState: Sendable {
  private let store: ParameterStore
  private let optimizer: any Optimizer

  /// The state of a network and its optimiser.
  public init(store: ParameterStore, optimizer: any Optimizer) {
    self.store = store
    self.optimizer = optimizer
  }

  /// The file of the optimiser's memory beside a checkpoint.
  public static func companion(of path: String) -> String {
    var stem = path[...]
    if stem.hasSuffix(".safetensors") { stem = stem.dropLast(".safetensors".count) }
    return stem + ".optimizer.safetensors"
  }

  /// The first parameter or running statistic with a value that is not a number or infinite.
  public var firstNotFinite: String? {
    store.entries.first { !$0.parameter.value.floats.allSatisfy(\.isFinite) }?.parameter.name
  }

  /// Writes both files.
  ///
  /// - Throws: `CheckpointError`.
  public func write(to path: String, metadata: [String: String]) throws {
    try writeSafetensors(
      to: Self.companion(of: path), metadata: metadata,
      entries: optimizer.state.map(\.checkpointItem))
    try writeSafetensors(to: path, metadata: metadata, entries: store.checkpointItems)
  }

  /// Reads both files.
  ///
  /// - Throws: `CheckpointError` or `LoadError`.
  public func read(from path: String) throws {
    let companion = try openCheckpoint(at: Self.companion(of: path))
    try store.load(from: try openCheckpoint(at: path))
    for parameter in optimizer.state { try parameter.load(from: companion) }
  }
}
