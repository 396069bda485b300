import Checkpoint
import VisionDatasets

/// The paper's preview figure: for some training pictures of the target the picture, its truth, and the
/// pseudo labels of one, two and three layers.
struct PreviewFigure {
  private let chain: Reproduction

  init(_ chain: Reproduction) { self.chain = chain }

  /// Writes the figure.
  ///
  /// - Throws: What reading the pictures or writing the file throws.
  func write(to path: String, makingFolder folder: String) throws {
    if let reason = makeFolder(folder) {
      throw CheckpointError.unwritable(path: folder, reason: reason)
    }
    let set = try chain.configuration.adaptedSet.openLabelledOrNot()
    let count = min(chain.pictures, set.count)
    // Evenly over the set: neighbours in a driving set look alike.
    let rows = try (0..<count).map { try row(set, set.count * $0 / max(1, count)) }
    try RGBImage.stacked(rows).write(to: path)
  }

  private func row(_ set: any SegmentationDataset, _ index: Int) throws -> RGBImage {
    let sample = try set.sample(at: index)
    // As many columns as are seen on a page.
    let width = min(sample.image.width, 320)
    let height = max(1, sample.image.height * width / sample.image.width)
    func shown(_ labels: LabelMap) -> RGBImage {
      labels.resized(width: width, height: height).coloured()
    }
    var images = [sample.image.resized(width: width, height: height)]
    images.append(
      shown(
        sample.label
          ?? LabelMap(width: 1, height: 1, labels: [LabelMap.ignored])))
    for layers in 1...3 {
      let folder = chain.folder(of: ReproductionStage(.pseudoLabels(layers: layers, round: 1)))
      images.append(
        shown(
          try LabelMap(
            contentsOf: "\(folder)/labels/\(sample.name).png", mapping: .trainIDs)))
    }
    return RGBImage.sideBySide(images)
  }
}
