import Foundation
import PNG
import Synchronization
import Testing
import VisionDatasets

@Suite struct SyntheticStreetsWriterTests {
  private let streets = SyntheticStreets(look: .source, seed: 4, count: 3, height: 48, width: 96)

  @Test(arguments: SyntheticStreetsWriter.Layout.allCases)
  func `what is read back is what was drawn`(layout: SyntheticStreetsWriter.Layout) throws {
    let root = try TemporaryFolder()
    let steps = Mutex<[Int]>([])
    try SyntheticStreetsWriter(streets, layout: layout, split: "val").write(to: root.path) { done in
      steps.withLock { $0.append(done) }
    }
    #expect(steps.withLock { $0 } == [1, 2, 3])
    let set: any FileBackedDataset =
      switch layout {
      case .gta5: try GTA5Dataset(root: root.path)
      case .cityscapes: try CityscapesDataset(root: root.path, split: "val")
      }
    #expect(set.count == 3)
    for index in 0..<3 {
      let (image, label) = streets.render(index)
      let sample = try set.sample(at: index)
      #expect(sample.image == image)
      #expect(sample.label == label)
    }
    let labels = try PNGImage.decode(contentsOf: try #require(set.files.pairs[0].label))
    #expect(labels.format == (layout == .gta5 ? .palette : .grey))
    let diagnosis = DatasetDoctor(set).examine()
    #expect(diagnosis.isTrainable && diagnosis.findings.isEmpty)
  }

  @Test func `names are those of the real sets`() throws {
    let root = try TemporaryFolder()
    try SyntheticStreetsWriter(streets, layout: .cityscapes).write(to: root.path("c"))
    try SyntheticStreetsWriter(streets, layout: .gta5).write(to: root.path("g"))
    let frame = "source/source_000002_000000"
    for file in [
      "c/leftImg8bit/train/\(frame)_leftImg8bit.png",
      "c/gtFine/train/\(frame)_gtFine_labelIds.png", "g/images/00001.png", "g/labels/00003.png",
    ] {
      #expect(FileManager.default.fileExists(atPath: root.path(file)), "\(file)")
    }
  }

  @Test func `a folder with files is left alone`() throws {
    let root = try TemporaryFolder()
    try root.folder("images")
    try root.text("mine", to: "images/00001.png")
    #expect(throws: DatasetError.occupiedFolder(root.path("images"), fileCount: 1)) {
      try SyntheticStreetsWriter(streets, layout: .gta5).write(to: root.path)
    }
    #expect(
      try String(contentsOfFile: root.path("images/00001.png"), encoding: .utf8) == "mine")
    try root.text("x", to: "file")
    #expect(throws: DatasetError.unwritableFolder(root.path("file/images"))) {
      try SyntheticStreetsWriter(streets, layout: .gta5).write(to: root.path("file"))
    }
  }
}
