import Foundation
import PNG
import Synchronization
import Testing
import VisionDatasets

@Suite struct DatasetDoctorTests {
  /// A folder set of 4x2 pictures `a` to `h`, whose labels are one of each class from 0 to 7.
  private func folder() throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    try root.folder("images")
    try root.folder("labels")
    for name in "abcdefgh" {
      try patternImage(width: 4, height: 2).write(to: root.path("images/\(name).png"))
      try root.labels(Array(0..<8), width: 4, to: "labels/\(name).png")
    }
    return root
  }

  private func set(
    _ root: TemporaryFolder, _ mapping: LabelMapping = .trainIDs
  ) throws -> FolderDataset {
    try FolderDataset(
      images: root.path("images"), labels: root.path("labels"), mapping: mapping,
      missingFiles: .listed)
  }

  private func change(_ file: String, _ edit: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    edit(&bytes)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  @Test func `a sound set is counted`() throws {
    let root = try folder()
    let steps = Mutex<[Int]>([])
    let diagnosis = DatasetDoctor(try set(root)).examine { done in
      steps.withLock { $0.append(done) }
    }
    #expect(steps.withLock { $0 } == Array(1...8))
    #expect(diagnosis.isTrainable && diagnosis.findings.isEmpty)
    #expect(diagnosis.pairCount == 8 && diagnosis.soundCount == 8)
    #expect(
      diagnosis.classPixels == Array(repeating: 8, count: 8) + Array(repeating: 0, count: 11))
    #expect(diagnosis.classFrequencies.reduce(0, +) == 1)
    #expect(diagnosis.ignoredPixels == 0 && diagnosis.imagePixels == 64)
    #expect(diagnosis.sizes == ["4x2": 8])
    let pixels = patternImage(width: 4, height: 2).pixels
    for channel in 0..<3 {
      let values = (0..<8).map { Double(pixels[$0 * 3 + channel]) }
      let mean = values.reduce(0, +) / 8
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
      #expect(abs((diagnosis.channelMean?[channel] ?? 0) - mean) < 1e-9)
      #expect(abs((diagnosis.channelDeviation?[channel] ?? 0) - variance.squareRoot()) < 1e-9)
    }
    let one = DatasetDoctor(try set(root), threads: 1).examine()
    #expect(one == diagnosis)
  }

  @Test func `every broken file is found in one go`() throws {
    let root = try folder()
    try FileManager.default.removeItem(atPath: root.path("labels/a.png"))
    try change(root.path("images/b.png")) { $0.removeLast(30) }
    try change(root.path("labels/c.png")) { $0[$0.count - 20] ^= 1 }
    try root.labels([0, 1], width: 2, to: "labels/d.png")
    try change(root.path("labels/e.png")) { $0 = [] }
    try change(root.path("images/f.png")) { $0 = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] }
    try patternImage(width: 4, height: 2).write(to: root.path("labels/g.png"))
    try root.labels(Array(26..<34), width: 4, to: "labels/h.png")
    let diagnosis = DatasetDoctor(try set(root)).examine()
    let expected: [(DatasetFinding.Kind, String)] = [
      (.missing, "labels/a.png"), (.truncated, "images/b.png"), (.corrupt, "labels/c.png"),
      (.size, "labels/d.png"), (.empty, "labels/e.png"), (.notPNG, "images/f.png"),
      (.notLabels, "labels/g.png"), (.encoding, "labels/h.png"),
    ]
    #expect(diagnosis.findings.count == expected.count)
    for (finding, (kind, file)) in zip(diagnosis.findings, expected) {
      #expect(finding.kind == kind && finding.file == root.path(file))
      #expect(finding.severity == .error)
      #expect(finding.message.contains(root.path(file)))
      #expect(diagnosis.count(of: kind) == 1)
    }
    #expect(diagnosis.soundCount == 0 && !diagnosis.isTrainable)
    #expect(
      diagnosis.findings.first?.message == root.path("labels/a.png") + ": there is no such file")
  }

  @Test func `values outside the map are counted, and warn`() throws {
    let root = try folder()
    try root.labels([0, 1, 2, 3, 40, 40, 41, 0], width: 4, to: "labels/a.png")
    try root.labels([3, 3, 3, 3, 3, 3, 3, 3], width: 4, to: "labels/b.png")
    let mapping = LabelMapping([0: 0, 1: 1, 2: 2, 3: 255, 4: 4, 5: 5, 6: 6, 7: 7])
    let diagnosis = DatasetDoctor(try set(root, mapping)).examine()
    #expect(diagnosis.isTrainable && diagnosis.soundCount == 8)
    #expect(diagnosis.findings.map(\.kind) == [.values, .empty])
    #expect(
      diagnosis.findings.first?.message.hasSuffix("40 (2 pixels), 41 (1 pixels)") == true)
    #expect(diagnosis.ignoredValues[3] == 1 + 8 + 6)
    #expect(diagnosis.ignoredValues[40] == 2 && diagnosis.ignoredValues[41] == 1)
    #expect(diagnosis.ignoredPixels == 18)
  }

  @Test func `train ids in a whole set of label ids are found without a 255`() throws {
    let root = try folder()
    let diagnosis = DatasetDoctor(try set(root, .cityscapesLabelIDs)).examine()
    #expect(!diagnosis.isTrainable)
    #expect(diagnosis.findings.map(\.kind) == [.encoding])
    #expect(diagnosis.findings.first?.file == nil)
    // One file with a label id above 18 is enough to believe that these are label ids.
    try root.labels(Array(26..<34), width: 4, to: "labels/a.png")
    #expect(DatasetDoctor(try set(root, .cityscapesLabelIDs)).examine().isTrainable)
  }

  @Test func `a set without truth or without a class cannot be trained on`() throws {
    let root = try folder()
    let plain = try FolderDataset(images: root.path("images"), labels: nil)
    let diagnosis = DatasetDoctor(plain).examine()
    #expect(!diagnosis.isTrainable && diagnosis.count(of: .set) == 1)
    #expect(diagnosis.channelMean != nil)
    let void = DatasetDoctor(try set(root, LabelMapping([9: 0]))).examine()
    #expect(!void.isTrainable)
    #expect(void.findings.first?.message.contains("no pixel of the set has a class") == true)
  }

  @Test func `what a set leaves out and remarks is passed on`() throws {
    let root = try folder()
    for folder in ["images", "labels"] {
      try FileManager.default.moveItem(
        atPath: root.path("\(folder)/a.png"), toPath: root.path("\(folder)/20801.png"))
    }
    try root.text(#"{"label2train": [[0, 1], [1, 1]]}"#, to: "info.json")
    try root.text("20801.png\nb.png\nz.png", to: "train.txt")
    let subset = try SubsetDataset(root: root.path, split: "train", missingFiles: .listed)
    let diagnosis = DatasetDoctor(subset).examine()
    #expect(diagnosis.skipped == ["20801"])
    #expect(diagnosis.pairCount == 2 && diagnosis.soundCount == 1)
    #expect(diagnosis.findings.prefix(2).allSatisfy { $0.kind == .set && $0.severity == .warning })
    #expect(
      diagnosis.findings.filter { $0.kind == .missing }.map(\.file) == [
        root.path("images/z.png"), root.path("labels/z.png"),
      ])
  }
}
