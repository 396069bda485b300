extension Tensor {
  /// The sum of two tensors of one shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    checkShapes("+", a, b)
    return operation("add", [a, b]) { backend, _ in
      (backend.add(a.storage, b.storage), { [$0, $0] })
    }
  }

  /// `relu(self + other)` in one pass: the end of a residual block.
  public func addedReLU(_ other: Tensor) -> Tensor {
    Self.checkShapes("addedReLU", self, other)
    let a = storage, b = other.storage
    return Self.operation("add+relu", [self, other]) { backend, _ in
      let y = backend.addReLU(a, b)
      return (
        y,
        { gradient in
          let slope = backend.leakyReLUGradient(gradient, output: y, slope: 0)
          return [slope, slope]
        }
      )
    }
  }

  /// The product, element by element, of two tensors of one shape.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    checkShapes("*", a, b)
    let x = a.storage, y = b.storage
    return operation("multiply", [a, b]) { backend, demand in
      let needs = demand.needs
      return (
        backend.multiply(x, y),
        { gradient in
          [
            needs[0] ? backend.multiply(gradient, y) : nil,
            needs[1] ? backend.multiply(gradient, x) : nil,
          ]
        }
      )
    }
  }

  /// Every element times a number.
  public static func * (factor: Float, x: Tensor) -> Tensor {
    operation("scale", [x]) { backend, _ in
      (backend.scale(x.storage, by: factor), { [backend.scale($0, by: factor)] })
    }
  }

  private static func checkShapes(_ name: String, _ a: Tensor, _ b: Tensor) {
    require(
      a.shape == b.shape && a.dtype == b.dtype,
      "\(name): \(a.dtype) \(a.shape) and \(b.dtype) \(b.shape)")
  }
}

// MARK: - Type and shape

extension Tensor {
  /// The same values rounded to another type; the gradient is rounded back.
  public func cast(to dtype: DType) -> Tensor {
    if dtype == self.dtype { return self }
    let x = storage, original = self.dtype
    return Self.operation("cast", [self]) { backend, _ in
      (backend.cast(x, to: dtype), { [backend.cast($0, to: original)] })
    }
  }

  /// The same elements, in row-major order, under another shape.
  ///
  /// - Precondition: Both shapes have as many elements.
  public func reshaped(_ shape: Shape) -> Tensor {
    require(shape.count == self.shape.count, "reshaped: \(self.shape) to \(shape)")
    let x = storage, original = self.shape
    return Self.operation("reshape", [self]) { backend, _ in
      (backend.plain(x).reshaped(shape), { [backend.plain($0).reshaped(original)] })
    }
  }
}

extension Storage {
  /// The same row-major elements under another shape.
  func reshaped(_ shape: Shape) -> Storage {
    Storage(shape: shape, descriptor: .plain(shape, dtype), buffer: buffer)
  }
}
