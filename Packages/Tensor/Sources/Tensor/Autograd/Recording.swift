/// A function of tensors and parameters that ran once and whose gradients are asked for several
/// times, each walk back after what it wants and no more.
///
/// What an adversarial step needs of a discriminator: on the way to the generator, the gradient by
/// its input with its parameters frozen; for its own loss, the gradients by its parameters; both from
/// one forward pass.
///
/// ```swift
/// let recording = Recording(of: discriminator.parameters, at: prediction) { discriminator($0) }
/// let towardsGenerator = recording.inputGradient(seed: slopeOfAdversarialLoss)
/// let ownGradients = recording.parameterGradients(seed: slopeOfOwnLoss)
/// ```
///
/// The activations live as long as the recording.
public struct Recording: Sendable {
  /// What the function gave, detached.
  public let output: Tensor

  private let tape: Tape
  private let node: Tape.Node?
  private let input: Tape.Node
  private let parameters: [(Parameter, Tape.Node)]

  /// Runs the function and records it.
  ///
  /// - Parameters:
  ///   - parameters: What ``parameterGradients(seed:)`` differentiates by.
  ///   - input: What ``inputGradient(seed:)`` differentiates by; recorded on no other tape.
  public init(
    of parameters: [Parameter], at input: Tensor, _ body: (Tensor) throws -> Tensor
  ) rethrows {
    let tape = Tape(parameters: parameters)
    let leaf = tape.addLeaf()
    let result = try Tape.$current.withValue(tape) {
      try body(Tensor(input.storage, node: leaf))
    }
    output = result.detached
    node = result.node?.tape === tape ? result.node : nil
    self.tape = tape
    self.input = leaf
    self.parameters = parameters.compactMap { parameter in
      tape.leaf(for: parameter).map { (parameter, $0) }
    }
  }

  /// The gradient by the input, given the gradient by the output; nil where the output does not
  /// depend on it.
  ///
  /// - Precondition: `seed` has the output's shape and type.
  public func inputGradient(seed: Tensor) -> Tensor? {
    walk(seed, after: [input])[0].map { Tensor($0) }
  }

  /// The gradients by the parameters, given the gradient by the output.
  ///
  /// - Precondition: `seed` has the output's shape and type.
  public func parameterGradients(seed: Tensor) -> Gradients {
    var values: [ObjectIdentifier: Tensor] = [:]
    for ((parameter, _), gradient) in zip(parameters, walk(seed, after: parameters.map(\.1))) {
      values[ObjectIdentifier(parameter)] = gradient.map { Tensor($0) }
    }
    return Gradients(values)
  }

  private func walk(_ seed: Tensor, after leaves: [Tape.Node]) -> [Storage?] {
    require(
      seed.shape == output.shape && seed.dtype == output.dtype,
      "a seed of \(seed.dtype) \(seed.shape) for an output of \(output.dtype) \(output.shape)")
    guard let node else { return leaves.map { _ in nil } }
    return tape.gradients(of: node, seed: seed.storage, leaves: leaves, keeping: true)
  }
}

extension Tensor {
  /// A scalar whose value and gradient by this tensor are known already: how a gradient that was
  /// found elsewhere (see ``Recording``) enters a loss.
  ///
  /// - Parameters:
  ///   - value: The scalar.
  ///   - gradient: Its gradient by this tensor, in this tensor's shape and type.
  public func scalar(_ value: Float, gradient: Tensor) -> Tensor {
    require(
      gradient.shape == shape && gradient.dtype == dtype,
      "a gradient of \(gradient.dtype) \(gradient.shape) for a tensor of \(dtype) \(shape)")
    let slope = gradient.storage
    return Self.operation("scalar", [self]) { backend, _ in
      (
        Tensor(value).storage,
        { incoming in
          let factor = Tensor(incoming).item
          return [factor == 1 ? slope : backend.scale(slope, by: factor)]
        }
      )
    }
  }
}
