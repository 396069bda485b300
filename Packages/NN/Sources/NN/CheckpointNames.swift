public import Checkpoint

/// A checkpoint's names as the reference implementation has them, whatever dialect it speaks.
///
/// - `module.` in front of every name: the network was wrapped in `DataParallel`.
/// - `saptial_path`: how a widespread script spells the spatial path.
/// - `context_path.features.`: the same script keeps the whole ResNet beside the parts taken out of it,
///   so the tensors are there twice; some files have only this form.
///
/// Where two of a file's names mean the same, the one that needs fewer changes is taken.
public struct CheckpointNames: Sendable {
  private var storedNames: [String: String] = [:]
  private let ownNames: Set<String>

  /// Understands the names of a file.
  public init(of file: any CheckpointFile) {
    ownNames = Set(file.names)
    var costs: [String: Int] = [:]
    for stored in file.names {
      let (name, changes) = Self.reference(stored)
      if let known = costs[name], known <= changes { continue }
      costs[name] = changes
      storedNames[name] = stored
    }
  }

  /// The names that the reference implementation would have given.
  public var all: Dictionary<String, String>.Keys { storedNames.keys }

  /// The file's own name of a tensor, or nil where it has none. A name that the file has as it is
  /// stands for itself.
  public func stored(_ name: String) -> String? {
    ownNames.contains(name) ? name : storedNames[name]
  }

  /// The reference implementation's name, and how many changes led there.
  private static func reference(_ stored: String) -> (name: String, changes: Int) {
    var name = stored[...]
    var changes = 0
    while name.hasPrefix("module.") {
      name = name.dropFirst("module.".count)
      changes += 1
    }
    for (dialect, reference) in [
      ("saptial_path.", "spatial_path."), ("context_path.features.", "context_path."),
    ] where name.hasPrefix(dialect) {
      name = reference + name.dropFirst(dialect.count)
      changes += 1
    }
    return (String(name), changes)
  }
}
