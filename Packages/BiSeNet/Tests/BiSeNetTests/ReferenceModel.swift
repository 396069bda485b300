import BiSeNet
import NN
import Tensor
import TensorTesting

/// What `reference.py` calls `fill_parameters`: every tensor rebuilt from its name.
func filledStore(_ backbone: Backbone) -> ParameterStore {
  let store = ParameterStore()
  _ = BiSeNet(store.scope(.training), backbone: backbone)
  for entry in store.entries where entry.role != .counter {
    entry.parameter.update(
      ReferenceFigures.parameter(
        prefix: "\(backbone)", name: entry.parameter.name, shape: entry.parameter.shape))
  }
  return store
}

/// The relative L2 deviation of the elements that a golden entry samples, and of its norm: both
/// are of the order of float32's own error where the implementation is right.
func deviation(of values: [Float], sample: [Double], l2: Double) -> (sampled: Double, norm: Double)
{
  var difference = 0.0, norm = 0.0
  for (k, expected) in sample.enumerated() {
    let value = Double(values[k * values.count / sample.count])
    difference += (value - expected) * (value - expected)
    norm += expected * expected
  }
  let own = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  // Elements that are zero in exact arithmetic are compared with the tensor's own scale.
  let scale = max(
    norm.squareRoot(), l2 * (Double(sample.count) / Double(values.count)).squareRoot())
  return (difference.squareRoot() / max(scale, 1e-30), abs(own - l2) / max(l2, 1e-30))
}
