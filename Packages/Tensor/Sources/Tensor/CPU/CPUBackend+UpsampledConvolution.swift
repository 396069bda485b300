import CKernels

/// A 3x3 convolution over enlarged maps as nine 1x1 convolutions over the maps as they are: both are
/// linear, one across the channels and one within them, so they commute. The 1x1 convolutions have a
/// `scale²`-th of the pixels, and the enlarged maps, the widest of the network, are never written.
extension CPUBackend {
  package func convolution(
    _ x: Storage, upsampling maps: [Storage], weight: Storage, bias: Storage?, relu: Bool
  ) -> Storage {
    let channels = UpsampledChannels(x, maps, weight)
    let own = convolution(
      x, weight: inputs(channels.ranges[0], of: weight), bias: bias,
      geometry: channels.own)
    let y = blocked(own)
    let products = zip(maps.indices, maps).map { index, map in
      blocked(
        convolution(
          map, weight: places(channels.ranges[index + 1], of: weight), bias: nil,
          geometry: channels.places(map)))
    }
    let pointers = products.map { UnsafeRawPointer?($0.pointer) }
    ck_add_shifted(
      y.pointer, Int32(maps.count), pointers, maps.map(channels.upsampling), relu,
      y.dtype == .bfloat16)
    withExtendedLifetime(products) {}
    return y
  }

  package func convolutionGradient(
    _ gradient: Storage, input x: Storage, upsampling maps: [Storage], weight: Storage,
    needs: [Bool]
  ) -> [Storage?] {
    let channels = UpsampledChannels(x, maps, weight)
    let slopes = needs[needs.count - 1] ? Storage(plain: weight.shape, dtype: .float32) : nil
    var results: [Storage?] = []
    results.append(
      needs[0]
        ? convolutionInputGradient(
          gradient, weight: inputs(channels.ranges[0], of: weight), geometry: channels.own) : nil)
    if let slopes {
      let part = convolutionWeightGradient(
        gradient, input: x, geometry: channels.own, bias: false)
      copy(plain(part.weight), into: channels.ranges[0], of: slopes)
    }
    let source = blocked(gradient)
    for (index, map) in maps.enumerated() {
      // Results are told by their place, so that a map without a gradient keeps its own.
      guard needs[index + 1] || slopes != nil else {
        results.append(nil)
        continue
      }
      let geometry = channels.places(map), range = channels.ranges[index + 1]
      let products = allocate(
        geometry.output, .channelBlocked(geometry.output, gradient.dtype, block: Self.channelBlock))
      ck_shifted_gradient(
        products.pointer, source.pointer, channels.upsampling(map), gradient.dtype == .bfloat16)
      results.append(
        needs[index + 1]
          ? convolutionInputGradient(
            products, weight: places(range, of: weight), geometry: geometry) : nil)
      guard let slopes else { continue }
      let part = plain(
        convolutionWeightGradient(products, input: map, geometry: geometry, bias: false).weight)
      ck_weight_from_places(
        floats(slopes), floats(part), Int64(weight.shape[0]), Int64(weight.shape[1]),
        Int64(range.lowerBound), Int64(range.count), Int64(channels.padded))
      withExtendedLifetime(part) {}
    }
    withExtendedLifetime(source) {}
    return results + [slopes]
  }

  /// In blocks of channels, as the kernels here walk.
  private func blocked(_ x: Storage) -> Storage {
    prepared(x, as: .channelBlocked(x.shape, x.dtype, block: Self.channelBlock))
  }

  /// The weight of some input channels.
  private func inputs(_ range: Range<Int>, of weight: Storage) -> Storage {
    kept(.inputs(range), of: weight) {
      let part = Storage(plain: weight.shape.with(channels: range.count), dtype: .float32)
      copyRows(from: plain(weight), at: range.lowerBound, to: part, at: 0, channels: range.count)
      return part
    }
  }

  private func copy(_ part: Storage, into range: Range<Int>, of weight: Storage) {
    copyRows(from: part, at: 0, to: weight, at: range.lowerBound, channels: range.count)
  }

  private func copyRows(
    from source: Storage, at first: Int, to target: Storage, at start: Int, channels: Int
  ) {
    let window = source.shape[2] * source.shape[3]
    source.withElements(of: Float.self) { from in
      target.withElements(of: Float.self) { to in
        for output in 0..<source.shape[0] {
          let begin = (output * source.shape[1] + first) * window
          let end = (output * target.shape[1] + start) * window
          for index in 0..<channels * window { to[end + index] = from[begin + index] }
        }
      }
    }
  }

  /// The weights of some input channels, `[9 · padded outputs, channels, 1, 1]`.
  private func places(_ range: Range<Int>, of weight: Storage) -> Storage {
    kept(.places(range), of: weight) {
      let padded = UpsampledChannels.padded(weight.shape[0])
      let part = Storage(plain: [9 * padded, range.count, 1, 1], dtype: .float32)
      let rows = plain(weight)
      ck_places_from_weight(
        floats(part), floats(rows), Int64(weight.shape[0]), Int64(weight.shape[1]),
        Int64(range.lowerBound), Int64(range.count), Int64(padded))
      withExtendedLifetime(rows) {}
      return part
    }
  }
}

/// How the channels of a convolution over x and enlarged maps are divided.
private struct UpsampledChannels {
  /// Of x, then of each map.
  let ranges: [Range<Int>]
  /// The convolution over x alone.
  let own: ConvolutionGeometry
  /// The outputs, padded to whole blocks.
  let padded: Int
  private let x: Shape

  init(_ x: Storage, _ maps: [Storage], _ weight: Storage) {
    var ranges = [0..<x.shape[1]]
    for map in maps {
      let start = ranges[ranges.count - 1].upperBound
      ranges.append(start..<start + map.shape[1])
    }
    self.ranges = ranges
    self.x = x.shape
    padded = Self.padded(weight.shape[0])
    own = ConvolutionGeometry(
      input: x.shape, weight: weight.shape.with(channels: x.shape[1]), padding: 1)
  }

  static func padded(_ outputs: Int) -> Int {
    (outputs + CPUBackend.channelBlock - 1) / CPUBackend.channelBlock * CPUBackend.channelBlock
  }

  func places(_ map: Storage) -> ConvolutionGeometry {
    ConvolutionGeometry(input: map.shape, weight: [9 * padded, map.shape[1], 1, 1])
  }

  func upsampling(_ map: Storage) -> ck_upsampling {
    ck_upsampling(
      n: Int64(x[0]), c: Int64(padded), h: Int64(map.shape[2]), w: Int64(map.shape[3]),
      height: Int64(x[2]), width: Int64(x[3]), block: Int32(CPUBackend.channelBlock))
  }
}
