import COneDNN
import Glibc

/// Maps in bytes lie with all channels of a pixel side by side, as oneDNN's convolutions of bytes want them.
extension CPUBackend {
  package func quantise(_ x: Storage, step: Float, to dtype: DType) -> Storage {
    let source = cast(x, to: computeType(x.dtype))
    return scaled(source, by: 1 / step, to: byteDescriptor(x.shape, dtype))
  }

  package func dequantise(_ x: Storage, step: Float, to dtype: DType) -> Storage {
    let type = computeType(dtype)
    // Maps as convolutions of numbers take them.
    let isMap = x.shape.rank == 4 && Self.convolvesBlocks
    let y = scaled(
      x, by: step,
      to: isMap ? self.descriptor(x.shape, type, blocked: true) : .plain(x.shape, type))
    return cast(y, to: dtype)
  }

  package var largestByteWeight: Int { Int(onednn_largest_byte_weight()) }

  package func convolution(
    _ x: Storage, weight: QuantisedWeight, residual: Storage?, _ convolution: ByteConvolution
  ) -> Storage {
    if !Self.fuses {
      return decomposedConvolution(x, weight: weight, residual: residual, convolution)
    }
    let geometry = convolution.geometry
    let source = prepared(x, as: byteDescriptor(geometry.input, .uint8))
    let y = allocate(geometry.output, byteDescriptor(geometry.output, convolution.output))
    let primitive = self.primitive(PrimitiveKey(.byteConvolution(convolution))) {
      makeByteConvolution(convolution, weight, source.descriptor, y.descriptor)
    }
    if let residual {
      // The sum reads what the destination held before.
      let start = prepared(residual, as: byteDescriptor(residual.shape, residual.dtype))
      if !Rehearsal.isUnderWay { _ = memcpy(y.pointer, start.pointer, y.descriptor.byteCount) }
      withExtendedLifetime(start) {}
    }
    let weights = packed(weight.bytes, as: primitive.descriptor(.weights), for: .int8)
    primitive.execute([(.source, source), (.weights, weights), (.destination, y)])
    return y
  }

  func maxPoolOfBytes(_ x: Storage, geometry: PoolingGeometry) -> Storage {
    let source = prepared(x, as: byteDescriptor(x.shape, x.dtype))
    let y = allocate(geometry.output, byteDescriptor(geometry.output, x.dtype))
    let primitive = maxPoolPrimitive(
      geometry, source.descriptor, y.descriptor, ONEDNN_FORWARD_INFERENCE)
    primitive.execute([(.source, source), (.destination, y)])
    return y
  }

  private func byteDescriptor(_ shape: Shape, _ dtype: DType) -> MemoryDescriptor {
    shape.rank == 4 ? .channelBlocked(shape, dtype, block: 0) : .plain(shape, dtype)
  }

  private func scaled(
    _ x: Storage, by scale: Float, to descriptor: MemoryDescriptor
  ) -> Storage {
    let key = PrimitiveKey(.scaledReorder(scale), [x.descriptor, descriptor])
    let primitive = self.primitive(key) {
      MemoryDescriptor.withHandles(x.descriptor, descriptor) {
        onednn_scaled_reorder($0[0], $0[1], scale)
      }
    }
    let result = allocate(x.shape, descriptor)
    primitive.execute([(.source, x), (.destination, result)])
    return result
  }

  private func makeByteConvolution(
    _ convolution: ByteConvolution, _ weight: QuantisedWeight, _ source: MemoryDescriptor,
    _ destination: MemoryDescriptor
  ) -> onednn_primitive_t? {
    var window = convolution.geometry.window
    // In units of the output.
    let scales = weight.steps.map { $0 * convolution.inputStep / convolution.outputStep }
    let biases = weight.bias.map { $0 / convolution.outputStep }
    let residualScale = (convolution.residualStep ?? 0) / convolution.outputStep
    return scales.withUnsafeBufferPointer { scales in
      biases.withUnsafeBufferPointer { biases in
        MemoryDescriptor.withHandles(source, .any(weight.shape, .int8), destination) {
          onednn_byte_convolution(
            &window, $0[0], $0[1], $0[2], Int32(scales.count),
            onednn_byte_epilogue(
              scales: scales.baseAddress, bias: biases.baseAddress,
              residual: convolution.residual != nil,
              residual_type: (convolution.residual ?? .uint8).oneDNN,
              residual_scale: residualScale))
        }
      }
    }
  }
}
