import Synchronization

/// Takes the gradient by an operation's output to the gradients by its inputs, in their order; nil
/// for inputs that need none.
package typealias Pullback = @Sendable (Storage) -> [Storage?]

/// The operations recorded while a ``valueWithGradients(of:_:)`` closure is open, in their order.
///
/// The tape owns the activations that pullbacks hold, and drops each pullback once it has run, so
/// memory falls as it walks back.
final class Tape: Sendable {
  /// A recorded tensor: its place on a tape.
  struct Node: Sendable {
    let tape: Tape
    let index: Int
  }

  private struct Entry {
    let name: String
    let layer: String
    let inputs: [Int?]
    var pullback: Pullback?
  }

  private struct State {
    var entries: [Entry] = []
    var leaves: [ObjectIdentifier: Int] = [:]
  }

  /// The tape that parameters are recorded on.
  @TaskLocal static var current: Tape?

  private let state = Mutex(State())

  /// A tape on which these parameters are leaves.
  init(parameters: [Parameter]) {
    for parameter in parameters {
      let node = addLeaf()
      state.withLock { $0.leaves[ObjectIdentifier(parameter)] = node.index }
    }
  }

  /// A new leaf: something a gradient can be asked for.
  func addLeaf() -> Node {
    append(Entry(name: "leaf", layer: "", inputs: [], pullback: nil))
  }

  /// The parameter's leaf, if it is one of this tape's.
  func leaf(for parameter: Parameter) -> Node? {
    state.withLock { $0.leaves[ObjectIdentifier(parameter)] }.map { Node(tape: self, index: $0) }
  }

  /// Records an operation.
  func record(_ name: String, inputs: [Tensor], pullback: @escaping Pullback) -> Node {
    append(
      Entry(
        name: name, layer: OperationObserver.layer,
        inputs: inputs.map { $0.node?.tape === self ? $0.node?.index : nil }, pullback: pullback))
  }

  private func append(_ entry: Entry) -> Node {
    state.withLock {
      $0.entries.append(entry)
      return Node(tape: self, index: $0.entries.count - 1)
    }
  }

  /// Walks back from a scalar and returns the gradient by each leaf; nil where it has none.
  func gradients(of loss: Node, seed: Storage, leaves: [Node]) -> [Storage?] {
    var entries = state.withLock { state in
      defer { state.entries = [] }
      return state.entries
    }
    let wanted = Set(leaves.map(\.index))
    var slots = [Storage?](repeating: nil, count: entries.count)
    slots[loss.index] = seed
    for index in stride(from: loss.index, through: 0, by: -1) {
      guard let pullback = entries[index].pullback else { continue }
      entries[index].pullback = nil
      guard let gradient = slots[index] else { continue }
      if !wanted.contains(index) { slots[index] = nil }
      let entry = entries[index]
      let results = OperationObserver.timed(
        entry.name + " gradient", layer: entry.layer, output: gradient.shape
      ) { pullback(gradient) }
      for (input, result) in zip(entry.inputs, results) {
        guard let input, let result else { continue }
        if slots[input] == nil {
          slots[input] = result
        } else {
          Self.accumulate(result, into: &slots[input])
        }
      }
    }
    return leaves.map { slots[$0.index] }
  }

  private static func accumulate(_ result: Storage, into slot: inout Storage?) {
    // Taken out of the slot, so that the sum has one owner and can be made in place.
    guard var sum = slot.take() else { return }
    Tensor.backend.accumulate(result, into: &sum)
    slot = sum
  }
}
