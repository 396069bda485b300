import CKernels
import Glibc

extension CPUBackend {
  /// A result in the shape, type and layout of x, filled by `body`, which reads x and `others`.
  private func map(_ x: Storage, _ others: Storage..., body: (Storage) -> Void) -> Storage {
    let result = allocate(x.shape, x.descriptor)
    withExtendedLifetime((x, others)) { body(result) }
    return result
  }

  // MARK: Element by element

  package func add(_ a: Storage, _ b: Storage) -> Storage {
    sum(a, b, relu: false)
  }

  package func addReLU(_ a: Storage, _ b: Storage) -> Storage {
    Self.fuses ? sum(a, b, relu: true) : decomposedAddReLU(a, b)
  }

  private func sum(_ a: Storage, _ b: Storage, relu: Bool) -> Storage {
    let other = relaid(cast(b, to: a.dtype), like: a)
    return map(a, other) {
      ck_add($0.pointer, a.pointer, other.pointer, a.paddedCount, relu, a.isBFloat16)
    }
  }

  package func accumulate(_ x: Storage, into sum: inout Storage) {
    guard isKnownUniquelyReferenced(&sum.buffer) else {
      sum = add(sum, x)
      return
    }
    let other = relaid(cast(x, to: sum.dtype), like: sum)
    ck_add(
      sum.pointer, sum.pointer, other.pointer, sum.paddedCount, false, sum.isBFloat16)
    withExtendedLifetime(other) {}
  }

  package func multiply(_ a: Storage, _ b: Storage) -> Storage {
    let other = relaid(cast(b, to: a.dtype), like: a)
    return map(a, other) {
      ck_multiply($0.pointer, a.pointer, other.pointer, a.paddedCount, a.isBFloat16)
    }
  }

  package func scale(_ x: Storage, by factor: Float) -> Storage {
    map(x) { ck_scale($0.pointer, x.pointer, factor, x.paddedCount, x.isBFloat16) }
  }

  package func leakyReLU(_ x: Storage, slope: Float) -> Storage {
    map(x) { ck_leaky_relu($0.pointer, x.pointer, slope, x.paddedCount, x.isBFloat16) }
  }

  package func leakyReLUGradient(_ gradient: Storage, output: Storage, slope: Float) -> Storage {
    let incoming = relaid(gradient, like: output)
    return map(incoming, output) {
      ck_leaky_relu_gradient(
        $0.pointer, incoming.pointer, output.pointer, slope, output.paddedCount,
        output.isBFloat16)
    }
  }

  package func sigmoid(_ x: Storage) -> Storage {
    let source = x.shape.rank == 4 ? walkable(x) : plain(x)
    return map(source) {
      ck_sigmoid($0.pointer, source.pointer, source.paddedCount, x.isBFloat16)
      // σ(0) is not 0, but the padding of a blocked layout stays zero.
      if source.descriptor.channelBlock > 1 {
        ck_clear_padding($0.pointer, layout(source), x.isBFloat16)
      }
    }
  }

  package func sigmoidGradient(_ gradient: Storage, output: Storage) -> Storage {
    let incoming = relaid(gradient, like: output)
    return map(incoming, output) {
      ck_sigmoid_gradient(
        $0.pointer, incoming.pointer, output.pointer, output.paddedCount,
        output.isBFloat16)
    }
  }

  // MARK: Per channel of each image

  /// A storage whose layout our kernels walk, and in which oneDNN pools and resizes at speed:
  /// row-major or channel-blocked.
  func walkable(_ x: Storage) -> Storage {
    x.descriptor.channelBlock > 0 ? x : plain(x)
  }

  func layout(_ x: Storage) -> ck_layout {
    ck_layout(
      n: Int64(x.shape[0]), channels: Int64(x.shape[1]), area: Int64(x.shape[2] * x.shape[3]),
      block: Int32(x.descriptor.channelBlock))
  }

  /// The distance between images of `[N, C, 1, 1]`, whose channels lie side by side in any layout.
  private func pitch(_ x: Storage) -> Int64 { Int64(x.paddedCount / x.shape[0]) }

