import Synchronization

/// A named tensor that training changes: the only mutable one.
///
/// Reading ``value`` inside ``valueWithGradients(of:addedTo:_:)`` records the parameter if it was asked for;
/// freezing a network is leaving its parameters out of `of:`.
public final class Parameter: Sendable {
  /// The name under which checkpoints know it: `context_path.layer1.0.bn1.weight`.
  public let name: String
  /// Its extents, which never change.
  public let shape: Shape

  private let current: Mutex<Storage>

  /// A parameter with an initial value, kept in float32.
  public init(name: String, _ value: Tensor) {
    self.name = name
    shape = value.shape
    current = Mutex(Tensor.backend.cast(Tensor.backend.plain(value.storage), to: .float32))
  }

  /// The present value; recorded where a tape asks for this parameter.
  public var value: Tensor {
    let storage = current.withLock { $0 }
    return Tensor(storage, node: Tape.current?.leaf(for: self))
  }

  /// Replaces the value; in a ``Rehearsal`` it stays.
  ///
  /// - Precondition: The shape is the parameter's.
  public func update(_ value: Tensor) {
    require(value.shape == shape, "\(name) has shape \(shape), not \(value.shape)")
    let storage = Tensor.backend.cast(Tensor.backend.plain(value.storage), to: .float32)
    if !Rehearsal.isUnderWay { current.withLock { $0 = storage } }
  }

  /// Lays the elements out as a gradient lies. Done once, later steps find them so, and so do
  /// convolutions, whose primitives mostly read weights in the layout that they give gradients in.
  func layOut(like gradient: Storage) {
    current.withLock { storage in
      let laidOut = Tensor.backend.relaid(storage, like: gradient)
      if !Rehearsal.isUnderWay { storage = laidOut }
    }
  }

  /// Changes the float32 elements in place, as they lie; copies them first where a tensor still holds
  /// them.
  package func mutate<Result>(_ body: (Storage) -> Result) -> Result {
    current.withLock { storage in
      if !isKnownUniquelyReferenced(&storage.buffer), !Rehearsal.isUnderWay {
        storage = Tensor.backend.scale(storage, by: 1)
      }
      storage.buffer.packed.withLock { $0 = [:] }
      return body(storage)
    }
  }
}

extension Parameter {
  /// One step of stochastic gradient descent, in place.
  ///
  /// - Parameter velocity: In this parameter's shape, changed too.
  public func stepSGD(velocity: Parameter, gradient: Tensor, _ step: SGDStep) {
    let gradient = lyingAlike(gradient, [velocity])
    mutate { own in
      velocity.mutate { v in
        Tensor.backend.sgd(own, velocity: v, gradient: gradient, step: step)
      }
    }
  }

  /// One step of Adam, in place.
  ///
  /// - Parameters:
  ///   - mean: In this parameter's shape, changed too.
  ///   - square: In this parameter's shape, changed too.
  public func stepAdam(mean: Parameter, square: Parameter, gradient: Tensor, _ step: AdamStep) {
    let gradient = lyingAlike(gradient, [mean, square])
    mutate { own in
      mean.mutate { m in
        square.mutate { s in
          Tensor.backend.adam(own, mean: m, square: s, gradient: gradient, step: step)
        }
      }
    }
  }

  /// The gradient as float32, and this parameter and its companions laid out like it.
  private func lyingAlike(_ gradient: Tensor, _ companions: [Parameter]) -> Storage {
    let storage = Tensor.backend.cast(gradient.storage, to: .float32)
    for parameter in [self] + companions { parameter.layOut(like: storage) }
    return storage
  }
}
