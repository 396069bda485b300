/// What an operation learns of its inputs before it runs.
package struct Demand: Sendable {
  /// For each input, whether a gradient by it will be asked for.
  package let needs: [Bool]

  /// True where any input needs a gradient, so that what the pullback needs must be kept.
  package var isOn: Bool { needs.contains(true) }
}

extension Tensor {
  /// Runs an operation: its forward pass now, its pullback when a tape walks back.
  ///
  /// - Parameters:
  ///   - name: The operation's name in profiles.
  ///   - inputs: The tensors that gradients can flow to, in the order of the pullback's results.
  ///   - macs: Multiplications with addition, for complexity reports.
  ///   - body: Computes the output and the pullback. The pullback captures what it needs; it is
  ///     dropped at once where nothing is recorded.
  package static func operation(
    _ name: String, _ inputs: [Tensor], macs: Int = 0,
    body: (any Backend, Demand) -> (Storage, Pullback)
  ) -> Tensor {
    selectiveOperation(name, inputs, macs: macs) { backend, demand in
      let (output, pullback) = body(backend, demand)
      return (output, { gradient, _ in pullback(gradient) })
    }
  }

  /// Runs an operation whose gradients by different inputs are costly apart: its pullback learns
  /// which of them a walk is after.
  package static func selectiveOperation(
    _ name: String, _ inputs: [Tensor], macs: Int = 0,
    body: (any Backend, Demand) -> (Storage, SelectivePullback)
  ) -> Tensor {
    let tape = inputs.lazy.compactMap(\.node).first?.tape
    require(
      inputs.allSatisfy { $0.node.map { $0.tape === tape } ?? true },
      "\(name): its inputs are recorded on two tapes, and gradients flow along one; take the "
        + "outer one's 'detached'")
    require(
      inputs.allSatisfy { $0.step == nil },
      "\(name) does not compute with quantised maps; take their 'dequantised()'")
    let demand = Demand(needs: inputs.map { $0.node != nil })
    var pullback: SelectivePullback?
    let output = OperationObserver.timed(name, layer: OperationObserver.layer, macs: macs) {
      let result = body(backend, demand)
      pullback = result.1
      return result.0
    }
    guard let tape, let pullback else { return Tensor(output) }
    return Tensor(output, node: tape.record(name, inputs: inputs.map(\.node), pullback: pullback))
  }
}