  package func scaleChannels(_ x: Storage, by factor: Storage) -> Storage {
    let source = walkable(x)
    let factors = cast(walkable(factor), to: .float32)
    return map(source, factors) {
      ck_scale_channels(
        $0.pointer, source.pointer, factors.pointer.assumingMemoryBound(to: Float.self),
        pitch(factors), layout(source), x.isBFloat16)
    }
  }

  package func sumChannels(_ x: Storage, times other: Storage?, scale: Float) -> Storage {
    let source = walkable(x)
    let second = other.map { relaid(cast($0, to: x.dtype), like: source) }
    let shape: Shape = [x.shape[0], x.shape[1], 1, 1], block = source.descriptor.channelBlock
    let result = allocate(
      shape,
      block > 1 ? .channelBlocked(shape, .float32, block: block) : .plain(shape, .float32))
    ck_sum_channels(
      result.pointer.assumingMemoryBound(to: Float.self), pitch(result), source.pointer,
      second?.pointer, scale, layout(source), x.isBFloat16)
    withExtendedLifetime((source, second)) {}
    return result
  }

  package func fillChannels(_ value: Storage, like x: Storage) -> Storage {
    let values = cast(walkable(value), to: .float32)
    let result = allocate(
      x.shape, x.descriptor.channelBlock > 0 ? x.descriptor : .plain(x.shape, x.dtype))
    ck_fill_channels(
      result.pointer, values.pointer.assumingMemoryBound(to: Float.self), pitch(values),
      layout(result),
      x.isBFloat16)
    withExtendedLifetime(values) {}
    return result
  }

  // MARK: Over the channels of each pixel

  package func softmax(_ x: Storage, logarithm: Bool) -> Storage {
    let source = plain(x)
    return map(source) {
      ck_softmax(
        $0.pointer, source.pointer, Int64(x.shape[0]), Int64(x.shape[1]),
        Int64(x.shape[2] * x.shape[3]), logarithm, x.isBFloat16)
    }
  }

  package func softmaxGradient(_ gradient: Storage, output: Storage, logarithm: Bool) -> Storage {
    let incoming = plain(gradient)
    return map(incoming, output) {
      ck_softmax_gradient(
        $0.pointer, incoming.pointer, output.pointer, Int64(output.shape[0]),
        Int64(output.shape[1]), Int64(output.shape[2] * output.shape[3]), logarithm,
        output.isBFloat16)
    }
  }

  package func softmax(_ logits: Storage, height: Int, width: Int) -> Storage {
    let source = walkable(logits)
    let result = Storage(
      plain: logits.shape.with(height: height, width: width), dtype: logits.dtype)
    ck_upsampled_softmax(
      result.pointer, source.pointer, upsampling(source, height: height, width: width),
      logits.isBFloat16)
    withExtendedLifetime(source) {}
    return result
  }

  package func softmaxGradient(_ gradient: Storage, output: Storage, shape: Shape) -> Storage {
    let incoming = plain(gradient)
    let result = Storage(plain: shape, dtype: output.dtype)
    ck_upsampled_softmax_gradient(
      result.pointer, incoming.pointer, output.pointer,
      upsampling(result, height: output.shape[2], width: output.shape[3]),
      output.isBFloat16)
    withExtendedLifetime((incoming, output)) {}
    return result
  }

  private func upsampling(_ x: Storage, height: Int, width: Int) -> ck_upsampling {
    ck_upsampling(
      n: Int64(x.shape[0]), c: Int64(x.shape[1]), h: Int64(x.shape[2]), w: Int64(x.shape[3]),
      height: Int64(height), width: Int64(width), block: Int32(x.descriptor.channelBlock))
  }

  package func argmax(
    _ scores: Storage, height: Int, width: Int, confidence: Bool, normalised: Bool
  ) -> (labels: Storage, confidence: Storage?) {
    let source = walkable(scores)
    let labels = Storage(plain: [scores.shape[0], height, width], dtype: .uint8)
    let classes = labels.pointer.assumingMemoryBound(to: UInt8.self)
    let size = upsampling(source, height: height, width: width)
    defer { withExtendedLifetime(source) {} }
    guard confidence else {
      ck_upsampled_labels(classes, source.pointer, size, scores.isBFloat16)
      return (labels, nil)
    }
    let values = Storage(plain: labels.shape, dtype: .float32)
    ck_upsampled_argmax(
      classes, values.pointer.assumingMemoryBound(to: Float.self), source.pointer, size, normalised,
      scores.isBFloat16)
    return (labels, values)
  }

