import NN
public import Tensor

extension BiSeNet {
  /// The three outputs as the paper defines them: maps are enlarged first, heads run at full size.
  ///
  /// The same function as ``callAsFunction(_:)`` at several times the work: what the fast form is
  /// tested against, and what complexity is counted on.
  ///
  /// - Precondition: H and W are multiples of 8.
  public func asDefined(_ images: Tensor) -> Outputs {
    let maps = features(images)
    let (height, width) = (images.shape[2], images.shape[3])
    func enlarged(_ map: Tensor) -> Tensor {
      map.upsampledBilinear(height: maps.spatial.shape[2], width: maps.spatial.shape[3])
    }
    let contexts = [enlarged(maps.sixteenth), enlarged(maps.thirtySecond)]
    func full(_ map: Tensor) -> Tensor { map.upsampledBilinear(height: height, width: width) }
    return Outputs(
      main: head(full(fusion([maps.spatial] + contexts))),
      sixteenth: full(supervision16(contexts[0])),
      thirtySecond: full(supervision32(contexts[1])))
  }

  /// A layer of the network: its parameters and, in the definition, its work.
  public struct LayerComplexity: Sendable {
    /// The layer's path.
    public let name: String
    /// Its trainable elements, those of the batch norm behind a convolution included.
    public let parameters: Int
    /// Its output; nil where the main output does not need it.
    public let output: Shape?
    /// Multiplications with addition for the main output.
    public let macs: Int
  }

  /// Every layer's parameters and work, by running the definition once.
  ///
  /// - Parameter image: `[N, 3, H, W]`, H and W multiples of 8.
  public static func complexity(
    backbone: Backbone, classes: Int = 19, image: Shape
  ) -> [LayerComplexity] {
    let store = ParameterStore()
    let network = BiSeNet(store.scope(.inference), backbone: backbone, classes: classes)
    let (_, records) = Rehearsal.run {
      OperationObserver.observing { network.asDefined(Tensor(repeating: 0, shape: image)) }
    }
    var work: [String: OperationObserver.Record] = [:]
    for record in records where record.macs > 0 { work[record.layer] = record }
    var layers: [LayerComplexity] = []
    for parameter in store.parameters {
      let path = parameter.name.split(separator: ".").dropLast().joined(separator: ".")
      let record = path.hasPrefix("supervision") ? nil : work[path]
      if work[path] == nil || layers.last?.name == path, let last = layers.popLast() {
        // A batch norm, or a bias: it belongs to the convolution before it.
        layers.append(last.adding(parameters: parameter.shape.count))
      } else {
        layers.append(
          LayerComplexity(
            name: path, parameters: parameter.shape.count, output: record?.shape,
            macs: record?.macs ?? 0))
      }
    }
    return layers
  }
}

extension BiSeNet.LayerComplexity {
  func adding(parameters more: Int) -> Self {
    Self(name: name, parameters: parameters + more, output: output, macs: macs)
  }
}
