import CKernels

/// 3x3 convolutions by Winograd's algorithm where oneDNN has it not: float32 without AVX-512, and bfloat16
/// where the processor computes in it. Each of these is nil for any other convolution.
extension CPUBackend {
  /// The convolution, and what follows it.
  ///
  /// - Parameter training: In bfloat16 only inference is computed this way.
  func winograd(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry,
    residual: Storage? = nil, relu: Bool = false, training: Bool
  ) -> Storage? {
    WinogradPlan(geometry, computeType(x.dtype), turned: false, training: training).map {
      run($0, x, weight: weight, bias: bias, residual: residual, relu: relu)
    }
  }

  /// The gradient by the input: the convolution by turned windows.
  func winogradInputGradient(
    _ gradient: Storage, weight: Storage, geometry: ConvolutionGeometry
  ) -> Storage? {
    WinogradPlan(geometry, computeType(gradient.dtype), turned: true, training: true).map {
      run($0, gradient, weight: weight)
    }
  }

  /// The gradients by the weight, in the layout of oneDNN's, and by the bias, where there is one.
  func winogradWeightGradient(
    _ gradient: Storage, input: Storage, geometry: ConvolutionGeometry, bias: Bool
  ) -> (weight: Storage, bias: Storage?)? {
    let type = computeType(gradient.dtype)
    guard let plan = WinogradPlan(geometry, type, turned: false, training: true) else { return nil }
    let x = prepared(input, as: plan.blocked(geometry.input))
    let slopes = prepared(gradient, as: plan.blocked(geometry.output))
    let result = allocate(geometry.weight, plan.blockedWindows(geometry.weight))
    let scratch = Buffer(byteCount: ck_winograd_gradient_scratch_bytes(plan.size))
    ck_winograd_weight_gradient(
      result.pointer.assumingMemoryBound(to: Float.self),
      x.pointer.assumingMemoryBound(to: Float.self),
      slopes.pointer.assumingMemoryBound(to: Float.self), scratch.pointer, plan.size)
    withExtendedLifetime((x, scratch)) {}
    return (result, bias ? sumOverImages(slopes) : nil)
  }

  private func run(
    _ plan: WinogradPlan, _ x: Storage, weight: Storage, bias: Storage? = nil,
    residual: Storage? = nil, relu: Bool = false
  ) -> Storage {
    let y = allocate(plan.output, plan.blocked(plan.output))
    let source = prepared(x, as: plan.blocked(x.shape))
    let start = residual.map { prepared($0, as: y.descriptor) }
    let summand = bias.map { prepared($0, as: .plain($0.shape, .float32)) }
    let windows = transformed(weight, plan, rounded: x.dtype == .bfloat16)
    let scratch = Buffer(byteCount: ck_winograd_scratch_bytes(plan.size, plan.isNarrow))
    ck_winograd_convolution(
      y.pointer, source.pointer, windows.pointer,
      summand?.pointer.assumingMemoryBound(to: Float.self), start?.pointer, relu, scratch.pointer,
      plan.size, plan.isNarrow)
    withExtendedLifetime((source, start, summand, windows, scratch)) {}
    return cast(y, to: x.dtype)
  }

  private func transformed(_ weight: Storage, _ plan: WinogradPlan, rounded: Bool) -> Storage {
    // Where bfloat16 is computed on widened copies, weights are rounded like everything else.
    let rounds = rounded && !plan.isNarrow
    let form = PackedForm.winograd(
      weight.shape, plan.type, turned: plan.isTurned, rounded: rounds)
    return kept(form, of: weight) {
      let windows = cast(rounds ? cast(weight, to: .bfloat16) : weight, to: .float32)
      // In training, weights lie as their gradients do.
      let isBlocked = windows.descriptor == plan.blockedWindows(weight.shape)
      let source = isBlocked ? windows : plain(windows)
      let result = Storage(
        plain: [16, Int(plan.size.outputs), Int(plan.size.inputs)], dtype: plan.type)
      ck_winograd_weights(
        result.pointer, source.pointer.assumingMemoryBound(to: Float.self),
        Int32(isBlocked ? plan.block : 1), plan.size.outputs, plan.size.inputs, plan.isTurned,
        plan.isNarrow)
      withExtendedLifetime(source) {}
      return result
    }
  }
}

/// How Winograd's algorithm computes a convolution, or, turned, the gradient by its input.
private struct WinogradPlan {
  let size: ck_winograd
  let output: Shape
  /// That is computed in.
  let type: DType
  let isTurned: Bool
  /// The channels of a block of maps.
  let block: Int

  var isNarrow: Bool { type == .bfloat16 }

  /// nil where the algorithm does not fit, or oneDNN has it.
  init?(_ geometry: ConvolutionGeometry, _ type: DType, turned: Bool, training: Bool) {
    block = Int(ck_winograd_block(type == .bfloat16))
    let (input, output) =
      turned ? (geometry.output, geometry.input) : (geometry.input, geometry.output)
    guard
      block > 0,
      type == .float32 ? !CPUBackend.computesBFloat16 : type == .bfloat16 && !training,
      geometry.hasWinogradWindow, geometry.padding == 1, input.count > 0,
      input[1] % block == 0, output[1] % (2 * block) == 0
    else { return nil }
    self.output = output
    self.type = type
    isTurned = turned
    size = ck_winograd(
      n: Int64(input[0]), inputs: Int64(input[1]), outputs: Int64(output[1]), h: Int64(input[2]),
      w: Int64(input[3]))
  }

  func blocked(_ map: Shape) -> MemoryDescriptor { .channelBlocked(map, type, block: block) }

  func blockedWindows(_ weight: Shape) -> MemoryDescriptor {
    .windowBlocked(weight, .float32, block: block)
  }
}
