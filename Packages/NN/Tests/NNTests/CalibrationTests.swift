import NN
import Tensor
import TensorTesting
import Testing

/// Layers in bytes, against the same in floats.
@Suite struct CalibrationTests {
  private let shape: Shape = [2, 16, 8, 10]

  private func block(
    _ store: ParameterStore, _ mode: Scope.Mode, relu: Bool,
    bytes: ConvolutionBatchNorm.Bytes = .all
  ) -> ConvolutionBatchNorm {
    let scope = store.scope(mode)
    return ConvolutionBatchNorm(
      convolution: scope["conv"], norm: scope["bn"], 16, 24, kernel: 3, stride: 2, padding: 1,
      relu: relu, bytes: bytes)
  }

  private func filledStore() -> ParameterStore {
    let store = ParameterStore()
    _ = block(store, .training, relu: true)
    fill(store)
    return store
  }

  private func positive(_ name: String, _ shape: Shape) -> Tensor {
    Array64(uniform: name, shape: shape, scale: 0.5, offset: 0.5).tensor()
  }

  @Test(arguments: [(true, false), (true, true), (false, false), (false, true)])
  func aLayerInBytesIsTheLayerToAFewSteps(relu: Bool, hasResidual: Bool) throws {
    let store = filledStore()
    let x = positive("x", shape)
    let residual = hasResidual ? positive("r", [2, 24, 4, 5]) : nil
    let exact = block(store, .inference, relu: relu)(x, residual: residual)
    let calibration = Calibration()
    let observed = block(store, .calibrating(calibration), relu: relu)(x, residual: residual)
    #expect(observed.floats == exact.floats)
    let y = block(store, .quantised(calibration), relu: relu)(
      x.quantised(step: 1 / 255), residual: residual?.quantised(step: 1 / 255))
    #expect(y.dtype == (relu ? .uint8 : .int8))
    let largest = exact.floats.reduce(0) { max($0, abs($1)) }
    let step = try #require(y.step)
    #expect(abs(step * (relu ? 255 : 127) - largest) < 1e-4 * largest)
    #expect(relativeL2(y.dequantised(), exact) < 0.02)
  }

  /// The largest of all pictures counts.
  @Test func allPicturesAreObserved() throws {
    let store = filledStore()
    let calibration = Calibration()
    let layer = block(store, .calibrating(calibration), relu: true)
    let outputs = ["a", "b", "c"].map { layer(positive($0, shape)) }
    let largest = outputs.flatMap(\.floats).max() ?? 0
    let y = block(store, .quantised(calibration), relu: true)(
      positive("a", shape).quantised(step: 1))
    #expect(abs(try #require(y.step) * 255 - largest) < 1e-4 * largest)
  }

  @Test func onlyTheOutputMayBeInBytes() throws {
    let store = filledStore()
    let calibration = Calibration()
    let x = positive("x", shape)
    let exact = block(store, .calibrating(calibration), relu: true, bytes: .output)(x)
    let y = block(store, .quantised(calibration), relu: true, bytes: .output)(x)
    let step = try #require(y.step)
    for (found, exact) in zip(y.dequantised().floats, exact.floats) {
      #expect(abs(found - exact) <= 0.501 * step)
    }
    let none = block(store, .quantised(calibration), relu: true, bytes: .none)(x)
    #expect(none.dtype == .float32 && none.floats == exact.floats)
  }

  @Test func aLayerThatWasNotObservedIsNamed() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let scope = ParameterStore().scope(.quantised(Calibration()))
      _ = ConvolutionBatchNorm(
        convolution: scope["conv"], norm: scope["bn"], 16, 16, kernel: 1, bytes: .all)
    }
    let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(errors.contains("conv was not calibrated"), "\(errors)")
  }

  @Test func valuesThatAreNotFiniteAreNamed() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let store = ParameterStore(), calibration = Calibration()
      func layer(_ mode: Scope.Mode) -> ConvolutionBatchNorm {
        let scope = store.scope(mode)
        return ConvolutionBatchNorm(
          convolution: scope["conv"], norm: scope["bn"], 16, 16, kernel: 1, relu: false, bytes: .all
        )
      }
      _ = layer(.calibrating(calibration))(Tensor(repeating: .nan, shape: [1, 16, 2, 2]))
      _ = layer(.quantised(calibration))
    }
    let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(errors.contains("conv gave values that are not finite"), "\(errors)")
  }
}
