import COneDNN

extension CPUBackend {
  package func maxPool(_ x: Storage, geometry: PoolingGeometry) -> (
    output: Storage, workspace: Storage?
  ) {
    if !x.dtype.isNumber { return (maxPoolOfBytes(x, geometry: geometry), nil) }
    let source =
      geometry.isWide
      ? cast(plain(x), to: .float32) : cast(walkable(x), to: computeType(x.dtype))
    let primitive = maxPoolPrimitive(
      geometry, source.descriptor, pooled(geometry, source.descriptor), ONEDNN_FORWARD_TRAINING)
    let y = allocate(geometry.output, primitive.descriptor(.destination))
    var operands: [(Role, Storage)] = [(.source, source), (.destination, y)]
    let workspace = primitive.optionalDescriptor(.workspace).map {
      Storage(shape: geometry.output, descriptor: $0)
    }
    if let workspace { operands.append((.workspace, workspace)) }
    primitive.execute(operands)
    return (cast(y, to: x.dtype), workspace)
  }

  package func maxPoolGradient(
    _ gradient: Storage, workspace: Storage?, geometry: PoolingGeometry
  ) -> Storage {
    let type = geometry.isWide ? .float32 : computeType(gradient.dtype)
    // The workspace has the layout of the forward pass, so the gradient takes it too.
    let block = workspace?.descriptor.channelBlock ?? 1
    let source =
      block > 1
      ? MemoryDescriptor.channelBlocked(geometry.input, type, block: block)
      : .plain(geometry.input, type)
    let primitive = maxPoolPrimitive(
      geometry, source, pooled(geometry, source), ONEDNN_BACKWARD_DATA)
    let result = allocate(geometry.input, primitive.descriptor(.sourceGradient))
    var operands: [(Role, Storage)] = [
      (.destinationGradient, prepared(gradient, as: primitive.descriptor(.destinationGradient))),
      (.sourceGradient, result),
    ]
    if let workspace { operands.append((.workspace, workspace)) }
    primitive.execute(operands)
    return cast(result, to: gradient.dtype)
  }

  /// The output has the layout of the input, so that forward and backward agree on it.
  private func pooled(_ geometry: PoolingGeometry, _ source: MemoryDescriptor) -> MemoryDescriptor {
    source.channelBlock > 1
      ? .channelBlocked(geometry.output, source.dtype, block: source.channelBlock)
      : .plain(geometry.output, source.dtype)
  }

  func maxPoolPrimitive(
    _ geometry: PoolingGeometry, _ source: MemoryDescriptor, _ destination: MemoryDescriptor,
    _ direction: onednn_direction
  ) -> Primitive {
    let backward = direction == ONEDNN_BACKWARD_DATA
    return primitive(PrimitiveKey(.maxPool(geometry, backward: backward), [source])) {
      let kernel = [Int64(geometry.kernel), Int64(geometry.kernel)]
      var window = geometry.window
      return MemoryDescriptor.withHandles(source, destination) {
        onednn_max_pool(direction, kernel, &window, $0[0], $0[1])
      }
    }
  }

  package func resize(_ x: Storage, height: Int, width: Int, mode: ResizeMode) -> Storage {
    let source = cast(walkable(x), to: computeType(x.dtype))
    let shape = x.shape.with(height: height, width: width)
    let primitive = resizePrimitive(
      source.descriptor, output: shape, shape: x.shape, mode: mode, backward: false)
    let result = allocate(shape, primitive.descriptor(.destination))
    primitive.execute([(.source, source), (.destination, result)])
    return cast(result, to: x.dtype)
  }

  package func resizeGradient(_ gradient: Storage, shape: Shape, mode: ResizeMode) -> Storage {
    let source = cast(walkable(gradient), to: computeType(gradient.dtype))
    let primitive = resizePrimitive(
      source.descriptor, output: gradient.shape, shape: shape, mode: mode, backward: true)
    let result = allocate(shape, primitive.descriptor(.sourceGradient))
    primitive.execute([(.destinationGradient, source), (.sourceGradient, result)])
    return cast(result, to: gradient.dtype)
  }

