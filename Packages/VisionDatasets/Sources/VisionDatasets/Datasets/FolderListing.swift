#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What layouts ask of the file system.
enum FolderListing {
  /// The names in a folder, sorted. Hidden files are left out: macOS leaves `._name.png` beside copies.
  ///
  /// - Throws: ``DatasetError/missingFolder(_:expected:)``.
  static func files(in folder: String, layout: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw .missingFolder(folder, expected: layout)
    }
  }

  /// Whether there is a file or folder.
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isPNG(_ name: String) -> Bool {
    name.hasSuffix(".png") || name.hasSuffix(".PNG")
  }

  /// The names that a list file gives, one a line, sorted and each once; folders before a name, such
  /// as `aachen/`, are left out.
  ///
  /// - Throws: ``DatasetError`` when the file cannot be read as text or names nothing.
  static func names(inList path: String) throws(DatasetError) -> [String] {
    guard exists(path) else { throw .missingList(path) }
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw .badList(file: path)
    }
    var names: Set<String> = []
    // A Character: "\r\n" is a single one.
    for line in text.split(whereSeparator: \.isNewline) {
      let base = line.split(separator: "/").last ?? ""
      let start = base.drop(while: \.isWhitespace)
      if let end = start.lastIndex(where: { !$0.isWhitespace }) {
        names.insert(String(start[...end]))
      }
    }
    guard !names.isEmpty else { throw .emptyList(path) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
