extension TrainingConfiguration {
  /// The keys that were given another value than their default and that a run of this configuration
  /// never reads, in the order of the schema: whoever gave them expected something that will not happen.
  public var unreadKeys: [String] {
    let unread =
      unreadByMethod + unreadByOptimiser + unread(of: data, "data", trainingSet)
      + (method == .supervised ? [] : unread(of: target, "target", validationSet))
    let defaults = Self.schema.defaults
    return Self.schema.keys
      .filter { key in
        unread.contains(where: key.name.hasPrefix) && key.encode(self) != key.encode(defaults)
      }
      .map(\.name)
  }

  private var unreadByMethod: [String] {
    switch method {
    case .supervised: ["target.", "adaptation."]
    case .sourceOnly: ["adaptation."]
    case .adaptation: []
    }
  }

  private var unreadByOptimiser: [String] {
    (optimisation.optimizer == .sgd ? ["optimisation.adam_betas"] : ["optimisation.momentum"])
      + (optimisation.schedule == .poly ? [] : ["optimisation.poly_power"])
  }

  /// Streets that a set of files leaves undrawn are no mistake: they stand in a configuration that was
  /// written for streets and is given files instead.
  private func unread(
    of domain: Domain, _ section: String, _ set: DatasetDescription
  ) -> [String] {
    let keys =
      switch domain.dataset {
      case .synthetic: ["root", "labels", "mapping"]
      case .folder: set.hasSplits ? [] : ["train_split", "validation_split"]
      default: ["labels", "mapping"]
      }
    return keys.map { "\(section).\($0)" }
  }
}
