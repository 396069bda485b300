public import ArgumentParser
public import Training

/// The options that change a configuration.
public struct ConfigurationOptions: ParsableArguments {
  /// Each `key=value`.
  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Overrides one key: --set optimisation.epochs=40. Repeatable.", valueName: "key=value"))
  public var overrides: [String] = []

  /// The output folder; nil where it was not given.
  @Option(help: "The output folder, instead of the configuration's.")
  public var output: String?

  /// No options given.
  public init() {}

  /// The configuration that a file holds, or `base` where there is none, as these options change it.
  ///
  /// - Parameter further: Overrides after those given.
  /// - Throws: `ConfigurationError`, which names file and line or the override.
  public func configuration(
    from path: String?, basedOn base: TrainingConfiguration = TrainingConfiguration(),
    further: [String] = []
  ) throws(ConfigurationError) -> TrainingConfiguration {
    var configuration = try TrainingConfiguration.load(
      contentsOf: path, basedOn: base, overrides: overrides + further)
    if let output { configuration.output = output }
    return configuration
  }
}
