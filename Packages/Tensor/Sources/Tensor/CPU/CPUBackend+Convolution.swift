import CKernels
import COneDNN
import Glibc

extension CPUBackend {
  package func convolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry
  ) -> Storage {
    let type = computeType(x.dtype)
    if let y = winograd(x, weight: weight, bias: bias, geometry: geometry, training: true) {
      return y
    }
    let primitive = self.primitive(
      PrimitiveKey(.convolution(geometry, .forward, type, bias: bias != nil))
    ) {
      makeConvolution(
        geometry, ONEDNN_FORWARD_TRAINING, type, bias: bias != nil, weightType: type)
    }
    let y = allocate(geometry.output, primitive.descriptor(.destination))
    run(primitive, x, geometry.grouped(weight), bias, into: y)
    return cast(y, to: x.dtype)
  }

  package func convolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry,
    residual: Storage?, relu: Bool
  ) -> Storage {
    if !Self.fuses {
      return decomposedConvolution(
        x, weight: weight, bias: bias, geometry: geometry, residual: residual, relu: relu)
    }
    if let y = winograd(
      x, weight: weight, bias: bias, geometry: geometry, residual: residual, relu: relu,
      training: false)
    {
      return y
    }
    let type = computeType(x.dtype)
    let primitive = self.primitive(
      PrimitiveKey(
        .fusedConvolution(
          geometry, type, bias: bias != nil, sum: residual != nil, relu: relu))
    ) {
      makeFusedConvolution(
        geometry, type, bias: bias != nil, residual: residual != nil, relu: relu)
    }
    var y = allocate(geometry.output, primitive.descriptor(.destination))
    let apart = residual.flatMap { residual in
      primitive.optionalDescriptor(.residual).map { prepared(residual, as: $0) }
    }
    if let residual, apart == nil {
      // The sum reads what the destination held before.
      let start = prepared(residual, as: y.descriptor)
      if start.buffer === residual.buffer {
        withExtendedLifetime(start) {
          _ = memcpy(y.pointer, start.pointer, y.descriptor.byteCount)
        }
      } else {
        y = start
      }
    }
    run(primitive, x, geometry.grouped(weight), bias, apart, into: y)
    return cast(y, to: x.dtype)
  }

  /// Runs a forward convolution on operands in whatever layout they come.
  private func run(
    _ primitive: Primitive, _ x: Storage, _ weight: Storage, _ bias: Storage?,
    _ residual: Storage? = nil, into y: Storage
  ) {
    var operands = [
      (Role.source, prepared(x, as: primitive.descriptor(.source))),
      (.weights, packed(weight, as: primitive.descriptor(.weights), for: x.dtype)),
      (.destination, y),
    ]
    if let bias { operands.append((.bias, prepared(bias, as: primitive.descriptor(.bias)))) }
    if let residual { operands.append((.residual, residual)) }
    primitive.execute(operands)
  }

  package func convolutionInputGradient(
    _ gradient: Storage, weight: Storage, geometry: ConvolutionGeometry
  ) -> Storage {
    let type = computeType(gradient.dtype)
    if let slopes = winogradInputGradient(gradient, weight: weight, geometry: geometry) {
      return slopes
    }
    let primitive = self.primitive(
      PrimitiveKey(.convolution(geometry, .inputGradient, type, bias: false))
    ) {
      makeConvolution(geometry, ONEDNN_BACKWARD_DATA, type, bias: false, weightType: type)
    }
    let result = allocate(geometry.input, primitive.descriptor(.sourceGradient))
    primitive.execute([
      (.destinationGradient, prepared(gradient, as: primitive.descriptor(.destinationGradient))),
      (
        .weights,
        packed(
          geometry.grouped(weight), as: primitive.descriptor(.weights), for: gradient.dtype)
      ),
      (.sourceGradient, result),
    ])
    return cast(result, to: gradient.dtype)
  }

  package func convolutionWeightGradient(
    _ gradient: Storage, input: Storage, geometry: ConvolutionGeometry, bias: Bool
  ) -> (weight: Storage, bias: Storage?) {
    if geometry.isDepthwise {
      return depthwiseWeightGradient(gradient, input: input, geometry: geometry, bias: bias)
    }
    if let slopes = winogradWeightGradient(
      gradient, input: input, geometry: geometry, bias: bias)
    {
      return slopes
    }
    let type = computeType(gradient.dtype)
    let primitive = self.primitive(
      PrimitiveKey(.convolution(geometry, .weightGradient, type, bias: bias))
    ) {
      // Weight gradients are accumulated, so they stay float32 where the rest is bfloat16.
      makeConvolution(geometry, ONEDNN_BACKWARD_WEIGHTS, type, bias: bias, weightType: .float32)
    }
    let weightResult = allocate(geometry.weight, primitive.descriptor(.weightsGradient))
    var operands = [
      (Role.source, prepared(input, as: primitive.descriptor(.source))),
      (.destinationGradient, prepared(gradient, as: primitive.descriptor(.destinationGradient))),
      (.weightsGradient, weightResult),
    ]
    var biasResult: Storage?
    if bias {
      let result = allocate([geometry.output[1]], primitive.descriptor(.biasGradient))
      operands.append((.biasGradient, result))
      biasResult = result
    }
    primitive.execute(operands)
    // As it lies: the optimiser moves the weight in that layout.
    guard geometry.groups > 1 else { return (weightResult, biasResult) }
    // Grouped weights have one dimension more in oneDNN, but the same elements in the same order.
    let plainWeight = prepared(weightResult, as: .plain(geometry.oneDNNWeight, .float32))
    return (plainWeight.reshaped(geometry.weight), biasResult)
  }

  private func depthwiseWeightGradient(
    _ gradient: Storage, input: Storage, geometry: ConvolutionGeometry, bias: Bool
  ) -> (weight: Storage, bias: Storage?) {
    func blocked(_ x: Storage) -> Storage {
      prepared(x, as: .channelBlocked(x.shape, x.dtype, block: 16))
    }
    let slope = blocked(gradient), x = blocked(cast(input, to: gradient.dtype))
    let result = Storage(plain: geometry.weight, dtype: .float32)
    ck_depthwise_weight_gradient(
      result.pointer.assumingMemoryBound(to: Float.self), x.pointer, slope.pointer,
      ck_depthwise(
        n: Int64(geometry.input[0]), channels: Int64(geometry.input[1]),
        h: Int64(geometry.input[2]), w: Int64(geometry.input[3]),
        height: Int64(geometry.output[2]), width: Int64(geometry.output[3]),
        kernel: Int32(geometry.weight[2]), stride: Int32(geometry.stride),
        padding: Int32(geometry.padding)),
      gradient.dtype == .bfloat16)
    withExtendedLifetime(x) {}
    return (result, bias ? sumOverImages(slope) : nil)
  }

  /// Σ over images and pixels, float32 `[C]`.
  func sumOverImages(_ x: Storage) -> Storage {
    let channels = x.shape[1]
    let sums = plain(sumChannels(x, times: nil, scale: 1))
    let total = Storage(plain: [channels], dtype: .float32)
    sums.withElements(of: Float.self) { sums in
      total.withElements(of: Float.self) { total in
        for channel in 0..<channels {
          total[channel] = stride(from: channel, to: sums.count, by: channels).reduce(0) {
            $0 + sums[$1]
          }
        }
      }
    }
    return total
  }

  private func makeConvolution(
    _ geometry: ConvolutionGeometry, _ direction: onednn_direction, _ type: DType, bias: Bool,
    weightType: DType
  ) -> onednn_primitive_t? {
    let plain = onednn_epilogue(residual: ONEDNN_NO_RESIDUAL, relu: false)
    func make(_ algorithm: onednn_algorithm, blocked: Bool) -> onednn_primitive_t? {
      makeConvolution(
        geometry, direction, algorithm, input: descriptor(geometry.input, type, blocked: blocked),
        output: descriptor(geometry.output, type, blocked: blocked), weightType: weightType,
        bias: bias, epilogue: plain)
    }
    // Not in training's forward pass, where its rounding would move ReLUs' inputs across zero.
    let winograd = direction != ONEDNN_FORWARD_TRAINING && geometry.suitsWinograd(type)
    return (winograd ? make(ONEDNN_WINOGRAD, blocked: true) : nil)
      ?? make(ONEDNN_DIRECT, blocked: false)
  }

  /// In channel blocks from the first convolution to the last: asked for any layout, oneDNN takes
  /// channels-last for inference on AVX-512, where its direct convolutions are no faster, its
  /// pooling falls to the reference code and Winograd's algorithm is missing. And a residual that is
  /// read where it lies has to have a layout.
  ///
  /// A residual is read where it lies; where the algorithm cannot, it is copied into the output first.
  private func makeFusedConvolution(
    _ geometry: ConvolutionGeometry, _ type: DType, bias: Bool, residual: Bool, relu: Bool
  ) -> onednn_primitive_t? {
    func make(
      _ algorithm: onednn_algorithm, blocked: Bool = true,
      _ place: onednn_residual = ONEDNN_RESIDUAL_IN_DST
    ) -> onednn_primitive_t? {
      makeConvolution(
        geometry, ONEDNN_FORWARD_INFERENCE, algorithm,
        input: descriptor(geometry.input, type, blocked: blocked),
        output: descriptor(geometry.output, type, blocked: blocked), weightType: type, bias: bias,
        epilogue: onednn_epilogue(residual: residual ? place : ONEDNN_NO_RESIDUAL, relu: relu))
    }
    if geometry.allowsWinograd(type), let winograd = make(ONEDNN_WINOGRAD) {
      // Tiles of 2x2 outputs, for which oneDNN packs the weights ahead and into less than half.
      let small = String(cString: onednn_primitive_implementation(winograd)).contains("wino_2x3")
      if small || geometry.suitsWinograd(type) { return winograd }
      onednn_primitive_destroy(winograd)
    }
    if residual, Self.convolvesBlocks, let apart = make(ONEDNN_DIRECT, ONEDNN_RESIDUAL_APART) {
      return apart
    }
    return make(ONEDNN_DIRECT) ?? make(ONEDNN_DIRECT, blocked: false)
  }

  /// Blocks of channels where asked for and where there are as many; else whatever the primitive likes.
  func descriptor(_ shape: Shape, _ type: DType, blocked: Bool) -> MemoryDescriptor {
    guard blocked, Self.convolvesBlocks else { return .any(shape, type) }
    return shape[1] < Self.channelBlock
      ? .plain(shape, type) : .channelBlocked(shape, type, block: Self.channelBlock)
  }

  private func makeConvolution(
    _ geometry: ConvolutionGeometry, _ direction: onednn_direction,
    _ algorithm: onednn_algorithm, input: MemoryDescriptor, output: MemoryDescriptor,
    weightType: DType, bias: Bool, epilogue: onednn_epilogue
  ) -> onednn_primitive_t? {
    var window = geometry.window
    let biasDescriptor = bias ? MemoryDescriptor.any([geometry.output[1]], .float32) : nil
    return MemoryDescriptor.withHandles(
      input, .any(geometry.oneDNNWeight, weightType), biasDescriptor, output
    ) {
      onednn_convolution(
        direction, algorithm, &window, $0[0], $0[1], $0[2], $0[3], epilogue)
    }
  }

  package func matmul(_ a: Storage, _ b: Storage) -> Storage {
    let type = computeType(a.dtype)
    let shape = Shape(a.shape.dimensions.dropLast() + [b.shape[b.shape.rank - 1]])
    let descriptors = [a.shape, b.shape, shape].map { MemoryDescriptor.plain($0, type) }
    let primitive = self.primitive(PrimitiveKey(.matmul(a.shape, b.shape, type))) {
      MemoryDescriptor.withHandles(descriptors) { onednn_matmul($0[0], $0[1], $0[2]) }
    }
    let result = allocate(shape, descriptors[2])
    primitive.execute([
      (.source, prepared(a, as: descriptors[0])), (.weights, prepared(b, as: descriptors[1])),
      (.destination, result),
    ])
    return cast(result, to: a.dtype)
  }

  package func transposed(_ x: Storage) -> Storage {
    let source = cast(plain(x), to: .float32)
    let rows = x.shape[x.shape.rank - 2], columns = x.shape[x.shape.rank - 1]
    let result = Storage(
      plain: Shape(x.shape.dimensions.dropLast(2) + [columns, rows]), dtype: .float32)
    source.withElements(of: Float.self) { from in
      result.withElements(of: Float.self) { to in
        for start in stride(from: 0, to: from.count, by: max(1, rows * columns)) {
          for row in 0..<rows {
            for column in 0..<columns {
              to[start + column * rows + row] = from[start + row * columns + column]
            }
          }
        }
      }
    }
    return cast(result, to: x.dtype)
  }
}

