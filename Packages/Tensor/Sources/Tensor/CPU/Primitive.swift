import COneDNN
import Synchronization

/// An operand of a oneDNN primitive.
enum Role: Hashable {
  case source, source1, weights, bias, destination, workspace, residual
  case sourceGradient, weightsGradient, biasGradient, destinationGradient
  case input(Int)

  var code: Int32 {
    let role: onednn_role
    switch self {
    case .source: role = ONEDNN_SRC
    case .source1: role = ONEDNN_SRC_1
    case .weights: role = ONEDNN_WEIGHTS
    case .bias: role = ONEDNN_BIAS
    case .destination: role = ONEDNN_DST
    case .workspace: role = ONEDNN_WORKSPACE
    case .residual: role = ONEDNN_RESIDUAL
    case .sourceGradient: role = ONEDNN_DIFF_SRC
    case .weightsGradient: role = ONEDNN_DIFF_WEIGHTS
    case .biasGradient: role = ONEDNN_DIFF_BIAS
    case .destinationGradient: role = ONEDNN_DIFF_DST
    case .input(let index): return Int32(ONEDNN_ROLE_COUNT.rawValue) + Int32(index)
    }
    return Int32(role.rawValue)
  }
}

/// A compiled oneDNN primitive and the layouts it chose.
///
/// `@unchecked`: `execute` holds the lock, and nothing else touches the handle.
final class Primitive: @unchecked Sendable {
  private let handle: onednn_primitive_t
  private let scratchByteCount: Int
  private let lock = Mutex(())
  private let descriptors: Mutex<[Role: MemoryDescriptor]> = Mutex([:])

  /// Takes ownership of the handle.
  init(owning handle: onednn_primitive_t) {
    self.handle = handle
    scratchByteCount = onednn_primitive_scratchpad_bytes(handle)
  }

  deinit { onednn_primitive_destroy(handle) }

  /// The name of oneDNN's implementation.
  var implementation: String { String(cString: onednn_primitive_implementation(handle)) }

  /// The layout that the primitive wants or gives; nil where it has no such operand.
  func optionalDescriptor(_ role: Role) -> MemoryDescriptor? {
    descriptors.withLock { known in
      if let descriptor = known[role] { return descriptor }
      let code = onednn_role(rawValue: UInt32(role.code))
      guard let made = onednn_primitive_md(handle, code) else { return nil }
      let descriptor = MemoryDescriptor(owning: made)
      known[role] = descriptor
      return descriptor
    }
  }

  /// The layout that the primitive wants or gives.
  func descriptor(_ role: Role) -> MemoryDescriptor {
    guard let descriptor = optionalDescriptor(role) else {
      fatalError("\(implementation) has no operand \(role)")
    }
    return descriptor
  }

  /// Runs on operands that already have the primitive's layouts.
  func execute(_ operands: [(Role, Storage)]) {
    var arguments = operands.map { onednn_argument(role: $0.code, data: $1.pointer) }
    let scratch = scratchByteCount > 0 ? Buffer(byteCount: scratchByteCount) : nil
    if let scratch {
      arguments.append(
        onednn_argument(role: Int32(ONEDNN_SCRATCHPAD.rawValue), data: scratch.pointer))
    }
    defer { withExtendedLifetime((operands, scratch)) {} }
    if Rehearsal.isUnderWay { return }
    let succeeded = lock.withLock { _ in
      onednn_execute(handle, Int32(arguments.count), arguments)
    }
    require(succeeded, "oneDNN's \(implementation) failed on \(operands.map(\.0))")
  }
}
