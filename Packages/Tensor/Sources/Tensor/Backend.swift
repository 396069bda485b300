/// The primitives that a device provides, on storages. Operations validate shapes before they call.
///
/// A requirement whose documentation says "fused" is a shortcut for others on this page; its
/// default body spells that out, and is what tests compare with.
package protocol Backend: AnyObject, Sendable {
  // MARK: Layout and type
  /// The same elements, row-major.
  func plain(_ x: Storage) -> Storage
  /// The same elements rounded to another type, in the same layout.
  func cast(_ x: Storage, to dtype: DType) -> Storage
  /// The same elements in the layout of another storage.
  func relaid(_ x: Storage, like other: Storage) -> Storage

  // MARK: Convolution and matrix product
  /// `[N, C, H, W] ⊛ [O, C / groups, kH, kW]` in the type of `x`.
  func convolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry
  ) -> Storage
  /// Fused, for inference: `relu(convolution + residual)`.
  func convolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry,
    residual: Storage?, relu: Bool
  ) -> Storage
  /// The gradient by the input.
  func convolutionInputGradient(
    _ gradient: Storage, weight: Storage, geometry: ConvolutionGeometry
  ) -> Storage
  /// The gradients by weight and, where asked for, bias, in float32.
  func convolutionWeightGradient(
    _ gradient: Storage, input: Storage, geometry: ConvolutionGeometry, bias: Bool
  ) -> (weight: Storage, bias: Storage?)
  /// Fused: a 3x3 convolution, padding 1, over the channels of x and of maps enlarged bilinearly to
  /// its size, `relu(x ⊛ w₀ + up(m₁) ⊛ w₁ + …)`; the enlarged maps are never made.
  func convolution(
    _ x: Storage, upsampling maps: [Storage], weight: Storage, bias: Storage?, relu: Bool
  ) -> Storage
  /// The gradients by x, by the maps and, in float32, by the weight: those that are asked for, in
  /// this order.
  func convolutionGradient(
    _ gradient: Storage, input x: Storage, upsampling maps: [Storage], weight: Storage,
    needs: [Bool]
  ) -> [Storage?]
  /// Fused: a convolution of bytes, a residual and ReLU, rounded to bytes.
  func convolution(
    _ x: Storage, weight: QuantisedWeight, residual: Storage?, _ convolution: ByteConvolution
  ) -> Storage
  /// The largest magnitude of a weight in bytes with which that convolution's sums are exact.
  var largestByteWeight: Int { get }
  /// `x / step`, rounded to the nearest byte.
  func quantise(_ x: Storage, step: Float, to dtype: DType) -> Storage
  /// `step · x`, of bytes.
  func dequantise(_ x: Storage, step: Float, to dtype: DType) -> Storage
  /// `[M, K] × [K, N]` or a batch of them.
  func matmul(_ a: Storage, _ b: Storage) -> Storage
  /// The last two dimensions exchanged.
  func transposed(_ x: Storage) -> Storage

  // MARK: Normalisation and pooling
  /// Normalises by the batch's own mean and (biased) variance per channel; then ReLU where fused.
  func batchNorm(
    _ x: Storage, scale: Storage, shift: Storage, epsilon: Float, relu: Bool
  ) -> BatchNormResult
  /// The gradients by x, scale and shift.
  func batchNormGradient(
    _ gradient: Storage, input: Storage, scale: Storage, shift: Storage, result: BatchNormResult,
    epsilon: Float, relu: Bool
  ) -> (input: Storage, scale: Storage, shift: Storage)
  /// Normalises by given statistics, followed by ReLU where asked for.
  func batchNorm(
    _ x: Storage, scale: Storage, shift: Storage, mean: Storage, variance: Storage, epsilon: Float,
    relu: Bool
  ) -> Storage
  /// The largest element per window, and what the gradient needs to find it again.
  func maxPool(_ x: Storage, geometry: PoolingGeometry) -> (output: Storage, workspace: Storage?)
  /// The gradient by the input.
  func maxPoolGradient(_ gradient: Storage, workspace: Storage?, geometry: PoolingGeometry)
    -> Storage
  /// Bilinear (half-pixel centres) or nearest resizing of `[N, C, H, W]`.
  func resize(_ x: Storage, height: Int, width: Int, mode: ResizeMode) -> Storage
  /// The gradient by the input, whose shape is given.
  func resizeGradient(_ gradient: Storage, shape: Shape, mode: ResizeMode) -> Storage

  // MARK: Joining and splitting
  /// Joined along the channels.
  func concatenate(_ parts: [Storage]) -> Storage
  /// Part of the channels.
  func channels(_ range: Range<Int>, of x: Storage) -> Storage

  // MARK: Element by element
  /// `a + b`, in the layout of `a`.
  func add(_ a: Storage, _ b: Storage) -> Storage
  /// Fused: `relu(a + b)`.
  func addReLU(_ a: Storage, _ b: Storage) -> Storage
  /// `sum += x`, in place where `sum` has no other holder.
  func accumulate(_ x: Storage, into sum: inout Storage)
  /// `a · b`, in the layout of `a`.
  func multiply(_ a: Storage, _ b: Storage) -> Storage
  /// `factor · x`.
  func scale(_ x: Storage, by factor: Float) -> Storage
  /// x where x > 0, else slope · x; ReLU is slope 0.
  func leakyReLU(_ x: Storage, slope: Float) -> Storage
  /// The gradient by the input, told from the output's sign.
  func leakyReLUGradient(_ gradient: Storage, output: Storage, slope: Float) -> Storage
  /// `1 / (1 + e^-x)`.
  func sigmoid(_ x: Storage) -> Storage
  /// The gradient by the input, from the output.
  func sigmoidGradient(_ gradient: Storage, output: Storage) -> Storage

  // MARK: Per channel of each image
  /// `x[n, c, ·] · factor[n, c]`.
  func scaleChannels(_ x: Storage, by factor: Storage) -> Storage
  /// `scale · Σ x[n, c, ·] · other[n, c, ·]` as float32 `[N, C, 1, 1]`; other is 1 where nil.
  func sumChannels(_ x: Storage, times other: Storage?, scale: Float) -> Storage
  /// `value[n, c]` everywhere, in the type and layout of `like`.
  func fillChannels(_ value: Storage, like x: Storage) -> Storage

  // MARK: Over the channels of each pixel
  /// Softmax or its logarithm.
  func softmax(_ x: Storage, logarithm: Bool) -> Storage
  /// The gradient by the input, from the output.
  func softmaxGradient(_ gradient: Storage, output: Storage, logarithm: Bool) -> Storage
  /// Softmax of logits enlarged bilinearly to a size, which are never written.
  func softmax(_ logits: Storage, height: Int, width: Int) -> Storage
  /// The gradient by the logits, whose shape is given, from the output.
  func softmaxGradient(_ gradient: Storage, output: Storage, shape: Shape) -> Storage
  /// Label and largest value (or its softmax probability) per pixel at the given size; fused with
  /// bilinear resizing where the size is not that of the scores.
  func argmax(
    _ scores: Storage, height: Int, width: Int, confidence: Bool, normalised: Bool
  ) -> (labels: Storage, confidence: Storage?)

  // MARK: Losses and reductions
  /// Mean cross-entropy over pixels whose label is below C, and the gradient by the logits where
  /// asked for; fused with bilinear resizing where the labels are larger than the logits.
  func crossEntropy(_ logits: Storage, labels: Storage, gradient: Bool)
    -> (loss: Double, gradient: Storage?)
  /// Mean binary cross-entropy of logits with one target, and its gradient where asked for.
  func binaryCrossEntropy(_ logits: Storage, target: Float, gradient: Bool)
    -> (loss: Double, gradient: Storage?)
  /// The same of one channel of logits enlarged bilinearly to a size, which are never written.
  func binaryCrossEntropy(
    _ logits: Storage, height: Int, width: Int, target: Float, gradient: Bool
  ) -> (loss: Double, gradient: Storage?)
  /// The sum of the elements, of their squares where `squared`.
  func sum(_ x: Storage, squared: Bool) -> Double

  // MARK: Optimisers, on float32 in one common layout that nobody else holds
  /// One step of stochastic gradient descent.
  func sgd(_ parameter: Storage, velocity: Storage, gradient: Storage, step: SGDStep)
  /// One step of Adam.
  func adam(
    _ parameter: Storage, mean: Storage, square: Storage, gradient: Storage, step: AdamStep)
}

