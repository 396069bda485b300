public import Checkpoint
public import Tensor

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
  /// The file's names are understood as ``CheckpointNames`` says. Counters may be missing: PyTorch
  /// added them late.
  ///
  /// - Parameter name: From the store's name to the one looked for; nil for tensors not to be read.
  /// - Throws: ``LoadError``, or what reading throws.
  @discardableResult
  public func load(
    from file: any CheckpointFile, name: (String) -> String? = { $0 }
  ) throws -> LoadSummary {
    let names = CheckpointNames(of: file)
    let wanted = entries.compactMap { entry in
      name(entry.parameter.name).map { (entry: entry, name: $0, stored: names.stored($0)) }
    }
    let missing = wanted.filter { $0.stored == nil }
    let needed = missing.filter { $0.entry.role != .counter }
    if let first = needed.first {
      throw LoadError.missing(
        path: file.path, name: first.name, count: needed.count, expected: wanted.count)
    }
    var values: [(parameter: Parameter, value: Tensor)] = []
    var renamed: [(stored: String, name: String)] = []
    var used: Set<String> = []
    for (entry, name, stored) in wanted {
      guard let stored else { continue }
      let value = try entry.parameter.value(from: file, name: stored, entry.role)
      values.append((entry.parameter, value))
      if stored != name { renamed.append((stored, name)) }
      used.insert(stored)
    }
    for (parameter, value) in values { parameter.update(value) }
    return LoadSummary(
      path: file.path, origin: file.origin, loaded: values.count, expected: wanted.count,
      renamed: renamed, ignored: file.names.filter { !used.contains($0) },
      missing: missing.map(\.name))
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
  /// - Throws: ``LoadError/wrongShape(path:name:found:expected:)`` or
  ///   ``LoadError/notFinite(path:name:value:index:)``, or what reading throws.
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
    let values = try file.floats(of: name)
    // A network of such weights gives labels and figures like any other, and all of them wrong.
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw LoadError.notFinite(path: file.path, name: name, value: values[index], index: index)
    }
    return Tensor(values, shape: shape)
  }
}
