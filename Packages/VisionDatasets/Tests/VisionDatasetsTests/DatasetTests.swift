import Foundation
import PNG
import Testing
import VisionDatasets

@Suite struct DatasetTests {
  /// A CamVid of three photographs of 4x2, written in an order that is not theirs.
  private func camVid() throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    try root.folder("train")
    try root.folder("trainannot")
    for name in ["b10", "a2", "b9"] {
      try patternImage(width: 4, height: 2).write(to: root.path("train/\(name).png"))
      try root.labels([0, 1, 2, 3, 8, 9, 10, 11], width: 4, to: "trainannot/\(name).png")
    }
    return root
  }

  @Test func `CamVid is listed by name and mapped`() throws {
    let root = try camVid()
    try root.text("not a picture", to: "train/.hidden.png")
    try root.text("not a picture", to: "train/readme.txt")
    let set = try CamVidDataset(root: root.path, split: "train")
    #expect((0..<set.count).map(set.name) == ["a2", "b10", "b9"])
    let sample = try set.sample(at: 1)
    #expect(sample.name == "b10")
    #expect(sample.image == patternImage(width: 4, height: 2))
    #expect(sample.label?.labels == [10, 2, 5, 0, 13, 11, 18, 255])
  }

  @Test func `missing and empty folders are named`() throws {
    let root = try camVid()
    let missing = #expect(throws: DatasetError.self) {
      try CamVidDataset(root: root.path, split: "val")
    }
    #expect(missing?.description.hasPrefix(root.path("val") + ": there is no such folder") == true)
    try root.folder("val")
    try root.text("x", to: "val/a.jpg")
    #expect(throws: DatasetError.noPictures(folder: root.path("val"), fileCount: 1)) {
      try CamVidDataset(root: root.path, split: "val")
    }
  }

  @Test func `a photograph without labels is named`() throws {
    let root = try camVid()
    try FileManager.default.removeItem(atPath: root.path("trainannot/b9.png"))
    #expect(
      throws: DatasetError.missingLabel(
        image: root.path("train/b9.png"), expected: root.path("trainannot/b9.png"))
    ) { try CamVidDataset(root: root.path, split: "train") }
  }

  @Test func `unequal sizes name both files`() throws {
    let root = try camVid()
    try root.labels([0, 1, 2, 3], width: 2, to: "trainannot/a2.png")
    let set = try CamVidDataset(root: root.path, split: "train")
    #expect(
      throws: DatasetError.sizeMismatch(
        image: root.path("train/a2.png"), imageSize: "4x2",
        label: root.path("trainannot/a2.png"), labelSize: "2x2")
    ) { try set.sample(at: 0) }
  }

  @Test func `a corrupt photograph is named`() throws {
    let root = try camVid()
    let file = root.path("train/a2.png")
    try Data(contentsOf: URL(fileURLWithPath: file)).dropLast(20)
      .write(to: URL(fileURLWithPath: file))
    let set = try CamVidDataset(root: root.path, split: "train")
    #expect(throws: PNGError.truncated(file: file)) { try set.sample(at: 0) }
  }

  @Test func `any two folders and any map make a set`() throws {
    let root = try camVid()
    let mapped = try FolderDataset(
      images: root.path("train"), labels: root.path("trainannot"),
      mapping: LabelMapping([0: 5, 11: 6]))
    #expect(try mapped.sample(at: 2).label?.labels == [5, 255, 255, 255, 255, 255, 255, 6])
    let plain = try FolderDataset(
      images: root.path("train"), labels: root.path("trainannot"))
    #expect(try plain.sample(at: 0).label?.labels == [0, 1, 2, 3, 8, 9, 10, 11])
    let unlabelled = try FolderDataset(images: root.path("train"), labels: nil)
    #expect(unlabelled.count == 3)
    #expect(try unlabelled.sample(at: 0).label == nil)
  }

  @Test func `a cached set reads each sample once`() throws {
    let source = CountingDataset(count: 3)
    let cached = CachedDataset(source, preparedBy: Resize(height: 4, width: 5))
    let first = try (0..<3).map(cached.sample)
    let second = try (0..<3).map(cached.sample)
    #expect(first == second)
    #expect(first[0].image.width == 5)
    #expect(source.reads == 3)
    #expect(cached.name(at: 2) == source.name(at: 2))
  }
}

private let camVid = sharedData("camvid")

@Suite(.enabled(if: camVid != nil)) struct RealCamVidTests {
  @Test func `photographs and labels fit and hold eleven classes`() throws {
    let set = try CamVidDataset(root: try #require(camVid), split: "val")
    #expect(set.count == 41)
    var present: Set<UInt8> = []
    for index in 0..<set.count {
      let sample = try set.sample(at: index)
      #expect(sample.image.width == 480 && sample.image.height == 360)
      present.formUnion(sample.label?.labels ?? [])
    }
    #expect(present == [0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 18, 255])
  }
}