/// How pixels are taken when an image is resized.
package enum ResizeMode: Hashable, Sendable {
  /// Bilinear with half-pixel centres (`align_corners=False`).
  case bilinear
  /// The nearest pixel by its centre (PyTorch's `nearest-exact`).
  case nearest
}

/// What batch normalisation leaves for its gradient and for the running statistics.
package struct BatchNormResult: Sendable {
  /// The normalised elements.
  package let output: Storage
  /// Per channel, float32 `[C]`.
  package let mean: Storage
  /// Per channel, biased, float32 `[C]`.
  package let variance: Storage
}

/// The numbers of one step of SGD as PyTorch defines it.
public struct SGDStep: Sendable {
  /// Learning rate.
  public var learningRate: Float
  /// Share of the velocity kept.
  public var momentum: Float
  /// Times the parameter, added to the gradient.
  public var weightDecay: Float
  /// Times the gradient, before all else (gradient clipping).
  public var gradientScale: Float

  /// The numbers of one step.
  public init(
    learningRate: Float, momentum: Float, weightDecay: Float, gradientScale: Float = 1
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
  }
}

/// The numbers of one step of Adam as PyTorch defines it.
public struct AdamStep: Sendable {
  /// Learning rate.
  public var learningRate: Float
  /// Decay of the mean.
  public var beta1: Float
  /// Decay of the mean square.
  public var beta2: Float
  /// Added to the root of the mean square.
  public var epsilon: Float
  /// Times the parameter, added to the gradient.
  public var weightDecay: Float
  /// Times the gradient, before all else (gradient clipping).
  public var gradientScale: Float
  /// The step's number, from 1.
  public var step: Int