  /// `known` is the descriptor of the input (forward) or of the output (backward); the other side
  /// takes the same layout.
  private func resizePrimitive(
    _ known: MemoryDescriptor, output: Shape, shape: Shape, mode: ResizeMode, backward: Bool
  ) -> Primitive {
    let otherShape = backward ? shape : output
    let other =
      known.channelBlock > 1
      ? MemoryDescriptor.channelBlocked(otherShape, known.dtype, block: known.channelBlock)
      : .plain(otherShape, known.dtype)
    let key = PrimitiveKey(.resize(otherShape, mode, backward: backward), [known])
    return primitive(key) {
      MemoryDescriptor.withHandles(backward ? [other, known] : [known, other]) {
        onednn_resampling(
          backward ? ONEDNN_BACKWARD_DATA : ONEDNN_FORWARD_TRAINING, mode == .bilinear, $0[0], $0[1]
        )
      }
    }
  }

  package func concatenate(_ parts: [Storage]) -> Storage {
    let type = computeType(parts[0].dtype)
    let count = parts.reduce(0) { $0 + $1.shape[1] }
    let shape = parts[0].shape.with(channels: count)
    // Blocked where every part fills its blocks: then joining is copying whole blocks.
    let block = parts[0].descriptor.channelBlock
    let whole =
      block > 1
      && parts.allSatisfy { $0.descriptor.channelBlock == block && $0.shape[1] % block == 0 }
    let sources = parts.map { part in
      let source = whole ? part : plain(part)
      return cast(source, to: type)
    }
    let destination =
      whole
      ? MemoryDescriptor.channelBlocked(shape, type, block: block) : .plain(shape, type)
    let key = PrimitiveKey(.concatenation, sources.map(\.descriptor) + [destination])
    let primitive = self.primitive(key) {
      MemoryDescriptor.withHandles(sources.map(\.descriptor) + [destination]) {
        onednn_concat(Int32(sources.count), $0, 1, $0[sources.count])
      }
    }
    let result = allocate(shape, destination)
    primitive.execute(
      sources.enumerated().map { (Role.input($0), $1) } + [(.destination, result)])
    return cast(result, to: parts[0].dtype)
  }

  package func channels(_ range: Range<Int>, of x: Storage) -> Storage {
    let type = computeType(x.dtype)
    var source = cast(x, to: type)
    let shape = x.shape.with(channels: range.count)
    let block = source.descriptor.channelBlock
    if block > 1, range.lowerBound % block != 0 || range.count % block != 0 {
      source = plain(source)
    }
    let destination =
      source.descriptor.channelBlock > 1
      ? MemoryDescriptor.channelBlocked(shape, type, block: block) : .plain(shape, type)
    let key = PrimitiveKey(
      .part(shape: shape, offset: range.lowerBound), [source.descriptor, destination])
    let primitive = self.primitive(key) {
      MemoryDescriptor.withHandles(source.descriptor, destination) {
        onednn_reorder_part(
          $0[0], shape.dimensions.map(Int64.init), [0, Int64(range.lowerBound), 0, 0], $0[1])
      }
    }
    let result = allocate(shape, destination)
    primitive.execute([(.source, source), (.destination, result)])
    return cast(result, to: x.dtype)
  }
}

extension PoolingGeometry {
  /// True where places in the window do not fit into a byte. oneDNN 2.6's gradient of such pooling
  /// is wrong on AVX-512 for bfloat16 in blocks of 16, so it runs in row-major float32.
  var isWide: Bool { kernel * kernel > 255 }

  var window: onednn_window {
    // oneDNN derives the output's size from the padding, so the lower right edge takes what the
    // output that PyTorch rounds down leaves over.
    func high(_ axis: Int) -> Int64 {
      Int64((output[axis] - 1) * stride + kernel - input[axis] - padding)
    }
    return onednn_window(
      stride: (Int64(stride), Int64(stride)), dilation: (1, 1),
      padding_low: (Int64(padding), Int64(padding)), padding_high: (high(2), high(3)))
  }
}
