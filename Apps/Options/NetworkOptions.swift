public import ArgumentParser
public import Training

/// The options of running a trained network, beside its checkpoint.
public struct NetworkOptions: ParsableArguments {
  /// The network's input; nil where it was not given.
  @Option(
    help: """
      The network's input, height x width, multiples of 32 (default: what the checkpoint says, \
      else 512x1024).
      """)
  public var size: TrainingConfiguration.ImageSize?

  /// How pixels become numbers; nil where it was not given.
  @Option(
    help: """
      How pixels become numbers: as the network was trained (default: what the checkpoint says, \
      else paper).
      """)
  public var normalisation: TrainingConfiguration.Normalisation?

  /// The order of the channels; nil where it was not given.
  @Option(
    help: "The order of the channels (default: what the checkpoint says, else rgb).")
  public var channelOrder: TrainingConfiguration.ChannelOrder?

  /// The type that the network computes in.
  @Option(help: "The type that the network computes in.")
  public var precision = TrainingConfiguration.Precision.float32

  /// No options given.
  public init() {}

  /// Opens a checkpoint for inference; what the options leave open is read from it.
  ///
  /// - Throws: What opening the checkpoint throws.
  public func open(checkpoint: String) throws -> TrainedNetwork {
    try TrainedNetwork(
      checkpoint: checkpoint, size: size, normalisation: normalisation, channelOrder: channelOrder)
  }
}
