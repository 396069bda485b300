import CKernels
import COneDNN
import Glibc
import Synchronization

/// The processor: oneDNN for convolution, matrix product, pooling and resampling; the project's own
/// kernels for the rest, on the same threads.
///
/// Where oneDNN has no bfloat16 for the processor (no AVX-512), tensors stay bfloat16 in memory and
/// primitives run in float32 on widened copies: the same rounding of every result, less speed.
package final class CPUBackend: Backend {
  /// The process's only one.
  package static let shared = CPUBackend()

  /// The number of threads that operations run on.
  package static var threadCount: Int { Int(ck_thread_count()) }

  /// True where bfloat16 is computed by the processor rather than on widened copies.
  package static var computesBFloat16: Bool { onednn_has_bfloat16() }

  /// True where oneDNN has fast convolutions over blocks of channels.
  static var convolvesBlocks: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }

  /// The channels of a block, in the layout that those convolutions take: one vector of float32.
  static var channelBlock: Int { computesBFloat16 ? 16 : 8 }

  /// False where the environment says `TENSOR_FUSION=0`: fused operations then run as their
  /// decomposed forms, to find out which of the two a wrong number comes from.
  package static let fuses = getenv("TENSOR_FUSION").map { String(cString: $0) != "0" } ?? true

  /// How many storages were laid out anew so far.
  let reorders = Atomic(0)

  private let primitives = Mutex<[PrimitiveKey: Primitive?]>([:])

  private init() {}

  /// How many primitives are kept, for whoever runs a network on pictures of ever other sizes.
  private static let mostPrimitives = 4096

  /// The primitive for the key, made at its first use; nil where oneDNN has none.
  func optionalPrimitive(_ key: PrimitiveKey, make: () -> onednn_primitive_t?) -> Primitive? {
    if let known = primitives.withLock({ $0[key] }) { return known }
    let made = make().map(Primitive.init(owning:))
    return primitives.withLock { cache in
      if let known = cache[key] { return known }
      if cache.count >= Self.mostPrimitives { cache = [:] }
      cache[key] = .some(made)
      return made
    }
  }

  /// The primitive for the key, made at its first use.
  func primitive(_ key: PrimitiveKey, make: () -> onednn_primitive_t?) -> Primitive {
    guard let primitive = optionalPrimitive(key, make: make) else {
      fatalError("oneDNN \(onednn_version()) has no implementation for \(key)")
    }
    return primitive
  }

  /// The type that primitives compute in, for tensors of a type.
  func computeType(_ dtype: DType) -> DType {
    dtype == .bfloat16 && !Self.computesBFloat16 ? .float32 : dtype
  }

  func allocate(_ shape: Shape, _ descriptor: MemoryDescriptor) -> Storage {
    Storage(shape: shape, descriptor: descriptor)
  }

  // MARK: Layout and type

  /// The elements of x as a primitive wants them: its layout, its type.
  func prepared(_ x: Storage, as descriptor: MemoryDescriptor) -> Storage {
    if x.descriptor == descriptor { return x }
    if let same = sameBytes(x, as: descriptor) { return same }
    if x.dtype == descriptor.dtype
      || (Self.computesBFloat16 && x.dtype.isNumber && descriptor.dtype.isNumber)
    {
      return reordered(x, to: descriptor)
    }
    let converted = cast(x, to: descriptor.dtype)
    return converted.descriptor == descriptor ? converted : reordered(converted, to: descriptor)
  }

  /// One value per channel, in whole blocks, lies the same whether it is blocked or not.
  private func sameBytes(_ x: Storage, as descriptor: MemoryDescriptor) -> Storage? {
    let blocks = [x.descriptor.channelBlock, descriptor.channelBlock]
    guard
      x.dtype == descriptor.dtype, x.shape.rank == 4, x.shape[2] * x.shape[3] == 1,
      blocks.allSatisfy({ $0 > 0 && x.shape[1] % $0 == 0 }),
      descriptor.byteCount == x.descriptor.byteCount
    else { return nil }
    return Storage(shape: x.shape, descriptor: descriptor, buffer: x.buffer)
  }

  /// A parameter's elements as a primitive wants them, kept with the parameter until it changes.
  func packed(_ weight: Storage, as descriptor: MemoryDescriptor, for dtype: DType) -> Storage {
    let rounded = dtype == .bfloat16 && weight.dtype == .float32
    if !rounded {
      if weight.descriptor == descriptor { return weight }
      // Not kept: a buffer that held itself would never be free.
      if let same = sameBytes(weight, as: descriptor) { return same }
    }
    return kept(.layout(descriptor, rounded: rounded), of: weight) {
      let rounding = rounded && descriptor.dtype == .float32
      return prepared(rounding ? cast(weight, to: .bfloat16) : weight, as: descriptor)
    }
  }

  /// A form of a parameter, made at first use and kept with it until it changes.
  func kept(_ form: PackedForm, of weight: Storage, make: () -> Storage) -> Storage {
    if let known = weight.buffer.packed.withLock({ $0[form] }) { return known }
    let made = make()
    weight.buffer.packed.withLock { $0[form] = made }
    if Rehearsal.isUnderWay { Rehearsal.forget(weight.buffer) }
    return made
  }

  private func reordered(_ x: Storage, to descriptor: MemoryDescriptor) -> Storage {
    if x.dtype == .bfloat16 && computeType(.bfloat16) == .float32 {
      // oneDNN has nothing but its reference code for this; by way of float32 the same values come out.
      return cast(reordered(cast(x, to: .float32), to: descriptor.with(.float32)), to: .bfloat16)
    }
    // The shape is the descriptor's: weights of grouped convolutions have one dimension more.
    let key = PrimitiveKey(.reorder, [x.descriptor, descriptor])
    let primitive = primitive(key) {
      MemoryDescriptor.withHandles(x.descriptor, descriptor) { onednn_reorder($0[0], $0[1]) }
    }
    let result = allocate(x.shape, descriptor)
    primitive.execute([(.source, x), (.destination, result)])
    reorders.add(1, ordering: .relaxed)
    return result
  }

  package func plain(_ x: Storage) -> Storage {
    x.isPlain ? x : prepared(x, as: .plain(x.shape, x.dtype))
  }

  package func relaid(_ x: Storage, like other: Storage) -> Storage {
    prepared(x, as: other.descriptor.with(x.dtype))
  }

  package func cast(_ x: Storage, to dtype: DType) -> Storage {
    if x.dtype == dtype { return x }
    let result = allocate(x.shape, x.descriptor.with(dtype))
    defer { withExtendedLifetime(x) {} }
    switch (x.dtype, dtype) {
    case (.bfloat16, .float32):
      ck_float_from_bfloat(
        result.pointer.assumingMemoryBound(to: Float.self),
        x.pointer.assumingMemoryBound(to: UInt16.self), x.paddedCount)
    case (.float32, .bfloat16):
      ck_bfloat_from_float(
        result.pointer.assumingMemoryBound(to: UInt16.self),
        x.pointer.assumingMemoryBound(to: Float.self), x.paddedCount)
    default:
      fatalError("no conversion from \(x.dtype) to \(dtype)")
    }
    return result
  }
}

/// What makes two primitives the same.
struct PrimitiveKey: Hashable {
  enum Kind: Hashable {
    case reorder
    case scaledReorder(Float)
    case part(shape: Shape, offset: Int)
    case concatenation
    case convolution(ConvolutionGeometry, ConvolutionPass, DType, bias: Bool)
    case fusedConvolution(ConvolutionGeometry, DType, bias: Bool, sum: Bool, relu: Bool)
    case byteConvolution(ByteConvolution)
    case matmul(Shape, Shape, DType)
    case maxPool(PoolingGeometry, backward: Bool)
    case resize(Shape, ResizeMode, backward: Bool)
  }

  let kind: Kind
  let descriptors: [MemoryDescriptor]

  init(_ kind: Kind, _ descriptors: [MemoryDescriptor] = []) {
    self.kind = kind
    self.descriptors = descriptors
  }
}

/// Which of a convolution's three products.
enum ConvolutionPass: Hashable { case forward, inputGradient, weightGradient }
