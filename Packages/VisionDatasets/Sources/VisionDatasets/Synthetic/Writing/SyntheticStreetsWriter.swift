#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import PNG

/// Writes synthetic streets to disk in the layout of a real set, so that they are read as one.
///
/// ```swift
/// let streets = SyntheticStreets(look: .source, seed: 1, count: 500, height: 720, width: 1280)
/// try SyntheticStreetsWriter(streets, layout: .gta5).write(to: "streets")
/// let set = try GTA5Dataset(root: "streets")
/// ```
///
/// Labels are Cityscapes label ids, ignored pixels 0: palette indices in the layout of GTA5, grey
/// values in that of Cityscapes. What is read back equals what was drawn, pixel by pixel.
public struct SyntheticStreetsWriter: Sendable {
  /// Which set's folders and names are used.
  public enum Layout: String, CaseIterable, Sendable {
    /// ``GTA5Dataset``: `images/00001.png`, `labels/00001.png`. The numbers that ``GTA5Dataset`` skips
    /// are left out.
    case gta5
    /// ``CityscapesDataset``: `leftImg8bit/<split>/<look>/…`, `gtFine/<split>/<look>/…`, the look taking
    /// the place of the city.
    case cityscapes
  }

  /// What is written.
  public let streets: SyntheticStreets
  /// Which set's folders and names are used.
  public let layout: Layout
  /// The split's folder, in the layout of Cityscapes.
  public let split: String

  /// Describes what to write; nothing is drawn yet.
  public init(_ streets: SyntheticStreets, layout: Layout, split: String = "train") {
    self.streets = streets
    self.layout = layout
    self.split = split
  }

  /// Draws and writes every picture with its labels.
  ///
  /// - Parameters:
  ///   - folder: The root; made if it is not there.
  ///   - threads: How many are drawn at a time; nil for as many as there are processors.
  ///   - progress: Told how many are written, from one thread at a time.
  /// - Throws: ``DatasetError`` when pictures of the same kind are there already or a folder cannot
  ///   be made, `PNGError` when a file cannot be written.
  public func write(
    to folder: String, threads: Int? = nil,
    progress: @Sendable (Int) -> Void = { _ in }
  ) throws {
    let (images, labels) = folders(in: folder)
    for path in [images, labels] {
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw DatasetError.unwritableFolder(path)
      }
      let present = try FolderListing.files(in: path, layout: "a folder to write to")
      if !present.isEmpty {
        throw DatasetError.occupiedFolder(path, fileCount: present.count)
      }
    }
    let names = names()
    try concurrently(streets.count, threads: threads, progress: progress) { index in
      let (image, label) = streets.render(index)
      let (imageName, labelName) = names[index]
      switch layout {
      case .gta5: try label.palettePNG(.labelIDs).write(to: labels + "/" + labelName)
      case .cityscapes: try label.greyPNG(.labelIDs).write(to: labels + "/" + labelName)
      }
      // Last, so that a picture without labels is never found after an interruption.
      try image.write(to: images + "/" + imageName)
    }
  }

  private func folders(in root: String) -> (images: String, labels: String) {
    switch layout {
    case .gta5: (root + "/images", root + "/labels")
    case .cityscapes:
      (
        "\(root)/leftImg8bit/\(split)/\(streets.look.rawValue)",
        "\(root)/gtFine/\(split)/\(streets.look.rawValue)"
      )
    }
  }

  /// The file names of each picture and its labels.
  private func names() -> [(image: String, label: String)] {
    switch layout {
    case .gta5:
      let skipped = Set(GTA5Dataset.mismatchedNames)
      return (1...(streets.count + skipped.count)).lazy
        .map { SyntheticStreets.padded($0, to: 5) }
        .filter { !skipped.contains($0) }
        .prefix(streets.count)
        .map { ($0 + ".png", $0 + ".png") }
    case .cityscapes:
      return (0..<streets.count).map {
        let frame = "\(streets.look.rawValue)_\(SyntheticStreets.padded($0, to: 6))_000000"
        return (frame + CityscapesDataset.imageSuffix, frame + CityscapesDataset.labelSuffix)
      }
    }
  }
}
