import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Processes that take all cores: one after the other.
@Suite(.serialized) enum AppTests {}

/// Six streets of 32x64, two a step, four epochs of three iterations.
let tinyConfiguration = """
  data:
    height: 32
    width: 64
    normalisation: imagenet
    synthetic: {count: 6, validation_count: 2}
  \(tinyTraining)
  """

/// Two pictures a step, four epochs.
let tinyTraining = """
  augmentation: {scale: null}
  optimisation:
    epochs: 4
    batch_size: 2
    learning_rate: 0.01
    schedule_step: iteration
  validation: {every: 2}
  checkpoint: {every: 2 iterations, keep_last: 2}
  output: out

  """

/// A short run that several tests look at.
struct TinyRun {
  let folder: TestFolder
  let outcome: App.Outcome

  /// The best checkpoint.
  var checkpoint: String { folder.file("out/best.safetensors") }

  private init() throws {
    let folder = try TestFolder()
    // It lives as long as the process, and so must its folder.
    Self.path.withLock { $0 = folder.path }
    atexit {
      guard let path = TinyRun.path.withLock({ $0 }) else { return }
      try? FileManager.default.removeItem(atPath: path)
    }
    try folder.write(tinyConfiguration, as: "tiny.yaml")
    self.folder = folder
    outcome = try App.train.run(
      ["tiny.yaml", "--set", "optimisation.epochs=1", "--format", "json"], in: folder)
  }

  private static let shared = Result { try TinyRun() }
  private static let path = Mutex<String?>(nil)

  static func get() throws -> TinyRun {
    let run = try shared.get()
    try #require(run.outcome.status == 0, "\(run.outcome.transcript)")
    return run
  }
}

let reportKeys: Set = [
  "mIoU", "mIoU19", "pixelAccuracy", "classes", "images", "labelResolution",
]
