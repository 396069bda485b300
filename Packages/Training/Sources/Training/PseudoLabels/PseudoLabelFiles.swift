import Checkpoint
import PNG
import SegmentationMetrics
import VisionDatasets

/// Where an export goes: each file appears whole or not at all, the statistics last.
struct PseudoLabelFiles {
  private let folder: String
  private let encoding: LabelEncoding
  private let palette: Bool
  private var statistics: String { "\(folder)/statistics.json" }

  /// Makes the folder.
  ///
  /// - Throws: `CheckpointError.unwritable`.
  init(_ folder: String, encoding: LabelEncoding, palette: Bool) throws(CheckpointError) {
    self.folder = folder
    self.encoding = encoding
    self.palette = palette
    try make(folder)
  }

  /// Removes an earlier export's statistics, which stop being true with the first new labels.
  ///
  /// - Throws: `CheckpointError.unwritable`.
  func removeStatistics() throws(CheckpointError) {
    if let reason = removeFile(statistics) { throw .unwritable(path: statistics, reason: reason) }
  }

  /// Writes an image's labels.
  ///
  /// - Parameter name: May hold `/`, for folders below.
  /// - Throws: `PNGError` or `CheckpointError`.
  func write(_ labels: LabelMap, name: String) throws {
    try labels.greyPNG(encoding).write(to: try place("labels", name))
    if palette { try labels.palettePNG().write(to: try place("palette", name)) }
  }

  /// Writes the statistics.
  ///
  /// - Throws: `CheckpointError.unwritable`.
  func write(_ value: JSONValue) throws(CheckpointError) {
    try AtomicFile.write(to: statistics) { file throws(CheckpointError) in
      try file.append(Array((value.text + "\n").utf8))
    }
  }

  private func place(_ kind: String, _ name: String) throws(CheckpointError) -> String {
    let path = "\(folder)/\(kind)/\(name).png"
    if let end = path.lastIndex(of: "/") { try make(String(path[..<end])) }
    return path
  }

  private func make(_ folder: String) throws(CheckpointError) {
    if let reason = makeFolder(folder) { throw .unwritable(path: folder, reason: reason) }
  }
}
