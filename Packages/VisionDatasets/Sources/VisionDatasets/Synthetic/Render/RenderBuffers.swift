import Synchronization

/// The large arrays of one picture while it is drawn.
struct RenderBuffers {
  var visibility: VisibilityBuffer
  /// Red, green and blue of each pixel.
  var light: [Float]
}

/// Buffers waiting for the next picture of the same size: fresh pages from the system for each
/// picture cost a fifth of its time.
final class RenderBufferPool: Sendable {
  private let width: Int
  private let height: Int
  private let waiting = Mutex<[RenderBuffers]>([])

  /// - Parameters:
  ///   - width: columns of pixels; samples are twice as many each way.
  ///   - height: rows of pixels.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Cleared buffers that are the caller's until given back.
  func take() -> RenderBuffers {
    if var buffers = waiting.withLock({ $0.popLast() }) {
      buffers.visibility.clear()
      return buffers
    }
    return RenderBuffers(
      visibility: VisibilityBuffer(width: width * 2, height: height * 2),
      light: [Float](repeating: 0, count: width * height * 3))
  }

  func give(back buffers: RenderBuffers) {
    waiting.withLock { $0.append(buffers) }
  }
}
