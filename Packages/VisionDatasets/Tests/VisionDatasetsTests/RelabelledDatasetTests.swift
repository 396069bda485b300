import Foundation
import Testing
import VisionDatasets

/// Pictures whose names carry a folder, with labels that must not be seen.
private struct Cities: SegmentationDataset {
  let names = ["ulm/a", "ulm/b", "bonn/a"]

  var count: Int { names.count }
  func name(at index: Int) -> String { names[index] }
  func sample(at index: Int) throws -> Sample {
    markedSample(names[index], width: 8, height: 4, blue: UInt8(index))
  }
}

@Suite struct RelabelledDatasetTests {
  private func labelled() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.folder("ulm")
    try folder.folder("bonn")
    try folder.labels([1, 2, 255, 18], width: 2, to: "ulm/a.png")
    try folder.labels([UInt8](repeating: 3, count: 32), width: 8, to: "ulm/b.png")
    try folder.labels([0, 0], width: 1, to: "bonn/a.png")
    return folder
  }

  @Test func `pictures keep their place and get the folder's labels`() throws {
    let folder = try labelled()
    let set = try RelabelledDataset(Cities(), labels: folder.path)
    #expect((0..<set.count).map(set.name) == Cities().names)
    let sample = try set.sample(at: 0)
    #expect(sample.name == "ulm/a")
    #expect(try sample.image == Cities().sample(at: 0).image)
    #expect(sample.label == LabelMap(width: 2, height: 2, labels: [1, 2, 255, 18]))
    #expect(try set.sample(at: 1).label?.labels == [UInt8](repeating: 3, count: 32))
    var generator = SplitMix64(seed: 0)
    let resized = Resize(height: 4, width: 4).apply(sample, using: &generator)
    #expect(resized.label?.labels == [1, 1, 2, 2, 1, 1, 2, 2, 255, 255, 18, 18, 255, 255, 18, 18])
    #expect(resized.image.width == 4 && resized.image.height == 4)
  }

  @Test func `what is missing or no train id is named`() throws {
    let folder = try labelled()
    try FileManager.default.removeItem(atPath: folder.path("ulm/b.png"))
    let expected = DatasetError.missingLabel(
      image: "ulm/b", expected: folder.path("ulm/b.png"))
    #expect(throws: expected) { try RelabelledDataset(Cities(), labels: folder.path) }
    try folder.labels([26, 7], width: 2, to: "ulm/b.png")
    let set = try RelabelledDataset(Cities(), labels: folder.path)
    let labelIDs = DatasetError.wrongEncoding(
      file: folder.path("ulm/b.png"), found: .labelIDs, declared: .trainIDs, evidence: "such as 26")
    #expect(throws: labelIDs) { try set.sample(at: 1) }
    let absent = #expect(throws: DatasetError.self) {
      try RelabelledDataset(Cities(), labels: folder.path("absent"))
    }
    #expect(absent?.description.hasPrefix(folder.path("absent") + ": there is no such") == true)
  }
}
