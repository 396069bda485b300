import CKernels

/// 3x3 convolutions by Winograd's algorithm where oneDNN has it not: float32 without AVX-512, bfloat16.
extension CPUBackend {
  /// The convolution, and what follows it; nil where it is not of that kind.
  func winograd(
    _ x: Storage, weight: Storage, bias: Storage? = nil, geometry: ConvolutionGeometry,
    residual: Storage? = nil, relu: Bool = false
  ) -> Storage? {
    let type = computeType(x.dtype)
    guard let size = ck_winograd(geometry, turned: false, type) else { return nil }
    return winograd(
      x, weight: weight, bias: bias, into: geometry.output, size, turned: false, type,
      residual: residual, relu: relu)
  }

  /// The gradient by the input: the convolution by turned windows. nil where there is none.
  func winogradInputGradient(
    _ gradient: Storage, weight: Storage, geometry: ConvolutionGeometry
  ) -> Storage? {
    let type = computeType(gradient.dtype)
    guard let size = ck_winograd(geometry, turned: true, type) else { return nil }
    return winograd(
      gradient, weight: weight, into: geometry.input, size, turned: true, type)
  }

  /// The gradient by the weight, in the layout of oneDNN's; nil where the convolution is not of that kind.
  func winogradWeightGradient(
    _ gradient: Storage, input: Storage, geometry: ConvolutionGeometry
  ) -> Storage? {
    guard computeType(gradient.dtype) == .float32,
      let size = ck_winograd(geometry, turned: false, .float32)
    else { return nil }
    func floats(_ x: Storage) -> (Storage, UnsafeMutablePointer<Float>) {
      let blocked = prepared(
        x, as: .channelBlocked(x.shape, .float32, block: Int(ck_winograd_block(false))))
      return (blocked, blocked.pointer.assumingMemoryBound(to: Float.self))
    }
    let (x, inputs) = floats(input), (slopes, gradients) = floats(gradient)
    let result = allocate(
      geometry.weight,
      .windowBlocked(geometry.weight, .float32, block: Int(ck_winograd_block(false))))
    let scratch = Buffer(byteCount: ck_winograd_gradient_scratch_bytes(size))
    ck_winograd_weight_gradient(
      result.pointer.assumingMemoryBound(to: Float.self), inputs, gradients, scratch.pointer, size)
    withExtendedLifetime((x, slopes, scratch)) {}
    return result
  }

  private func winograd(
    _ x: Storage, weight: Storage, bias: Storage? = nil, into shape: Shape, _ size: ck_winograd,
    turned: Bool, _ type: DType, residual: Storage? = nil, relu: Bool = false
  ) -> Storage {
    let narrow = type == .bfloat16, block = Int(ck_winograd_block(narrow))
    func blocked(_ shape: Shape) -> MemoryDescriptor {
      .channelBlocked(shape, type, block: block)
    }
    let source = prepared(x, as: blocked(x.shape))
    let start = residual.map { prepared($0, as: blocked(shape)) }
    let summand = bias.map { prepared($0, as: .plain($0.shape, .float32)) }
    let windows = transformed(
      weight, size, turned: turned, type, rounded: x.dtype == .bfloat16)
    let y = allocate(shape, blocked(shape))
    let scratch = Buffer(byteCount: ck_winograd_scratch_bytes(size, narrow))
    ck_winograd_convolution(
      y.pointer, source.pointer, windows.pointer,
      summand?.pointer.assumingMemoryBound(to: Float.self), start?.pointer, relu, scratch.pointer,
      size, narrow)
    withExtendedLifetime((source, start, summand, windows, scratch)) {}
    return cast(y, to: x.dtype)
  }

  private func transformed(
    _ weight: Storage, _ size: ck_winograd, turned: Bool, _ type: DType, rounded: Bool
  ) -> Storage {
    // Where bfloat16 is computed on widened copies, weights are rounded like everything else.
    let rounds = rounded && type == .float32
    return kept(.winograd(type, turned: turned, rounded: rounds), of: weight) {
      let windows = cast(rounds ? cast(weight, to: .bfloat16) : weight, to: .float32)
      // In training, weights lie as their gradients do.
      let block = Self.channelBlock
      let isBlocked = windows.descriptor == .windowBlocked(weight.shape, .float32, block: block)
      let source = isBlocked ? windows : plain(windows)
      let result = Storage(plain: [16, Int(size.outputs), Int(size.inputs)], dtype: type)
      ck_winograd_weights(
        result.pointer, source.pointer.assumingMemoryBound(to: Float.self),
        Int32(isBlocked ? block : 1), size.outputs, size.inputs, turned, type == .bfloat16)
      withExtendedLifetime(source) {}
      return result
    }
  }
}

extension ck_winograd {
  /// The sizes of the convolution, `turned` of its input's gradient; nil where the algorithm does not fit.
  fileprivate init?(_ geometry: ConvolutionGeometry, turned: Bool, _ type: DType) {
    let block = Int(ck_winograd_block(type == .bfloat16))
    let channels =
      turned ? (geometry.output[1], geometry.input[1]) : (geometry.input[1], geometry.output[1])
    guard
      block > 0, geometry.hasWinogradWindow, geometry.padding == 1,
      channels.0 % block == 0, channels.1 % (2 * block) == 0
    else { return nil }
    self.init(
      n: Int64(geometry.input[0]), inputs: Int64(channels.0), outputs: Int64(channels.1),
      h: Int64(geometry.input[2]), w: Int64(geometry.input[3]))
  }
}