  /// The numbers of one step.
  public init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
    gradientScale: Float = 1, step: Int
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.step = step
  }
}

// MARK: - The decomposed forms of fused requirements: their defaults, and what tests compare with

extension Backend {
  package func convolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry,
    residual: Storage?, relu: Bool
  ) -> Storage {
    decomposedConvolution(
      x, weight: weight, bias: bias, geometry: geometry, residual: residual, relu: relu)
  }

  package func addReLU(_ a: Storage, _ b: Storage) -> Storage { decomposedAddReLU(a, b) }

  /// Convolution, sum and ReLU one after the other.
  package func decomposedConvolution(
    _ x: Storage, weight: Storage, bias: Storage?, geometry: ConvolutionGeometry,
    residual: Storage?, relu: Bool
  ) -> Storage {
    var y = convolution(x, weight: weight, bias: bias, geometry: geometry)
    if let residual { y = add(y, residual) }
    return relu ? leakyReLU(y, slope: 0) : y
  }

  /// In float32: bytes back to numbers, convolution, sum, ReLU, and rounded to bytes.
  package func decomposedConvolution(
    _ x: Storage, weight: QuantisedWeight, residual: Storage?, _ convolution: ByteConvolution
  ) -> Storage {
    let start = residual.flatMap { residual in
      convolution.residualStep.map { dequantise(residual, step: $0, to: .float32) }
    }
    let y = decomposedConvolution(
      dequantise(x, step: convolution.inputStep, to: .float32), weight: weight.rounded.storage,
      bias: Tensor(weight.bias, shape: [weight.bias.count]).storage,
      geometry: convolution.geometry, residual: start,
      relu: convolution.output == .uint8)
    return quantise(y, step: convolution.outputStep, to: convolution.output)
  }

  /// Sum and ReLU one after the other.
  package func decomposedAddReLU(_ a: Storage, _ b: Storage) -> Storage {
    leakyReLU(add(a, b), slope: 0)
  }
}
