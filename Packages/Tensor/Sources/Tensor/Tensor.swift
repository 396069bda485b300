/// An n-dimensional array that remembers, while a ``valueWithGradients(of:addedTo:_:)`` closure is open,
/// how it was made.
///
/// Tensors are values. Shapes are logical and row-major; how elements lie in memory is the
/// backend's affair and never visible here.
public struct Tensor: Sendable {
  /// The elements; what a ``Backend`` works on.
  package let storage: Storage
  /// Where the tensor stands on an open tape; nil where nothing is recorded.
  let node: Tape.Node?
  /// Makes the elements once more, for pullbacks that would hold them otherwise; nil where that
  /// costs more than holding them.
  let remake: (@Sendable () -> Storage)?
  /// What one unit of a quantised map's bytes is worth; nil for any other tensor. See
  /// ``quantised(step:signed:)``.
  public let step: Float?

  package init(_ storage: Storage) {
    self.init(storage, node: nil)
  }

  init(
    _ storage: Storage, node: Tape.Node?, remake: (@Sendable () -> Storage)? = nil,
    step: Float? = nil
  ) {
    self.storage = storage
    self.node = node
    self.remake = remake
    self.step = step
  }

  /// The extents, outermost first.
  public var shape: Shape { storage.shape }

  /// The element type.
  public var dtype: DType { storage.dtype }

  /// The same values, cut off from whatever recorded them.
  public var detached: Tensor { Tensor(storage, node: nil, step: step) }

  /// What runs operations.
  static var backend: any Backend { CPUBackend.shared }
}

// MARK: - Values in

extension Tensor {
  /// A tensor of these values in row-major order.
  ///
  /// - Precondition: `values.count == shape.count`.
  public init(_ values: [Float], shape: Shape, dtype: DType = .float32) {
    require(
      values.count == shape.count, "\(values.count) values for a tensor of shape \(shape)")
    let storage = Storage(plain: shape, dtype: .float32)
    if !Rehearsal.isUnderWay {
      storage.withElements(of: Float.self) { _ = $0.initialize(from: values) }
    }
    self.init(Self.backend.cast(storage, to: dtype))
  }

  /// A scalar.
  public init(_ value: Float) { self.init([value], shape: []) }

  /// A tensor with the same value everywhere.
  public init(repeating value: Float, shape: Shape, dtype: DType = .float32) {
    let storage = Storage(plain: shape, dtype: .float32)
    if !Rehearsal.isUnderWay {
      storage.withElements(of: Float.self) { $0.initialize(repeating: value) }
    }
    self.init(Self.backend.cast(storage, to: dtype))
  }

  /// A `uint8` tensor of labels in row-major order.
  ///
  /// - Precondition: `labels.count == shape.count`.
  public init(labels: [UInt8], shape: Shape) {
    require(
      labels.count == shape.count, "\(labels.count) labels for a tensor of shape \(shape)")
    let storage = Storage(plain: shape, dtype: .uint8)
    if !Rehearsal.isUnderWay {
      storage.withElements(of: UInt8.self) { _ = $0.initialize(from: labels) }
    }
    self.init(storage)
  }
}

// MARK: - Values out

extension Tensor {
  /// The elements in row-major order, as float32; zeros in a ``Rehearsal``.
  ///
  /// - Precondition: The tensor is float32 or bfloat16.
  public var floats: [Float] {
    let plain = Self.backend.cast(Self.backend.plain(storage), to: .float32)
    if Rehearsal.isUnderWay { return [Float](repeating: 0, count: shape.count) }
    return plain.withElements(of: Float.self) { Array($0) }
  }

  /// The elements of a `uint8` tensor in row-major order; zeros in a ``Rehearsal``.
  ///
  /// - Precondition: The tensor is uint8.
  public var labels: [UInt8] {
    require(dtype == .uint8, "labels are uint8, this tensor is \(dtype)")
    if Rehearsal.isUnderWay { return [UInt8](repeating: 0, count: shape.count) }
    return Self.backend.plain(storage).withElements(of: UInt8.self) { Array($0) }
  }

  /// The only element.
  ///
  /// - Precondition: The tensor has one element.
  public var item: Float {
    require(shape.count == 1, "a tensor of shape \(shape) has not one element")
    return floats[0]
  }

  /// Calls `body` with the bytes of the elements in row-major order.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    let plain = Self.backend.plain(storage)
    defer { withExtendedLifetime(plain) {} }
    return try body(
      UnsafeRawBufferPointer(start: plain.pointer, count: shape.count * dtype.size))
  }
}
