/// Runs a part of a network for less memory: of what it computes only the output is kept, and on the
/// way back it runs again (`torch.utils.checkpoint`). The gradients are the same, but for the order in
/// which those by an input that others read too are added up.
///
/// - Parameters:
///   - x: The input.
///   - part: Reads parameters, and of the tensors that gradients flow to no other than its argument.
public func recomputed(_ x: Tensor, _ part: @escaping @Sendable (Tensor) -> Tensor) -> Tensor {
  guard let tape = Tape.current, x.step == nil else { return part(x) }
  let input = x.storage
  let output = Tape.$current.withValue(nil) { part(x.detached).storage }
  let node = tape.record(nil, inputs: [x.node] + tape.parameterLeaves) { gradient, needs in
    let inner = Tape(parameters: tape.parameters)
    let start = inner.addLeaf()
    let again = Recomputation.$isUnderWay.withValue(true) {
      Tape.$current.withValue(inner) { part(Tensor(input, node: start)) }
    }
    guard let end = again.node else { return needs.map { _ in nil } }
    return inner.gradients(
      of: end, seed: gradient, leaves: [start] + inner.parameterLeaves)
  }
  return Tensor(output, node: node)
}

/// The second run of what ``recomputed(_:_:)`` was given.
public enum Recomputation {
  /// True while it runs: nothing may move again that moved in the first run, such as the running
  /// statistics of a normalisation.
  @TaskLocal public static var isUnderWay = false
}
