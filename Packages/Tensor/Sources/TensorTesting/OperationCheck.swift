public import Tensor

/// An argument of an operation under test.
public struct Operand: Sendable {
  enum Values: Sendable {
    case uniform(Shape, scale: Double, offset: Double)
    case given(Array64)
  }

  let values: Values
  let isActivation: Bool

  /// What flows through a network: in every type and layout.
  public static func activation(
    _ shape: Shape, scale: Double = 1, offset: Double = 0
  ) -> Operand {
    Operand(values: .uniform(shape, scale: scale, offset: offset), isActivation: true)
  }

  /// An activation with given values.
  public static func activation(_ values: Array64) -> Operand {
    Operand(values: .given(values), isActivation: true)
  }

  /// What training changes: always row-major float32.
  public static func parameter(
    _ shape: Shape, scale: Double = 1, offset: Double = 0
  ) -> Operand {
    Operand(values: .uniform(shape, scale: scale, offset: offset), isActivation: false)
  }

  func array(named name: String) -> Array64 {
    switch values {
    case .given(let array): array
    case .uniform(let shape, let scale, let offset):
      Array64(uniform: name, shape: shape, scale: scale, offset: offset)
    }
  }
}

/// The relative L2 deviations that an operation is allowed.
public struct OperationBounds: Sendable {
  /// A float32 sum of n products is off by about √n · 6e-8 of its terms' size; the operations'
  /// sums have up to a few thousand terms, some of which cancel.
  public var float32 = 3e-6
  /// A bfloat16 has 8 bits, so rounding a result alone deviates by 2^-9 / √3 = 1.1e-3; operations
  /// that round in between, or subtract what was rounded, deviate by a few times that.
  public var bfloat16 = 1e-2

  /// The bounds for most operations.
  public init(float32: Double = 3e-6, bfloat16: Double = 1e-2) {
    self.float32 = float32
    self.bfloat16 = bfloat16
  }
}

/// Compares an operation with its float64 reference: the value, and the gradient by every operand
/// with central differences of the reference; in float32 and bfloat16, and over row-major,
/// channel-blocked and channels-last inputs and incoming gradients.
///
/// Inputs are rounded to the type first, so that only the arithmetic differs. For the gradient the
/// output is contracted with a fixed random tensor.
///
/// - Parameters:
///   - samples: Elements per operand whose gradient is compared.
///   - gradients: False for operations that have none.
/// - Returns: A message for each deviation above its bound, naming operation, type and layouts;
///   empty where all is well.
public func checkOperation(
  _ name: String, _ operands: [Operand], bounds: OperationBounds = OperationBounds(),
  samples: Int = 40, gradients: Bool = true, operation: @escaping ([Tensor]) -> Tensor,
  reference: @escaping ([Array64]) -> Array64
) -> [String] {
  var messages: [String] = []
  for dtype in [DType.float32, .bfloat16] {
    let arrays = operands.enumerated().map {
      $1.array(named: "\(name).operand\($0)").rounded(to: dtype)
    }
    let check = TypedCheck(
      name: name, dtype: dtype, bound: dtype == .float32 ? bounds.float32 : bounds.bfloat16,
      operands: operands, arrays: arrays, operation: operation, reference: reference)
    messages += check.messages(samples: samples, gradients: gradients)
  }
  return messages
}

/// The layouts of an operation's inputs and of the gradient that comes back to its output, as in
/// `Tensor.relaid(block:)`.
private struct Layouts {
  let input: Int
  let gradient: Int

  static let all = [(1, 1), (8, 8), (16, 16), (0, 0), (8, 1), (1, 16), (16, 0)].map {
    Layouts(input: $0, gradient: $1)
  }
}

private struct TypedCheck {
  let name: String
  let dtype: DType
  let bound: Double
  let operands: [Operand]
  let arrays: [Array64]
  let operation: ([Tensor]) -> Tensor
  let reference: ([Array64]) -> Array64

  func messages(samples: Int, gradients: Bool) -> [String] {
    let expected = reference(arrays)
    let hasLayouts = zip(operands, arrays).contains { $0.isActivation && $1.shape.rank == 4 }
    let layouts = hasLayouts ? Layouts.all : [Layouts(input: 1, gradient: 1)]
    var messages: [String] = []
    var slopes: [SampledGradient] = []
    var factors: Array64?
    for layout in layouts {
      let inputs = zip(operands, arrays).map { tensor($0, $1, layout) }
      let found = operation(inputs)
      if found.shape != expected.shape {
        return ["\(name): the shape is \(found.shape), expected \(expected.shape)"]
      }
      check("the value", relativeL2(found, expected), layout, &messages)
      guard gradients else { continue }
      let r =
        factors
        ?? Array64(uniform: "\(name).contraction", shape: found.shape).rounded(to: found.dtype)
      if factors == nil {
        factors = r
        slopes = arrays.indices.map { index in
          finiteDifferences(
            of: { (reference($0) * r).values.reduce(0, +) }, at: arrays, by: index,
            count: samples, name: name)
        }
        for (index, slope) in slopes.enumerated() where slope.kinks * 10 > samples {
          messages.append("\(name): operand \(index) lies on \(slope.kinks) kinks")
        }
      }
      checkGradients(inputs, r, slopes, layout, &messages)
    }
    return messages
  }

  private func checkGradients(
    _ inputs: [Tensor], _ r: Array64, _ slopes: [SampledGradient], _ layout: Layouts,
    _ messages: inout [String]
  ) {
    let (_, gradients) = valueWithGradients(at: inputs) { inputs in
      var output = operation(inputs)
      if output.shape.rank == 4 { output = output.relaid(block: layout.gradient) }
      return (output * r.tensor(output.dtype)).sum()
    }
    for (index, (input, gradient)) in zip(inputs, gradients).enumerated() {
      guard let gradient, gradient.shape == input.shape, gradient.dtype == input.dtype else {
        messages.append(
          "\(name): the gradient by operand \(index) is \(gradient.map { "\($0.dtype) \($0.shape)" } ?? "nil"), "
            + "the operand \(input.dtype) \(input.shape)")
        continue
      }
      let values = gradient.floats
      let found = slopes[index].indices.map { Double(values[$0]) }
      check(
        "the gradient by operand \(index)", relativeL2(found, slopes[index].slopes), layout,
        &messages)
    }
  }

  private func tensor(_ operand: Operand, _ array: Array64, _ layout: Layouts) -> Tensor {
    guard operand.isActivation else { return array.tensor() }
    let plain = array.tensor(dtype)
    return array.shape.rank == 4 ? plain.relaid(block: layout.input) : plain
  }

  private func check(
    _ what: String, _ deviation: Double, _ layout: Layouts, _ messages: inout [String]
  ) {
    if deviation <= bound { return }
    func text(_ block: Int) -> String {
      block == 1 ? "row-major" : block == 0 ? "channels-last" : "blocked by \(block)"
    }
    messages.append(
      "\(name) \(dtype), input \(text(layout.input)), gradient \(text(layout.gradient)): "
        + "\(what) deviates by \(deviation), bound \(bound)")
  }
}
