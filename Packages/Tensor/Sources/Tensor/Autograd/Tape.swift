import Synchronization

/// Takes the gradient by an operation's output to the gradients by its inputs, in their order; nil
/// for inputs that need none.
package typealias Pullback = @Sendable (Storage) -> [Storage?]

/// A pullback that is told which of its inputs the walk under way is after: of a recording with
/// several walks, each may be after others (see ``Recording(of:at:_:)``).
package typealias SelectivePullback = @Sendable (Storage, _ needs: [Bool]) -> [Storage?]

/// The operations recorded while a ``valueWithGradients(of:addedTo:_:)`` closure is open, in their order.
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
    /// In profiles; nil where the way back runs operations that profiles see themselves.
    let name: String?
    let layer: String
    let inputs: [Int?]
    var pullback: SelectivePullback?
  }

  private struct State {
    var entries: [Entry] = []
    var leaves: [ObjectIdentifier: Int] = [:]
  }

  /// The tape that parameters are recorded on.
  @TaskLocal static var current: Tape?

  private let state = Mutex(State())
  /// The parameters that are leaves, the tape's first nodes.
  let parameters: [Parameter]

  /// A tape on which these parameters are leaves.
  init(parameters: [Parameter]) {
    self.parameters = parameters
    for parameter in parameters {
      let node = addLeaf()
      state.withLock { $0.leaves[ObjectIdentifier(parameter)] = node.index }
    }
  }

  /// The leaves of ``parameters``.
  var parameterLeaves: [Node] { parameters.indices.map { Node(tape: self, index: $0) } }

  /// A new leaf: something a gradient can be asked for.
  func addLeaf() -> Node {
    append(Entry(name: "leaf", layer: "", inputs: [], pullback: nil))
  }

  /// The parameter's leaf, if it is one of this tape's.
  func leaf(for parameter: Parameter) -> Node? {
    state.withLock { $0.leaves[ObjectIdentifier(parameter)] }.map { Node(tape: self, index: $0) }
  }

  /// Records an operation, or without a name what is made of operations.
  func record(_ name: String?, inputs: [Node?], pullback: @escaping SelectivePullback) -> Node {
    append(
      Entry(
        name: name, layer: OperationObserver.layer,
        inputs: inputs.map { $0?.tape === self ? $0?.index : nil }, pullback: pullback))
  }

  private func append(_ entry: Entry) -> Node {
    state.withLock {
      $0.entries.append(entry)
      return Node(tape: self, index: $0.entries.count - 1)
    }
  }

  /// Walks back from a tensor and returns the gradient by each leaf; nil where it has none.
  ///
  /// - Parameters:
  ///   - earlier: What each leaf's gradient is added to, in place where nobody else holds it.
  ///   - keeping: Keep what was recorded for another walk; otherwise each pullback is dropped, with
  ///     the activations it holds, once it has run.
  func gradients(
    of output: Node, seed: Storage, leaves: [Node], addedTo earlier: consuming [Storage?] = [],
    keeping: Bool = false
  ) -> [Storage?] {
    var entries = state.withLock { state in
      defer { if !keeping { state.entries = [] } }
      return state.entries
    }
    let wanted = Set(leaves.map(\.index))
    // Whether a wanted leaf lies behind an entry: the others have no part in this walk.
    var leads = entries.indices.map(wanted.contains)
    for index in entries.indices where !leads[index] {
      leads[index] = entries[index].inputs.contains { $0.map { leads[$0] } ?? false }
    }
    var slots = [Storage?](repeating: nil, count: entries.count)
    for (position, leaf) in leaves.enumerated() where position < earlier.count {
      slots[leaf.index] = earlier[position].take()
    }
    slots[output.index] = seed
    for index in stride(from: output.index, through: 0, by: -1) {
      guard let pullback = entries[index].pullback else { continue }
      entries[index].pullback = nil
      guard leads[index], let gradient = slots[index] else { continue }
      if !wanted.contains(index) { slots[index] = nil }
      let entry = entries[index]
      let needs = entry.inputs.map { $0.map { leads[$0] } ?? false }
      let results =
        entry.name.map { name in
          OperationObserver.timed(name + " gradient", layer: entry.layer, output: gradient.shape) {
            pullback(gradient, needs)
          }
        } ?? pullback(gradient, needs)
      for (position, result) in results.enumerated() {
        guard needs[position], let input = entry.inputs[position], let result else { continue }
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
