import Foundation

/// An app of this repository, as it was built.
enum App: String {
  case train, eval, predict, reproduce
  case exportPseudoLabels = "export-pseudo-labels"
  case countFLOPs = "count-flops"
  case makeStreets = "make-streets"
  case convertCheckpoint = "convert-checkpoint"

  /// What a process left.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// What a failed test shows.
    var transcript: String { "status \(status)\n\(output)\n\(errors)" }

    /// The output as a JSON object.
    func object() throws -> [String: Any] {
      let value = try? JSONSerialization.jsonObject(with: Data(output.utf8))
      guard let object = value as? [String: Any] else { throw NoObject(transcript: transcript) }
      return object
    }

    /// The sentence behind `Error: ` where it is all that was printed, nil otherwise.
    var sentence: String? { errors.split(separator: "\n").count == 1 ? lastSentence : nil }

    /// The sentence behind `Error: ` that ended the app, whatever it said of its progress before; nil
    /// where it ended in another way.
    var lastSentence: String? {
      let traces = ["Optional(", "Error Domain", "Fatal error", "Backtrace", "NSCocoa"]
      let lines = errors.split(separator: "\n")
      guard status == 1, lines.count(where: { $0.hasPrefix("Error: ") }) == 1, output.isEmpty,
        let last = lines.last, last.hasPrefix("Error: "),
        !traces.contains(where: { errors.contains($0) })
      else { return nil }
      return String(last.dropFirst("Error: ".count))
    }
  }

  struct NoObject: Error, CustomStringConvertible {
    let transcript: String
    var description: String { "no JSON object was printed: \(transcript)" }
  }

  /// The built app lies beside the test bundle.
  var url: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    return (bundle ?? Bundle.main.executableURL ?? Bundle.main.bundleURL)
      .deletingLastPathComponent().appendingPathComponent(rawValue)
  }

  /// Starts the app with its output going to files in a folder.
  func start(_ arguments: [String], in folder: TestFolder) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    // Threads that spin while they wait take a hundred times as long where other work is under way.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["OMP_WAIT_POLICY": "passive"]) { own, _ in own }
    process.standardInput = FileHandle.nullDevice
    // Files and no pipes: a pipe that nobody empties stops the process.
    process.standardOutput = try folder.emptied("stdout")
    process.standardError = try folder.emptied("stderr")
    try process.run()
    return process
  }

  /// Runs the app to its end.
  func run(_ arguments: [String], in folder: TestFolder) throws -> Outcome {
    let process = try start(arguments, in: folder)
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try folder.text("stdout"),
      errors: try folder.text("stderr"))
  }
}

/// A folder of a test's own, removed with it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("app-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func emptied(_ name: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: file(name)))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
  }

  func write(_ text: String, as name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  func contents(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted()
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: true)
  }

  /// Every file below a folder, by its path there: equal before and after where nothing was touched.
  func files(_ name: String) -> [String: Data] {
    let paths = FileManager.default.enumerator(atPath: file(name))?.compactMap { $0 as? String }
    var files: [String: Data] = [:]
    for path in paths ?? [] {
      var isFolder: ObjCBool = false
      let full = file("\(name)/\(path)")
      if FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), !isFolder.boolValue {
        files[path] = FileManager.default.contents(atPath: full)
      }
    }
    return files
  }
}
