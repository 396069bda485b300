import FoundationEssentials

/// The PNGs in a folder and those below it.
enum PictureListing {
  /// Relative paths such as `aachen/x.png`, sorted. Hidden files and folders are left out: macOS
  /// leaves `._name.png` beside copies.
  ///
  /// - Throws: ``EvaluationProblem`` where there is no such folder or no PNG in it.
  static func files(in folder: String) throws(EvaluationProblem) -> [String] {
    var isFolder: Bool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
      throw EvaluationProblem(
        description: "\(folder): there is no such folder; expected a folder of PNG pictures")
    }
    var files: [String] = []
    var others = 0
    var open = [""]
    while let below = open.popLast() {
      let path = "\(folder)/\(below)"
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw EvaluationProblem(description: "\(path): the folder cannot be listed")
      }
      for name in names where !name.hasPrefix(".") {
        let full = "\(folder)/\(below)\(name)"
        if FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), isFolder {
          open.append("\(below)\(name)/")
        } else if name.hasSuffix(".png") || name.hasSuffix(".PNG") {
          files.append(below + name)
        } else {
          others += 1
        }
      }
    }
    guard !files.isEmpty else {
      throw EvaluationProblem(
        description: "\(folder): holds no PNG (\(others) other files), nor do the folders below; "
          + "expected pictures with names in .png")
    }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
