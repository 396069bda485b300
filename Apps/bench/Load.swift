import AppOptions
import ArgumentParser
import Foundation
import PNG
import SegmentationMetrics
import Training
import VisionDatasets

struct Load: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Batches from a folder of PNG files, as training takes them, without training.",
    discussion: """
      Without --images, pictures of the given size are drawn into a temporary folder first. \
      Keys of --format json: medianSeconds, minimumSeconds, maximumSeconds (per batch, over the \
      epochs), repetitions, imagesPerSecond.
      """)

  @Option(help: "A folder of PNG pictures.")
  var images: String?

  @Option(help: "A folder of labels with the same names; trainIds.")
  var labels: String?

  @Option(help: "Images in a batch.")
  var batch = 4

  @Option(help: "Pictures and labels are resized to this height x width, multiples of 8.")
  var size = TrainingConfiguration.ImageSize(height: 512, width: 1024)

  @Option(help: "Threads that decode and resize.")
  var workers = 2

  @Option(help: "Timed epochs, after one that is not.")
  var repetitions = 5

  @Option(help: "How the result is printed.")
  var format = Format.table

  func validate() throws {
    guard batch > 0, repetitions > 0, workers > 0 else {
      throw ValidationError("--batch, --repetitions and --workers are 1 or more")
    }
  }

  func run() throws {
    let (height, width) = (size.height, size.width)
    let drawn = ownTemporaryFolder("load")
    defer { try? FileManager.default.removeItem(at: drawn) }
    if images == nil { try draw(into: drawn, height: height, width: width) }
    let dataset = try FolderDataset(
      images: images ?? drawn.appendingPathComponent("images").path,
      labels: images == nil ? drawn.appendingPathComponent("labels").path : labels)
    let loader = try DataLoader(
      dataset: dataset, batchSize: batch,
      transform: Compose([Resize(height: height, width: width), RandomHorizontalFlip()]),
      normalisation: .imageNet, workers: workers)
    let clock = ContinuousClock()
    let times = try (0...repetitions).map { epoch in
      let batches = try loader.batches(epoch: epoch)
      return try clock.measure { while try batches.next() != nil {} }.seconds
        / Double(loader.batchCount)
    }.dropFirst().sorted()
    let median = times[times.count / 2]
    let members: [JSONValue.Member] = [
      .init("medianSeconds", .number(median)), .init("minimumSeconds", .number(times[0])),
      .init("maximumSeconds", .number(times[times.count - 1])),
      .init("repetitions", .integer(repetitions)),
      .init(
        "imagesPerSecond",
        .number(Double(dataset.count) / Double(loader.batchCount) / median)),
    ]
    if format == .json {
      print(JSONValue.object(members).text)
    } else {
      for member in members { print("\(member.name): \(member.value.line)") }
    }
  }

  /// Eight batches of streets, as PNG files.
  private func draw(into folder: URL, height: Int, width: Int) throws {
    let streets = SyntheticStreets(
      look: .source, seed: 0, count: 8 * batch, height: height, width: width)
    for name in ["images", "labels"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for index in 0..<streets.count {
      let (image, label) = streets.render(index)
      let name = "\(streets.name(at: index)).png"
      try image.write(to: folder.appendingPathComponent("images/\(name)").path)
      try label.greyPNG().write(to: folder.appendingPathComponent("labels/\(name)").path)
    }
  }
}

/// Where this process may put files; not made yet.
func ownTemporaryFolder(_ purpose: String) -> URL {
  FileManager.default.temporaryDirectory.appendingPathComponent(
    "bench-\(purpose)-\(ProcessInfo.processInfo.processIdentifier)")
}
