import Synchronization
import Tensor

/// The largest magnitude that each layer's output had on some pictures, from which the steps of an int8
/// network's maps follow.
///
/// ```swift
/// let calibration = Calibration()
/// let observed = BiSeNet(store.scope(.calibrating(calibration)), backbone: .resnet18)
/// for image in images { _ = observed.mainLogits(image) }
/// let network = BiSeNet(store.scope(.quantised(calibration)), backbone: .resnet18)
/// ```
public final class Calibration: Sendable {
  private let largest = Mutex<[String: Float]>([:])

  /// Nothing observed yet.
  public init() {}

  func observe(_ layer: String, _ output: Tensor) {
    // NaN would be smaller than anything.
    let magnitude = output.floats.reduce(0) { $1.isFinite ? max($0, abs($1)) : .infinity }
    largest.withLock { $0[layer] = max($0[layer] ?? 0, magnitude) }
  }

  /// What one unit of the layer's output is worth, in uint8 or, where signed, int8.
  ///
  /// - Precondition: The layer was observed, and its output finite.
  func step(of layer: String, signed: Bool) -> Float {
    guard let magnitude = largest.withLock({ $0[layer] }) else {
      fatalError("\(layer) was not calibrated: run the calibrating network on pictures first")
    }
    if !magnitude.isFinite { fatalError("\(layer) gave values that are not finite") }
    // A map that was 0 everywhere stays 0 with any step.
    return magnitude > 0 ? magnitude / (signed ? 127 : 255) : 1
  }
}
