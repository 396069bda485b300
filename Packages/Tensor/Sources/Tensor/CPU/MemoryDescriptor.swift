import COneDNN

/// oneDNN's description of how a tensor lies in memory, as a hashable value.
///
/// `@unchecked`: the handle is never changed after `init`.
final class MemoryDescriptor: @unchecked Sendable, Hashable {
  private let handle: onednn_md_t
  let byteCount: Int
  let dtype: DType
  /// 1 row-major, 8 or 16 channel-blocked, 0 any other layout.
  let channelBlock: Int

  /// Takes ownership of the handle.
  init(owning handle: onednn_md_t) {
    self.handle = handle
    byteCount = onednn_md_bytes(handle)
    dtype = DType(onednn_md_dtype(handle))
    channelBlock = Int(onednn_md_channel_block(handle))
  }

  deinit { onednn_md_destroy(handle) }

  /// Calls `body` with the handles of descriptors, which live at least as long as the call.
  static func withHandles<Result>(
    _ descriptors: MemoryDescriptor?..., body: ([onednn_md_t?]) -> Result
  ) -> Result {
    withHandles(descriptors, body: body)
  }

  /// Calls `body` with the handles of descriptors, which live at least as long as the call.
  static func withHandles<Result>(
    _ descriptors: [MemoryDescriptor?], body: ([onednn_md_t?]) -> Result
  ) -> Result {
    withExtendedLifetime(descriptors) { body(descriptors.map { $0?.handle }) }
  }

  private static func made(_ handle: onednn_md_t?, _ shape: Shape) -> MemoryDescriptor {
    guard let handle else { fatalError("oneDNN cannot describe a tensor of \(shape)") }
    return MemoryDescriptor(owning: handle)
  }

  static func plain(_ shape: Shape, _ dtype: DType) -> MemoryDescriptor {
    made(onednn_md_plain(Int32(shape.rank), shape.dimensions.map(Int64.init), dtype.oneDNN), shape)
  }

  /// Leaves the layout to the primitive.
  static func any(_ shape: Shape, _ dtype: DType) -> MemoryDescriptor {
    made(onednn_md_any(Int32(shape.rank), shape.dimensions.map(Int64.init), dtype.oneDNN), shape)
  }

  /// Channels innermost: in blocks of 8 or 16, or all in one run where block is 0.
  static func channelBlocked(_ shape: Shape, _ dtype: DType, block: Int) -> MemoryDescriptor {
    made(
      onednn_md_channel_blocked(shape.dimensions.map(Int64.init), dtype.oneDNN, Int32(block)), shape
    )
  }

  /// A convolution's weight in blocks of input times output channels, which primitives pack it into.
  static func windowBlocked(_ shape: Shape, _ dtype: DType, block: Int) -> MemoryDescriptor {
    made(
      onednn_md_window_blocked(shape.dimensions.map(Int64.init), dtype.oneDNN, Int32(block)), shape)
  }

  /// The same layout with other elements.
  func with(_ dtype: DType) -> MemoryDescriptor {
    if dtype == self.dtype { return self }
    guard let made = onednn_md_with_dtype(handle, dtype.oneDNN) else {
      fatalError("a packed layout keeps its element type")
    }
    return MemoryDescriptor(owning: made)
  }

  static func == (a: MemoryDescriptor, b: MemoryDescriptor) -> Bool {
    a === b || withHandles(a, b) { onednn_md_equal($0[0], $0[1]) }
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(byteCount)
    hasher.combine(dtype)
    hasher.combine(channelBlock)
  }
}

extension DType {
  var oneDNN: onednn_dtype {
    switch self {
    case .float32: ONEDNN_FLOAT32
    case .bfloat16: ONEDNN_BFLOAT16
    case .uint8: ONEDNN_UINT8
    case .int8: ONEDNN_INT8
    }
  }

  init(_ value: onednn_dtype) {
    switch value {
    case ONEDNN_BFLOAT16: self = .bfloat16
    case ONEDNN_UINT8: self = .uint8
    case ONEDNN_INT8: self = .int8
    default: self = .float32
    }
  }
}
