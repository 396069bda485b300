/// The extents of a tensor, outermost first: `[N, C, H, W]` for images. The empty shape is a scalar.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each dimension.
  public let dimensions: [Int]

  /// A shape of these extents.
  ///
  /// - Precondition: No extent is negative.
  public init(_ dimensions: [Int]) {
    require(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative extent: \(dimensions)")
    self.dimensions = dimensions
  }

  /// A shape written as an array literal.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements; 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of one dimension.
  public subscript(dimension: Int) -> Int { dimensions[dimension] }

  /// The shape as text, `[4, 19, 64, 128]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }

  /// This `[N, C, H, W]` shape with another number of channels and another size.
  package func with(channels: Int? = nil, height: Int? = nil, width: Int? = nil) -> Shape {
    [self[0], channels ?? self[1], height ?? self[2], width ?? self[3]]
  }
}
