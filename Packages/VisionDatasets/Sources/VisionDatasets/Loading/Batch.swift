/// Samples ready for a network.
public struct Batch: Sendable, Equatable {
  /// `count × 3 × height × width` normalised values.
  public let images: [Float]
  /// `count × labelHeight × labelWidth` train ids; all ``LabelMap/ignored`` for a sample without
  /// truth.
  public let labels: [UInt8]
  /// The number of samples.
  public let count: Int
  /// Rows of the images.
  public let height: Int
  /// Columns of the images.
  public let width: Int
  /// Rows of the labels: those of the images unless the labels kept their size (``Resize/Labels``).
  public let labelHeight: Int
  /// Columns of the labels.
  public let labelWidth: Int
  /// The samples' names.
  public let names: [String]

  /// Puts samples together.
  ///
  /// - Throws: ``DataLoaderError/unequalSizes(name:size:firstName:firstSize:)`` when they differ in
  ///   size.
  /// - Precondition: there is at least one sample.
  public init(_ samples: [Sample], normalisation: Normalisation) throws(DataLoaderError) {
    precondition(!samples.isEmpty, "a batch has at least one sample")
    let first = Shape(samples[0])
    for sample in samples where Shape(sample) != first {
      throw .unequalSizes(
        name: sample.name, size: Shape(sample).description, firstName: samples[0].name,
        firstSize: first.description)
    }
    let imageSize = 3 * first.height * first.width
    let tables = normalisation.tables
    images = [Float](unsafeUninitializedCapacity: samples.count * imageSize) { out, count in
      if let start = out.baseAddress {
        for (index, sample) in samples.enumerated() {
          normalisation.write(sample.image, tables: tables, to: start + index * imageSize)
        }
      }
      count = samples.count * imageSize
    }
    let labelSize = first.labelHeight * first.labelWidth
    var labels: [UInt8] = []
    labels.reserveCapacity(samples.count * labelSize)
    for sample in samples {
      labels +=
        sample.label?.labels ?? [UInt8](repeating: LabelMap.ignored, count: labelSize)
    }
    self.labels = labels
    count = samples.count
    height = first.height
    width = first.width
    labelHeight = first.labelHeight
    labelWidth = first.labelWidth
    names = samples.map(\.name)
  }
}

/// The sizes that samples of one batch share.
private struct Shape: Equatable, CustomStringConvertible {
  let height: Int
  let width: Int
  let labelHeight: Int
  let labelWidth: Int

  init(_ sample: Sample) {
    height = sample.image.height
    width = sample.image.width
    labelHeight = sample.label?.height ?? height
    labelWidth = sample.label?.width ?? width
  }

  var description: String {
    labelHeight == height && labelWidth == width
      ? "\(width)x\(height)" : "\(width)x\(height) with labels of \(labelWidth)x\(labelHeight)"
  }
}
