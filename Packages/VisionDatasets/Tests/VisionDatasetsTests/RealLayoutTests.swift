import Foundation
import PNG
import Testing
import VisionDatasets

private let gta5 = sharedData("gta5")
private let cityscapes = sharedData("cityscapes")

@Suite struct RealLayoutTests {
  /// The same files in the layout of the courses.
  private func subset(_ files: PairedFiles) throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    try root.folder("images")
    try root.folder("labels")
    var lines: [String] = []
    for pair in files.pairs {
      for (folder, path) in [("images", pair.image), ("labels", try #require(pair.label))] {
        let name = URL(fileURLWithPath: path).lastPathComponent
        try FileManager.default.createSymbolicLink(
          atPath: root.path("\(folder)/\(name)"), withDestinationPath: path)
        if folder == "images" { lines.append("city/" + name) }
      }
    }
    try root.text(lines.joined(separator: "\n"), to: "train.txt")
    return root
  }

  private func check(_ official: any FileBackedDataset, size: String) throws -> DatasetDiagnosis {
    let diagnosis = DatasetDoctor(official).examine()
    #expect(diagnosis.isTrainable && diagnosis.findings.isEmpty)
    #expect(diagnosis.sizes == [size: official.count])
    let root = try subset(official.files)
    let flat = DatasetDoctor(try SubsetDataset(root: root.path, split: "train")).examine()
    #expect(flat == diagnosis)
    // What the loader sees is what the doctor counted.
    var labels = [Int](repeating: 0, count: 256)
    for index in 0..<official.count {
      for label in try #require(try official.sample(at: index).label).labels {
        labels[Int(label)] += 1
      }
    }
    #expect(Array(labels.prefix(19)) == diagnosis.classPixels)
    #expect(labels[255] == diagnosis.ignoredPixels)
    return diagnosis
  }

  @Test(.enabled(if: gta5 != nil)) func `GTA5 counts alike in both layouts`() throws {
    let set = try GTA5Dataset(root: try #require(gta5))
    #expect(set.count == 3)
    let diagnosis = try check(set, size: "1914x1052")
    // The licence plate is a value of these files, and ignored.
    #expect(diagnosis.ignoredValues[34] > 0)
  }

  @Test(.enabled(if: cityscapes != nil)) func `Cityscapes counts alike in both layouts`() throws {
    let set = try CityscapesDataset(root: try #require(cityscapes), split: "train")
    #expect(set.name(at: 0) == "aachen/aachen_000000_000019")
    let diagnosis = try check(set, size: "2048x1024")
    // Ego vehicle and void.
    #expect(diagnosis.ignoredValues[1] > 0 && diagnosis.ignoredPixels > diagnosis.ignoredValues[1])
    #expect(diagnosis.ignoredValues[255] == 0)
  }

  @Test(.enabled(if: gta5 != nil && cityscapes != nil))
  func `real label ids declared as train ids are recognised`() throws {
    for files in [
      try GTA5Dataset(root: try #require(gta5)).files,
      try CityscapesDataset(root: try #require(cityscapes), split: "train").files,
    ] {
      for pair in files.pairs {
        let label = try #require(pair.label)
        let error = #expect(throws: DatasetError.self) {
          try LabelMap(contentsOf: label, mapping: .trainIDs)
        }
        guard case .wrongEncoding(_, .labelIDs, .trainIDs, _)? = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  @Test(.enabled(if: gta5 != nil && cityscapes != nil))
  func `real train ids declared as label ids are recognised`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("a.png")
    for set in [
      try GTA5Dataset(root: try #require(gta5)),
      try CityscapesDataset(root: try #require(cityscapes), split: "train"),
    ] as [any FileBackedDataset] {
      for index in 0..<set.count {
        try #require(try set.sample(at: index).label).greyPNG(.trainIDs).write(to: file)
        let error = #expect(throws: DatasetError.self) {
          try LabelMap(contentsOf: file, mapping: .cityscapesLabelIDs)
        }
        guard case .wrongEncoding(_, .trainIDs, .labelIDs, _)? = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }
}
