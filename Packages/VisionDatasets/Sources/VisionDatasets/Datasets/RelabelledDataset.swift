#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Another set's pictures with labels from a folder of PNGs, such as pseudo labels that a network made.
///
/// The labels may have another size than the picture; ``Resize`` brings both to one.
///
/// ```swift
/// let set = try RelabelledDataset(cityscapes, labels: "out/pseudo/labels")
/// ```
public struct RelabelledDataset: SegmentationDataset {
  private let base: any SegmentationDataset
  private let folder: String

  /// Pairs every picture with `<labels>/<name>.png`, which holds train ids.
  ///
  /// - Parameters:
  ///   - base: The set that the pictures come from; its own labels are not used.
  ///   - labels: The folder of label files; a name with `/` is in a folder below.
  /// - Throws: ``DatasetError/missingFolder(_:expected:)`` where there is no such folder,
  ///   ``DatasetError/missingLabel(image:expected:)`` for the first picture without a file.
  public init(_ base: any SegmentationDataset, labels: String) throws(DatasetError) {
    self.base = base
    folder = labels
    var isFolder = false
    guard FileManager.default.fileExists(atPath: labels, isDirectory: &isFolder), isFolder else {
      throw .missingFolder(labels, expected: "a folder of label PNGs by the pictures' names")
    }
    // Now and not when a run comes to it hours later.
    for index in 0..<base.count {
      guard FileManager.default.fileExists(atPath: file(at: index)) else {
        throw .missingLabel(image: base.name(at: index), expected: file(at: index))
      }
    }
  }

  /// The number of pictures.
  public var count: Int { base.count }

  /// The picture's name in the set that it comes from.
  public func name(at index: Int) -> String { base.name(at: index) }

  /// Reads a picture and its labels.
  ///
  /// - Throws: What reading the picture throws, `PNGError` or ``DatasetError`` for the labels.
  public func sample(at index: Int) throws -> Sample {
    var sample = try base.sample(at: index)
    sample.label = try label(at: index)
    return sample
  }

  /// Reads a picture's labels alone.
  ///
  /// - Throws: `PNGError` or ``DatasetError``.
  public func label(at index: Int) throws -> LabelMap {
    try LabelMap(contentsOf: file(at: index), mapping: .trainIDs)
  }

  private func file(at index: Int) -> String { "\(folder)/\(base.name(at: index)).png" }
}
