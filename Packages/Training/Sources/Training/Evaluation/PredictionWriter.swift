import Checkpoint
import Dispatch
import PNG
import Synchronization
import VisionDatasets

/// Encodes and writes predictions on threads of its own while the network goes on.
final class PredictionWriter: Sendable {
  private struct State {
    var failure: (any Error)?
    var folders: Set<String> = []
  }

  private let labels: String
  private let overlays: String
  private let encoding: LabelEncoding
  private let overlay: Double?
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "prediction writer", attributes: .concurrent)
  private let group = DispatchGroup()
  /// Predictions that may wait or be under way: bounds the memory.
  private let places = DispatchSemaphore(value: 3)

  /// Makes the folders.
  ///
  /// - Throws: `CheckpointError.unwritable`.
  init(output: String, encoding: LabelEncoding, overlay: Double?) throws(CheckpointError) {
    labels = "\(output)/labels"
    overlays = "\(output)/overlays"
    self.encoding = encoding
    self.overlay = overlay
    try make(labels)
    if overlay != nil { try make(overlays) }
  }

  /// Whether something could not be written.
  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// Takes a prediction over, waiting while several are under way.
  ///
  /// - Parameters:
  ///   - image: The photograph, of the prediction's size; nil where no overlay is wanted.
  ///   - file: The photograph's path below its folder.
  func write(_ prediction: LabelMap, over image: RGBImage?, as file: String) {
    places.wait()
    queue.async(group: group) { [self] in
      defer { places.signal() }
      do {
        try encode(prediction, over: image, as: file)
      } catch {
        state.withLock { if $0.failure == nil { $0.failure = error } }
      }
    }
  }

  /// Waits for what is under way.
  ///
  /// - Throws: The first failure, `PNGError` or `CheckpointError`.
  func finish() throws {
    group.wait()
    try state.withLock { state throws in if let error = state.failure { throw error } }
  }

  private func encode(_ prediction: LabelMap, over image: RGBImage?, as file: String) throws {
    let name = named(file)
    if let end = name.lastIndex(of: "/") {
      try make("\(labels)/\(name[..<end])")
      if overlay != nil { try make("\(overlays)/\(name[..<end])") }
    }
    try prediction.greyPNG(encoding).write(to: "\(labels)/\(name)")
    if let overlay, let image {
      try prediction.coloured().blended(over: image, share: overlay).write(
        to: "\(overlays)/\(name)")
    }
  }

  /// What the official evaluator matches: `<city>_<sequence>_<frame>*.png`, which the name of the
  /// photograph would be as well, but then it could be taken for one.
  private func named(_ file: String) -> String {
    let ending = "_leftImg8bit.png"
    guard file.hasSuffix(ending) else { return file }
    return file.dropLast(ending.count)
      + (encoding == .trainIDs ? "_pred_trainIds.png" : "_pred_labelIds.png")
  }

  private func make(_ folder: String) throws(CheckpointError) {
    guard !state.withLock({ $0.folders.contains(folder) }) else { return }
    if let reason = makeFolder(folder) { throw .unwritable(path: folder, reason: reason) }
    state.withLock { _ = $0.folders.insert(folder) }
  }
}

extension RGBImage {
  /// This picture over another of its size: `share` of this one and the rest of the other.
  fileprivate func blended(over other: RGBImage, share: Double) -> RGBImage {
    // In 256ths: 0 and 1 give either picture exactly.
    let weight = Int((share * 256).rounded())
    var result = self
    for index in result.pixels.indices {
      let sum = Int(pixels[index]) * weight + Int(other.pixels[index]) * (256 - weight)
      result.pixels[index] = UInt8((sum + 128) >> 8)
    }
    return result
  }
}
