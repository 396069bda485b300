import Synchronization
public import Tensor

/// The parameters and running statistics of a network, under the names that PyTorch's `state_dict`
/// gives them, in the order in which the layers were first built.
///
/// Layers are built from a ``Scope`` of the store. Building a network twice over one store, say for
/// training and for inference, gives two networks over the same parameters.
public final class ParameterStore: Sendable {
  /// What an entry is to training.
  public enum Role: Sendable {
    /// Changed by the optimiser.
    case trainable
    /// A running statistic: saved, but changed by the layer itself.
    case statistic
    /// A number that PyTorch keeps as int64 (`num_batches_tracked`).
    case counter
  }

  /// A parameter and what it is to training.
  public struct Entry: Sendable {
    /// The tensor.
    public let parameter: Parameter
    /// What it is to training.
    public let role: Role
  }

  private struct State {
    var order: [String] = []
    var entries: [String: Entry] = [:]
  }

  private let state = Mutex(State())

  /// What the random initial values depend on, together with each parameter's name.
  public let seed: UInt64

  /// An empty store.
  public init(seed: UInt64 = 0) { self.seed = seed }

  /// The root scope, from which a network is built.
  public func scope(_ mode: Scope.Mode) -> Scope { Scope(store: self, path: "", mode: mode) }

  /// Everything, in the order of `state_dict`.
  public var entries: [Entry] {
    state.withLock { state in state.order.compactMap { state.entries[$0] } }
  }

  /// What the optimiser changes, in the order of `parameters()`.
  public var parameters: [Parameter] {
    entries.filter { $0.role == .trainable }.map(\.parameter)
  }

  /// The number of trainable elements.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// The entry of a name, if there is one.
  public subscript(name: String) -> Entry? { state.withLock { $0.entries[name] } }

  /// The parameter of a name, made on first use.
  func parameter(_ name: String, shape: Shape, role: Role, initial: () -> Tensor) -> Parameter {
    let made = self[name]?.parameter ?? Parameter(name: name, initial())
    // Looked up again: another thread may have built the same layer meanwhile.
    let parameter = state.withLock { state in
      if let known = state.entries[name]?.parameter { return known }
      state.order.append(name)
      state.entries[name] = Entry(parameter: made, role: role)
      return made
    }
    precondition(
      parameter.shape == shape, "\(name) was built as \(parameter.shape), now as \(shape)")
    return parameter
  }
}

/// A place in a ``ParameterStore``, `context_path.layer1.0`, from which layers are built, and
/// whether they are built for training or for inference.
public struct Scope: Sendable {
  /// How the layers built from a scope behave.
  public enum Mode: Sendable {
    /// Batch statistics, running ones updated.
    case training
    /// Running statistics, folded into the convolutions as they are when the layer is built.
    case inference
    /// As for inference; layers that an int8 network computes in bytes observe their outputs.
    case calibrating(Calibration)
    /// As for inference, in bytes where layers allow it, with the steps that were observed.
    case quantised(Calibration)
  }

  let store: ParameterStore
  /// The names on the way here, joined with dots; empty at the root.
  public let path: String
  /// How the layers built from here behave.
  public let mode: Mode

  /// A child of this scope.
  public subscript(name: String) -> Scope {
    Scope(store: store, path: path.isEmpty ? name : "\(path).\(name)", mode: mode)
  }

  /// A parameter of this scope, made with its initial value at first use.
  public func parameter(_ name: String, _ shape: Shape, _ initial: Initialiser) -> Parameter {
    let full = self[name].path
    return store.parameter(full, shape: shape, role: .trainable) {
      initial.tensor(shape: shape, name: full, seed: store.seed)
    }
  }

  /// A running statistic of this scope.
  public func statistic(
    _ name: String, _ shape: Shape, _ initial: Initialiser, role: ParameterStore.Role = .statistic
  ) -> Parameter {
    let full = self[name].path
    return store.parameter(full, shape: shape, role: role) {
      initial.tensor(shape: shape, name: full, seed: store.seed)
    }
  }
}
