import Synchronization

extension Tensor {
  /// The values in bytes, each rounded to the nearest multiple of a step: uint8 for maps that are
  /// nowhere negative, as ReLU leaves them, int8 where `signed`. What is beyond a byte's range becomes its
  /// end.
  ///
  /// Quantised maps are for inference: ``conv2dForInference(weight:stride:padding:residual:relu:step:)``
  /// and ``maxPool2d(kernel:stride:padding:)`` compute with them, other operations refuse them, and nothing
  /// is recorded.
  ///
  /// - Precondition: The tensor is float32 or bfloat16 and recorded on no tape; the step is positive.
  public func quantised(step: Float, signed: Bool = false) -> Tensor {
    require(node == nil && dtype.isNumber, "quantised takes detached numbers, not \(dtype)")
    return Self.byteOperation("quantise", step: step) {
      $0.quantise(storage, step: step, to: signed ? .int8 : .uint8)
    }
  }

  /// A quantised map's values as numbers of a type; any other tensor as it is.
  ///
  /// - Precondition: The type is float32 or bfloat16.
  public func dequantised(to dtype: DType = .float32) -> Tensor {
    guard let step else { return self }
    require(dtype.isNumber, "dequantised gives numbers, not \(dtype)")
    return Self.operation("dequantise", []) { backend, _ in
      (backend.dequantise(storage, step: step, to: dtype), { _ in [] })
    }
  }

  /// Convolution of a quantised map, with what follows it, in bytes:
  /// `relu(conv2d(self) + bias + residual)`, rounded to multiples of `step`. Products are summed exactly.
  ///
  /// - Parameters:
  ///   - residual: A quantised map in the output's shape.
  ///   - relu: Gives uint8; without it, the output is int8.
  ///   - step: Of the output.
  /// - Returns: `[N, O, H', W']`, quantised.
  /// - Precondition: See ``ConvolutionGeometry``; the map is quantised, and uint8; the step is positive.
  public func conv2dForInference(
    weight: QuantisedWeight, stride: Int = 1, padding: Int = 0, residual: Tensor? = nil, relu: Bool,
    step: Float
  ) -> Tensor {
    convolution(weight, stride, padding, residual, relu, step) {
      $0.convolution(storage, weight: weight, residual: residual?.storage, $1)
    }
  }

  /// The same one after the other, in float32.
  package func decomposedConv2dForInference(
    weight: QuantisedWeight, stride: Int = 1, padding: Int = 0, residual: Tensor? = nil, relu: Bool,
    step: Float
  ) -> Tensor {
    convolution(weight, stride, padding, residual, relu, step) {
      $0.decomposedConvolution(storage, weight: weight, residual: residual?.storage, $1)
    }
  }

  private func convolution(
    _ weight: QuantisedWeight, _ stride: Int, _ padding: Int, _ residual: Tensor?, _ relu: Bool,
    _ step: Float, body: (any Backend, ByteConvolution) -> Storage
  ) -> Tensor {
    guard let inputStep = self.step, dtype == .uint8 else {
      fatalError("a convolution in bytes takes a quantised uint8 map, not \(dtype) \(shape)")
    }
    let geometry = ConvolutionGeometry(
      input: shape, weight: weight.shape, stride: stride, padding: padding)
    require(
      residual.map { $0.shape == geometry.output && $0.step != nil } ?? true,
      "a convolution in bytes takes a quantised residual of \(geometry.output), not "
        + "\(residual?.dtype.rawValue ?? "") \(residual?.shape ?? [])")
    let convolution = ByteConvolution(
      geometry: geometry, weight: weight.identity, inputStep: inputStep,
      residual: residual?.dtype, residualStep: residual?.step, output: relu ? .uint8 : .int8,
      outputStep: step)
    return Self.byteOperation("conv2d", macs: geometry.macs, step: step) { body($0, convolution) }
  }

  /// Runs an operation whose result is a quantised map.
  static func byteOperation(
    _ name: String, macs: Int = 0, step: Float, body: (any Backend) -> Storage
  ) -> Tensor {
    require(step > 0 && step.isFinite, "\(name): a step is positive, not \(step)")
    let y = operation(name, [], macs: macs) { backend, _ in (body(backend), { _ in [] }) }
    return Tensor(y.storage, node: nil, step: step)
  }
}

/// A convolution's weight in bytes, each output channel in multiples of its own step, and its bias.
///
/// A byte is -127 to 127, or -63 to 63 where the processor adds two products in 16 bits, which more would
/// overflow.
public struct QuantisedWeight: Sendable {
  /// `[O, C, kH, kW]`.
  public var shape: Shape { bytes.shape }
  /// What one unit is worth, per output channel.
  package let steps: [Float]
  /// Per output channel.
  let bias: [Float]
  /// int8.
  let bytes: Storage
  /// Which weight a primitive was made for.
  let identity: Int

  private static let count = Atomic(0)

  /// Below this a channel counts as zeros: its step would leave the range of float32 among others.
  private static let smallest = Float(1e-30)

  /// Rounds a weight, `[O, C, kH, kW]`, and keeps a bias, `[O]`.
  ///
  /// - Precondition: The shapes fit, and all values are finite.
  public init(_ weight: Tensor, bias: Tensor) {
    require(weight.shape.rank == 4, "a weight is [O, C, kH, kW], not \(weight.shape)")
    weight.checkOperands(bias, outputs: weight.shape[0])
    let values = weight.floats
    self.bias = bias.floats
    require(
      values.allSatisfy(\.isFinite) && self.bias.allSatisfy(\.isFinite),
      "a weight or bias that is not finite cannot be rounded to bytes")
    let perOutput = values.count / max(1, weight.shape[0])
    let limit = Float(Tensor.backend.largestByteWeight)
    var steps: [Float] = []
    var bytes: [Int8] = []
    for output in 0..<weight.shape[0] {
      let window = values[output * perOutput..<(output + 1) * perOutput]
      let largest = window.reduce(0) { max($0, abs($1)) }
      // A channel of zeros has no step of its own.
      let step = largest > Self.smallest ? largest / limit : 1
      steps.append(step)
      bytes += window.map { Int8(($0 / step).rounded(.toNearestOrEven)) }
    }
    let storage = Storage(plain: weight.shape, dtype: .int8)
    if !Rehearsal.isUnderWay {
      storage.withElements(of: Int8.self) { _ = $0.initialize(from: bytes) }
    }
    self.bytes = storage
    self.steps = steps
    identity = Self.count.add(1, ordering: .relaxed).newValue
  }

  /// The values that the bytes stand for.
  var rounded: Tensor {
    let perOutput = shape.count / max(1, shape[0])
    let values = bytes.withElements(of: Int8.self) { bytes in
      bytes.indices.map { Float(bytes[$0]) * steps[$0 / perOutput] }
    }
    return Tensor(values, shape: shape)
  }
}

/// A convolution of bytes: everything that a primitive for it is made from.
package struct ByteConvolution: Hashable, Sendable {
  let geometry: ConvolutionGeometry
  /// Which weight.
  let weight: Int
  let inputStep: Float
  /// The residual's type; nil where there is none.
  let residual: DType?
  let residualStep: Float?
  /// uint8 after ReLU, else int8.
  let output: DType
  let outputStep: Float
}