  // MARK: Losses and reductions

  package func crossEntropy(_ logits: Storage, labels: Storage, gradient: Bool) -> (
    loss: Double, gradient: Storage?
  ) {
    let source = walkable(logits)
    let slope = gradient ? allocate(source.shape, source.descriptor) : nil
    let mean = ck_upsampled_cross_entropy(
      slope?.pointer, source.pointer, labels.pointer.assumingMemoryBound(to: UInt8.self),
      upsampling(source, height: labels.shape[1], width: labels.shape[2]),
      logits.isBFloat16)
    withExtendedLifetime((source, labels)) {}
    return (mean, slope)
  }

  package func binaryCrossEntropy(
    _ logits: Storage, height: Int, width: Int, target: Float, gradient: Bool
  ) -> (loss: Double, gradient: Storage?) {
    let source = walkable(logits)
    let slope = gradient ? allocate(source.shape, source.descriptor) : nil
    let mean = ck_upsampled_binary_cross_entropy(
      slope?.pointer, source.pointer, target,
      upsampling(source, height: height, width: width), logits.isBFloat16)
    withExtendedLifetime(source) {}
    return (mean, slope)
  }

  package func binaryCrossEntropy(_ logits: Storage, target: Float, gradient: Bool) -> (
    loss: Double, gradient: Storage?
  ) {
    let source = plain(logits)
    let slope = gradient ? Storage(plain: logits.shape, dtype: logits.dtype) : nil
    let total = ck_binary_cross_entropy(
      slope?.pointer, source.pointer, target, logits.shape.count, logits.isBFloat16)
    withExtendedLifetime(source) {}
    let share = 1 / Double(max(1, logits.shape.count))
    return (total * share, slope.map { scale($0, by: Float(share)) })
  }

  package func sum(_ x: Storage, squared: Bool) -> Double {
    withExtendedLifetime(x) {
      Rehearsal.isUnderWay
        ? 0 : ck_sum(x.pointer, x.paddedCount, squared, x.isBFloat16)
    }
  }

  // MARK: Optimisers

  func floats(_ x: Storage) -> UnsafeMutablePointer<Float> {
    require(
      x.isPlain && x.dtype == .float32, "row-major float32 is needed, not \(x.dtype) \(x.shape)")
    return x.pointer.assumingMemoryBound(to: Float.self)
  }

  /// The elements of storages that an optimiser goes through together, whatever their one layout.
  private func floats(_ x: Storage, lyingLike other: Storage) -> UnsafeMutablePointer<Float> {
    require(
      x.dtype == .float32 && (x.descriptor == other.descriptor || Rehearsal.isUnderWay),
      "parameter, gradient and what is remembered lie alike, not \(x.shape) and \(other.shape)")
    return x.pointer.assumingMemoryBound(to: Float.self)
  }

  package func sgd(_ parameter: Storage, velocity: Storage, gradient: Storage, step: SGDStep) {
    func lying(_ x: Storage) -> UnsafeMutablePointer<Float> { floats(x, lyingLike: gradient) }
    ck_sgd(
      lying(parameter), lying(velocity), lying(gradient), gradient.paddedCount,
      step.learningRate, step.momentum, step.weightDecay, step.gradientScale)
    withExtendedLifetime((parameter, velocity, gradient)) {}
  }

  package func adam(
    _ parameter: Storage, mean: Storage, square: Storage, gradient: Storage, step: AdamStep
  ) {
    func lying(_ x: Storage) -> UnsafeMutablePointer<Float> { floats(x, lyingLike: gradient) }
    ck_adam(
      lying(parameter), lying(mean), lying(square), lying(gradient), gradient.paddedCount,
      step.learningRate, step.beta1, step.beta2, step.epsilon, step.weightDecay,
      step.gradientScale, Int64(step.step))
    withExtendedLifetime((parameter, mean, square, gradient)) {}
  }
}
