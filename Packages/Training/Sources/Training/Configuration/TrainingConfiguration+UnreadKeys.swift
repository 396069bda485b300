extension TrainingConfiguration {
  /// The keys that were given another value than their default and that the method never reads, in
  /// the order of the schema: whoever gave them expected something that will not happen.
  public var unreadKeys: [String] {
    let sections: [String] =
      switch method {
      case .supervised: ["target.", "adaptation."]
      case .sourceOnly: ["adaptation."]
      case .adaptation: []
      }
    let defaults = Self.schema.defaults
    return Self.schema.keys
      .filter { key in
        sections.contains(where: key.name.hasPrefix) && key.encode(self) != key.encode(defaults)
      }
      .map(\.name)
  }
}
