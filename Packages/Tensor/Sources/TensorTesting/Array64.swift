public import Tensor

/// An n-dimensional float64 array in row-major order whose operations are plain loops: slow, and
/// easy to see right. It is what the tensor operations are compared with.
public struct Array64: Sendable, Equatable {
  /// The extents, outermost first.
  public let shape: Shape
  /// The elements in row-major order.
  public var values: [Double]

  /// An array of these values.
  ///
  /// - Precondition: `values.count == shape.count`.
  public init(_ values: [Double], shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values for \(shape)")
    self.values = values
    self.shape = shape
  }

  /// A scalar.
  public init(_ value: Double) { self.init([value], shape: []) }

  /// Zeros.
  public init(zeros shape: Shape) {
    self.init([Double](repeating: 0, count: shape.count), shape: shape)
  }

  /// A tensor's elements.
  public init(_ tensor: Tensor) {
    self.init(tensor.floats.map(Double.init), shape: tensor.shape)
  }

  /// `uniform(name:count:)`, scaled and then moved.
  public init(uniform name: String, shape: Shape, scale: Double = 1, offset: Double = 0) {
    let values = uniform(name: name, count: shape.count)
    self.init(values.map { $0 * scale + offset }, shape: shape)
  }

  /// The elements rounded to a type that tensors have.
  public func rounded(to dtype: DType) -> Array64 {
    map { dtype == .bfloat16 ? Double(bfloat16Rounded(Float($0))) : Double(Float($0)) }
  }

  /// These elements as a tensor.
  public func tensor(_ dtype: DType = .float32) -> Tensor {
    Tensor(values.map { Float($0) }, shape: shape, dtype: dtype)
  }

  /// An element of an `[N, C, H, W]` array.
  public subscript(n: Int, c: Int, y: Int, x: Int) -> Double {
    get { values[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] }
    set { values[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] = newValue }
  }

  /// A function of every element.
  public func map(_ body: (Double) -> Double) -> Array64 {
    Array64(values.map(body), shape: shape)
  }

  /// An `[N, C, H, W]` array made element by element.
  static func filled(_ shape: Shape, _ body: (Int, Int, Int, Int) -> Double) -> Array64 {
    var values: [Double] = []
    values.reserveCapacity(shape.count)
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for y in 0..<shape[2] { for x in 0..<shape[3] { values.append(body(n, c, y, x)) } }
      }
    }
    return Array64(values, shape: shape)
  }
}
