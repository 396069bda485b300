/// The gradients of a loss by parameters.
public struct Gradients: Sendable {
  private var values: [ObjectIdentifier: Tensor]

  init(_ values: [ObjectIdentifier: Tensor]) { self.values = values }

  /// The gradient by a parameter, in its shape; nil where the loss does not depend on it.
  public subscript(parameter: Parameter) -> Tensor? { values[ObjectIdentifier(parameter)] }

  /// Of a loss that depends on nothing.
  public static let none = Gradients([:])

  /// Adds the gradients of another loss, in place: these become the gradients of the sum of both.
  ///
  /// - Parameters:
  ///   - parameters: What to differentiate by.
  ///   - body: Computes the loss, one element; see ``valueWithGradients(of:addedTo:_:)``.
  /// - Returns: The loss, detached.
  @discardableResult
  public mutating func add(of parameters: [Parameter], _ body: () throws -> Tensor) rethrows
    -> Tensor
  {
    let earlier = self
    self = .none
    let (value, sum) = try valueWithGradients(of: parameters, addedTo: consume earlier, body)
    self = sum
    return value
  }

  /// Adds gradients that were found already.
  public mutating func add(_ other: Gradients) {
    for (key, gradient) in other.values {
      guard var sum = values.removeValue(forKey: key)?.storage else {
        values[key] = gradient
        continue
      }
      Tensor.backend.accumulate(gradient.storage, into: &sum)
      values[key] = Tensor(sum)
    }
  }

  /// Takes a parameter's gradient out, so that whoever takes it is its only holder.
  mutating func take(_ parameter: Parameter) -> Storage? {
    values.removeValue(forKey: ObjectIdentifier(parameter))?.storage
  }

  /// The Euclidean norm over all gradients together, as `torch.nn.utils.clip_grad_norm_` takes it.
  public func norm(over parameters: [Parameter]) -> Double {
    parameters.reduce(0) { sum, parameter in
      sum + (self[parameter].map { Tensor.backend.sum($0.storage, squared: true) } ?? 0)
    }.squareRoot()
  }
}

/// Evaluates a scalar loss and its gradients by parameters.
///
/// Operations inside the closure are recorded where they depend on one of the parameters; the
/// activations that their gradients need live until the walk back has passed them. Nothing is
/// recorded outside such a closure.
///
/// - Parameters:
///   - parameters: What to differentiate by. Parameters left out are constants.
///   - earlier: Gradients of another loss by the same parameters, which these are added to as they
///     are found, in place where the caller gave its own up (`consume`): the gradients of the sum of
///     both losses.
///   - body: Computes the loss, one element.
/// - Returns: The loss, detached, and the gradients.
/// - Precondition: The loss is a scalar.
public func valueWithGradients(
  of parameters: [Parameter], addedTo earlier: consuming Gradients = .none,
  _ body: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
  let tape = Tape(parameters: parameters)
  let leaves = parameters.compactMap { parameter in
    tape.leaf(for: parameter).map { (parameter, $0) }
  }
  let loss = try Tape.$current.withValue(tape) { try body() }
  let gradients = walk(
    back: loss, on: tape, leaves: leaves.map(\.1), addedTo: leaves.map { earlier.take($0.0) })
  var byParameter: [ObjectIdentifier: Tensor] = [:]
  for ((parameter, _), gradient) in zip(leaves, gradients) {
    byParameter[ObjectIdentifier(parameter)] = gradient
  }
  return (loss.detached, Gradients(byParameter))
}

/// Evaluates a scalar loss and its gradients by tensors; see ``valueWithGradients(of:addedTo:_:)``.
///
/// - Returns: The loss, detached, and a gradient per input; nil where the loss does not depend on it.
/// - Precondition: The loss is a scalar.
public func valueWithGradients(
  at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor?]) {
  let tape = Tape(parameters: [])
  let leaves = inputs.map { _ in tape.addLeaf() }
  let recorded = zip(inputs, leaves).map { Tensor($0.storage, node: $1) }
  let loss = try Tape.$current.withValue(tape) { try body(recorded) }
  return (loss.detached, walk(back: loss, on: tape, leaves: leaves))
}

private func walk(
  back loss: Tensor, on tape: Tape, leaves: [Tape.Node], addedTo earlier: consuming [Storage?] = []
) -> [Tensor?] {
  require(loss.shape.count == 1, "gradients are of a scalar, this loss has \(loss.shape)")
  guard let node = loss.node, node.tape === tape else {
    return leaves.indices.map { $0 < earlier.count ? earlier[$0].map { Tensor($0) } : nil }
  }
  let seed = Tensor(repeating: 1, shape: loss.shape, dtype: loss.dtype).storage
  return tape.gradients(of: node, seed: seed, leaves: leaves, addedTo: earlier)
    .map { $0.map { Tensor($0) } }
}
