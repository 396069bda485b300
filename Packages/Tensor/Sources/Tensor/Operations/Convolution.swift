/// The sizes of a convolution: what is valid, what comes out, what it costs.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// `[N, C, H, W]`.
  public let input: Shape
  /// `[O, C / groups, kH, kW]`.
  public let weight: Shape
  /// Step between windows, both ways.
  public let stride: Int
  /// Zeros added on each side.
  public let padding: Int
  /// Distance between the taps of a window; 1 is dense.
  public let dilation: Int
  /// Parts that the channels are split into; C for a depthwise convolution.
  public let groups: Int
  /// `[N, O, H', W']` with `H' = (H + 2·padding - dilation·(kH - 1) - 1) / stride + 1`.
  public let output: Shape

  /// Validates the sizes.
  ///
  /// - Precondition: Both shapes have four dimensions, the channels agree, and the window fits.
  public init(
    input: Shape, weight: Shape, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) {
    require(
      input.rank == 4 && weight.rank == 4,
      "conv2d takes [N, C, H, W] and [O, C/groups, kH, kW], not \(input) and \(weight)")
    require(
      stride > 0 && dilation > 0 && padding >= 0 && groups > 0,
      "conv2d: stride \(stride), padding \(padding), dilation \(dilation), groups \(groups)")
    require(
      weight[1] * groups == input[1] && weight[0] % groups == 0,
      "conv2d: weight \(weight) in \(groups) groups does not fit input \(input)")
    func extent(_ axis: Int) -> Int {
      let span = dilation * (weight[axis] - 1) + 1
      let room = input[axis] + 2 * padding
      require(room >= span, "conv2d: a window of \(weight) does not fit into \(input)")
      return (room - span) / stride + 1
    }
    self.input = input
    self.weight = weight
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    output = [input[0], weight[0], extent(2), extent(3)]
  }

  /// Multiplications with addition in the forward pass, zeros of the padding included.
  public var macs: Int { output.count * weight[1] * weight[2] * weight[3] }
}

extension Tensor {
  /// Two-dimensional convolution (`torch.nn.functional.conv2d`).
  ///
  /// The weight and bias may be float32 where the input is bfloat16: they are rounded for the
  /// product, and their gradients stay float32.
  ///
  /// - Parameters:
  ///   - weight: `[O, C / groups, kH, kW]`.
  ///   - bias: `[O]`.
  /// - Returns: `[N, O, H', W']`.
  /// - Precondition: See ``ConvolutionGeometry``.
  public func conv2d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) -> Tensor {
    let geometry = ConvolutionGeometry(
      input: shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
    checkOperands(bias, outputs: geometry.output[1])
    let x = storage, w = weight.storage, remake = remake
    return Self.selectiveOperation(
      "conv2d", [self, weight] + (bias.map { [$0] } ?? []), macs: geometry.macs
    ) { backend, demand in
      let y = backend.convolution(x, weight: w, bias: bias?.storage, geometry: geometry)
      let biasType = bias?.dtype, hasBias = bias != nil, needs = demand.needs
      let needsWeights = needs[1] || (hasBias && needs[2])
      // Only what the asked-for gradients read is kept.
      let weight = needs[0] ? w : nil, weightType = w.dtype
      let input = needsWeights ? remake ?? { x } : nil
      return (
        y,
        { gradient, needs in
          var results: [Storage?] = [nil, nil] + (hasBias ? [nil] : [])
          if needs[0], let weight {
            results[0] = backend.convolutionInputGradient(
              gradient, weight: weight, geometry: geometry)
          }
          if needs[1] || (hasBias && needs[2]), let input {
            let slopes = backend.convolutionWeightGradient(
              gradient, input: input(), geometry: geometry, bias: hasBias)
            results[1] = backend.cast(slopes.weight, to: weightType)
            if let biasType { results[2] = slopes.bias.map { backend.cast($0, to: biasType) } }
          }
          return results
        }
      )
    }
  }

  /// Convolution with what follows it in a network without batch statistics, in one pass:
  /// `relu(conv2d(self) + residual)`. For inference; nothing is recorded.
  ///
  /// - Parameter residual: Added before ReLU, in the output's shape.
  /// - Precondition: See ``ConvolutionGeometry``; no operand is recorded on a tape.
  public func conv2dForInference(
    weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    residual: Tensor? = nil, relu: Bool
  ) -> Tensor {
    require(
      [self, weight, bias, residual].allSatisfy { $0?.node == nil },
      "this convolution has no gradient: use conv2d")
    let geometry = ConvolutionGeometry(
      input: shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation)
    checkOperands(bias, outputs: geometry.output[1])
    require(
      residual.map { $0.shape == geometry.output } ?? true,
      "conv2d: a residual of \(residual?.shape ?? []) for an output of \(geometry.output)")
    return Self.operation("conv2d", [], macs: geometry.macs) { backend, _ in
      let y = backend.convolution(
        storage, weight: weight.storage, bias: bias?.storage, geometry: geometry,
        residual: residual?.storage, relu: relu)
      return (y, { _ in [] })
    }
  }

  func checkOperands(_ bias: Tensor?, outputs: Int) {
    require(dtype.isNumber, "conv2d: \(dtype) \(shape) is no map of numbers; see 'dequantised()'")
    require(
      bias.map { $0.shape == [outputs] } ?? true,
      "conv2d: a bias of \(outputs) elements, not \(bias?.shape ?? [])")
  }
}
