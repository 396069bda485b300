public import Checkpoint
public import Tensor

/// What a checkpoint gave to a store.
public struct LoadSummary: Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// How many of the store's tensors were read.
  public let loaded: Int
  /// How many the store has.
  public let expected: Int
  /// The file's tensors that the store has no place for.
  public let ignored: [String]

  /// One line, whatever the number of tensors.
  public var description: String {
    var line = "\(path): \(loaded) of \(expected) tensors loaded"
    if let first = ignored.first {
      line += ", \(ignored.count) ignored (\(first)\(ignored.count > 1 ? ", …" : ""))"
    }
    return line
  }
}

/// Why a checkpoint does not fit a network.
public enum LoadError: Error, Sendable, CustomStringConvertible {
  /// A tensor that the network has is not in the file.
  case missing(path: String, name: String, count: Int, expected: Int)
  /// A tensor has another shape in the file.
  case wrongShape(path: String, name: String, found: [Int], expected: [Int])

  /// One sentence: the file, what was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .missing(let path, let name, let count, let expected):
      "'\(path)' lacks \(count) of the network's \(expected) tensors, the first '\(name)'; "
        + "is it a checkpoint of another network or backbone?"
    case .wrongShape(let path, let name, let found, let expected):
      "'\(path)' has '\(name)' with shape \(found) where the network has \(expected); "
        + "is it a checkpoint of another backbone or number of classes?"
    }
  }
}

extension ParameterStore {
  /// The store's tensors as they are written to a checkpoint, under their PyTorch names.
  public var checkpointItems: [CheckpointItem] {
    entries.map { entry in
      let parameter = entry.parameter
      if entry.role == .counter {
        return CheckpointItem(
          name: parameter.name, dtype: .int64, shape: [],
          values: [Int64(parameter.value.item)])
      }
      return parameter.checkpointItem
    }
  }

  /// Reads every tensor of the store from a checkpoint; nothing is changed where one does not fit.
  ///
  /// Counters may be missing: PyTorch added them late.
  ///
  /// - Parameter name: From the store's name to the file's; nil for tensors not to be read.
  /// - Throws: ``LoadError``, or what reading throws.
  @discardableResult
  public func load(
    from file: any CheckpointFile, name: (String) -> String? = { $0 }
  ) throws -> LoadSummary {
    var wanted: [(Entry, String)] = []
    for entry in entries {
      if let stored = name(entry.parameter.name) { wanted.append((entry, stored)) }
    }
    let missing = wanted.filter { $0.0.role != .counter && file.entry($0.1) == nil }
    if let first = missing.first {
      throw LoadError.missing(
        path: file.path, name: first.1, count: missing.count, expected: wanted.count)
    }
    let present = wanted.filter { file.entry($0.1) != nil }
    let values = try present.map { try $0.0.parameter.value(from: file, name: $0.1, $0.0.role) }
    for ((entry, _), value) in zip(present, values) { entry.parameter.update(value) }
    let used = Set(wanted.map(\.1))
    return LoadSummary(
      path: file.path, loaded: present.count, expected: wanted.count,
      ignored: file.names.filter { !used.contains($0) })
  }
}

extension Parameter {
  /// The parameter as it is written to a checkpoint.
  public var checkpointItem: CheckpointItem {
    CheckpointItem(name: name, dtype: .float32, shape: shape.dimensions) { append in
      self.value.floats.withUnsafeBytes { append($0) }
    }
  }

  /// Reads the parameter from a checkpoint.
  ///
  /// - Throws: ``LoadError/wrongShape(path:name:found:expected:)``, or what reading throws.
  public func load(from file: any CheckpointFile) throws {
    update(try value(from: file, name: name, .trainable))
  }

  func value(
    from file: any CheckpointFile, name: String, _ role: ParameterStore.Role
  ) throws -> Tensor {
    let entry = try file.requiredEntry(name)
    guard entry.shape == shape.dimensions else {
      throw LoadError.wrongShape(
        path: file.path, name: name, found: entry.shape, expected: shape.dimensions)
    }
    if role == .counter, entry.dtype == .int64 {
      let count = try file.withBytes(of: name) { $0.loadUnaligned(as: Int64.self) }
      return Tensor(Float(count))
    }
    return Tensor(try file.floats(of: name), shape: shape)
  }
}
