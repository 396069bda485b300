import BiSeNet
public import Checkpoint
public import NN
public import Tensor

extension TrainingConfiguration {
  /// The segmentation network's parameters as the run begins: at random by the seed, the context path
  /// from ``Model/pretrained`` or everything from ``Model/initial`` where they are given.
  ///
  /// - Throws: What loading them throws.
  public func makeGenerator() throws -> ParameterStore {
    let store = ParameterStore(seed: UInt64(bitPattern: Int64(seed)))
    _ = BiSeNet(store.scope(.training), backbone: model.backbone, classes: model.classes)
    var summary: LoadSummary?
    if let path = model.pretrained {
      summary = try store.loadBackbone(from: try openCheckpoint(at: path))
    } else if let path = model.initial {
      let file = try openCheckpoint(at: path)
      try store.checkBackbone(of: file, CheckpointNames(of: file), below: contextPath)
      summary = try store.load(from: file)
    }
    if let summary { StandardError().write("\(summary)\n") }
    return store
  }

  /// The segmentation network over a store of its parameters, as the configuration trains it.
  func network(over store: ParameterStore) -> BiSeNet {
    BiSeNet(
      store.scope(.training), backbone: model.backbone, classes: model.classes,
      recomputesActivations: optimisation.recomputeActivations)
  }

  /// The optimiser that the configuration names.
  public func makeOptimizer(_ parameters: [Parameter]) -> any Optimizer {
    switch optimisation.optimizer {
    case .sgd:
      SGD(
        parameters, momentum: optimisation.momentum, weightDecay: optimisation.weightDecay)
    case .adam:
      Adam(
        parameters, betas: (optimisation.adamBetas[0], optimisation.adamBetas[1]),
        weightDecay: optimisation.weightDecay)
    }
  }

  /// A learning rate over the run.
  ///
  /// - Parameters:
  ///   - base: What it starts from.
  public func makeSchedule(base: Double, iterationsPerEpoch: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      base: base,
      decay: optimisation.schedule == .poly ? .poly(power: optimisation.polyPower) : .constant,
      total: optimisation.epochs * (optimisation.scheduleStep == .epoch ? 1 : iterationsPerEpoch),
      warmupIterations: optimisation.warmupIterations)
  }
}

/// What the names of the context path's tensors begin with.
private let contextPath = "context_path."

extension ParameterStore {
  /// Reads the context path from a file of torchvision's ResNet (`conv1.weight`, …) or of a whole
  /// BiSeNet (`context_path.conv1.weight`, …), in any dialect of `CheckpointNames`.
  ///
  /// - Throws: ``WrongBackbone`` where the file is another ResNet's, `LoadError` where any of the
  ///   context path's tensors is missing or of another shape.
  public func loadBackbone(from file: any CheckpointFile) throws -> LoadSummary {
    let names = CheckpointNames(of: file)
    let whole = names.all.contains { $0.hasPrefix(contextPath) }
    try checkBackbone(of: file, names, below: whole ? contextPath : "")
    return try load(from: file) { name in
      guard name.hasPrefix(contextPath) else { return nil }
      return whole ? name : String(name.dropFirst(contextPath.count))
    }
  }

  /// Refuses a file whose ResNet is another than the store's.
  ///
  /// - Parameter prefix: What the names of the file's ResNet begin with.
  fileprivate func checkBackbone(
    of file: any CheckpointFile, _ names: CheckpointNames, below prefix: String
  ) throws(WrongBackbone) {
    guard let found = ResNetDepth(names: names.all, prefix: prefix),
      let expected = ResNetDepth(names: entries.map(\.parameter.name), prefix: contextPath),
      found != expected
    else { return }
    throw WrongBackbone(path: file.path, found: found, expected: expected)
  }
}