extension ConvolutionGeometry {
  /// True where Winograd's algorithm halves the time. Its weights, four times as many as the window's,
  /// take longer to read than it saves where there are fewer pixels than channels.
  func suitsWinograd(_ type: DType) -> Bool {
    allowsWinograd(type) && output[0] * output[2] * output[3] >= output[1]
  }

  /// True where oneDNN has Winograd's algorithm.
  func allowsWinograd(_ type: DType) -> Bool {
    CPUBackend.computesBFloat16 && type == .float32 && hasWinogradWindow
      && min(input[1], output[1]) >= 16
  }

  /// True where Winograd's algorithm is defined.
  var hasWinogradWindow: Bool {
    weight[2] == 3 && weight[3] == 3 && stride == 1 && dilation == 1 && groups == 1
  }

  /// True where every channel has a window of its own, of a size that the kernels here know.
  var isDepthwise: Bool {
    groups > 1 && groups == input[1] && groups == weight[0] && dilation == 1
      && weight[2] == weight[3] && (3...4).contains(weight[2])
  }

  /// `[groups, O / groups, I / groups, kH, kW]` where there are groups, as oneDNN wants it.
  var oneDNNWeight: Shape {
    guard groups > 1 else { return weight }
    return [groups, weight[0] / groups, weight[1], weight[2], weight[3]]
  }

  /// The same elements under oneDNN's shape, row-major where there are groups.
  func grouped(_ weight: Storage) -> Storage {
    guard groups > 1 else { return weight }
    return CPUBackend.shared.plain(weight).reshaped(oneDNNWeight)
  }

  var window: onednn_window {
    onednn_window(
      stride: (Int64(stride), Int64(stride)), dilation: (Int64(dilation), Int64(dilation)),
      padding_low: (Int64(padding), Int64(padding)), padding_high: (Int64(padding), Int64(padding)))
  }
}
