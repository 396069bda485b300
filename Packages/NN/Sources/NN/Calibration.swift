import Synchronization
import Tensor

/// The largest magnitude that each layer's output had on some pictures: what the steps of an int8
/// network's maps are told from.
///
/// A network built with ``Scope/Mode/calibrating(_:)`` computes as for inference and observes; one built
/// with ``Scope/Mode/quantised(_:)`` over the same parameters then computes in bytes.
public final class Calibration: Sendable {
  private let largest = Mutex<[String: Float]>([:])

  /// Nothing observed yet.
  public init() {}

  func observe(_ layer: String, _ output: Tensor) {
    let magnitude = output.floats.reduce(0) { max($0, abs($1)) }
    largest.withLock { $0[layer] = max($0[layer] ?? 0, magnitude) }
  }

  /// What one unit of the layer's output is worth, in uint8 or, where signed, int8.
  ///
  /// - Precondition: The layer was observed.
  func step(of layer: String, signed: Bool) -> Float {
    guard let magnitude = largest.withLock({ $0[layer] }) else {
      fatalError("\(layer) was not calibrated: run the calibrating network on pictures first")
    }
    // A map that was 0 everywhere stays 0 with any step.
    return magnitude > 0 ? magnitude / (signed ? 127 : 255) : 1
  }
}
