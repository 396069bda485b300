public import ArgumentParser
public import Training

/// The options of running a trained network, beside its checkpoint.
public struct NetworkOptions: ParsableArguments {
  /// The network's input; nil where it was not given.
  @Option(
    help: """
      The network's input, height x width, multiples of 8 (default: what the checkpoint says, \
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
  @Option(
    help: """
      The type that the network computes in; int8 needs --calibration, computes convolutions in \
      bytes and is faster, for a little less accuracy.
      """)
  public var precision = InferencePrecision.float32

  /// What int8 is calibrated on; nil where it was not given.
  @Option(
    help: ArgumentHelp(
      """
      For int8: a folder of PNGs like those that the network will see, some of which are run first, in \
      float32, to learn how large its maps are.
      """, valueName: "dir"))
  public var calibration: String?

  /// No options given.
  public init() {}

  /// True where not one of these options changes anything.
  public var areAbsent: Bool {
    size == nil && normalisation == nil && channelOrder == nil && precision == .float32
      && calibration == nil
  }

  /// - Throws: `ValidationError` where int8 has nothing to be calibrated on, or nothing else has.
  public func validate() throws {
    guard (precision == .int8) == (calibration != nil) else {
      throw ValidationError(
        calibration == nil
          ? "--precision int8 needs --calibration: a folder of PNGs like those to come"
          : "--calibration belongs to --precision int8")
    }
  }

  /// Opens a checkpoint for inference; what the options leave open is read from it, and what the
  /// network had no use for is said in one line on standard error.
  ///
  /// - Throws: What opening the checkpoint and calibrating throw.
  public func open(checkpoint: String) throws -> TrainedNetwork {
    let trained = try reportingProgress("calibrating") { progress in
      try TrainedNetwork(
        checkpoint: checkpoint, size: size, normalisation: normalisation,
        channelOrder: channelOrder,
        calibration: calibration.map { CalibrationPictures(folder: $0) }, progress: progress)
    }
    if let remark = trained.remark { StandardError().write(remark + "\n") }
    return trained
  }
}
