import Foundation
import PNG
import Testing
import VisionDatasets

@Suite struct LayoutTests {
  /// Label ids that mean road, bicycle, licence plate, unlabelled, -1 and person.
  private static let labelIDs: [UInt8] = [7, 33, 34, 0, 255, 24]
  private static let trainIDs: [UInt8] = [0, 18, 255, 255, 255, 11]

  private func gta5(_ names: [String]) throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    try root.folder("images")
    try root.folder("labels")
    for name in names {
      try patternImage(width: 3, height: 2).write(to: root.path("images/\(name).png"))
      let grey = PNGImage.PaletteEntry(red: 9, green: 9, blue: 9)
      // All indices have one colour: it cannot be the colour that is read.
      try PNGImage(
        width: 3, height: 2, format: .palette, samples: Self.labelIDs,
        palette: Array(repeating: grey, count: 256)
      ).write(to: root.path("labels/\(name).png"))
    }
    return root
  }

  private func cityscapes(_ frames: [String], split: String) throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    for frame in frames {
      let city = frame.prefix { $0 != "_" }
      let image = try root.folder("leftImg8bit/\(split)/\(city)")
      try root.folder("gtFine/\(split)/\(city)")
      try patternImage(width: 3, height: 2).write(to: image + "/\(frame)_leftImg8bit.png")
      try root.labels(
        Self.labelIDs, width: 3, to: "gtFine/\(split)/\(city)/\(frame)_gtFine_labelIds.png")
    }
    return root
  }

  @Test func `GTA5 is read by index and its mismatched pairs are skipped`() throws {
    #expect(GTA5Dataset.mismatchedNames.count == 62)
    let root = try gta5(["20801", "00002", "00001", "15188", "20861", "20860"])
    let set = try GTA5Dataset(root: root.path)
    #expect((0..<set.count).map(set.name) == ["00001", "00002", "20861"])
    #expect(set.skipped == ["15188", "20801", "20860"])
    #expect(try set.sample(at: 1).label?.labels == Self.trainIDs)
    let list = try root.text("00002.png\r\n\r\n  15188\n20861.png", to: "train.txt")
    let listed = try GTA5Dataset(root: root.path, list: list)
    #expect((0..<listed.count).map(listed.name) == ["00002", "20861"])
    #expect(listed.skipped == ["15188"])
  }

  @Test func `Cityscapes is read city by city`() throws {
    let root = try cityscapes(["bonn_000000_000019", "aachen_000001_000019"], split: "train")
    try root.text("x", to: "leftImg8bit/train/readme.txt")
    let set = try CityscapesDataset(root: root.path, split: "train")
    #expect(
      (0..<set.count).map(set.name) == ["aachen/aachen_000001_000019", "bonn/bonn_000000_000019"])
    #expect(try set.sample(at: 0).label?.labels == Self.trainIDs)
    try FileManager.default.removeItem(
      atPath: root.path("gtFine/train/bonn/bonn_000000_000019_gtFine_labelIds.png"))
    let image = root.path("leftImg8bit/train/bonn/bonn_000000_000019_leftImg8bit.png")
    let error = #expect(throws: DatasetError.self) {
      try CityscapesDataset(root: root.path, split: "train")
    }
    #expect(error?.description.hasPrefix(image + ": has no labels") == true)
    let lenient = try CityscapesDataset(
      root: root.path, split: "train", missingFiles: .listed)
    #expect(lenient.count == 2)
    let missing = #expect(throws: DatasetError.self) {
      try CityscapesDataset(root: root.path, split: "val")
    }
    #expect(missing?.description.contains("there is no such folder; expected Cityscapes'") == true)
  }

  @Test func `the test split of Cityscapes needs no truth`() throws {
    let root = try cityscapes(["berlin_000000_000019"], split: "test")
    let labels = "gtFine/test/berlin/berlin_000000_000019_gtFine_labelIds.png"
    // What the official dummies hold: unlabelled, ego vehicle, out of region.
    try root.labels([0, 1, 3, 0, 1, 3], width: 3, to: labels)
    let dummies = try CityscapesDataset(root: root.path, split: "test")
    #expect(try dummies.sample(at: 0).label?.labels == Array(repeating: 255, count: 6))
    try FileManager.default.removeItem(atPath: root.path("gtFine"))
    let plain = try CityscapesDataset(root: root.path, split: "test")
    #expect(plain.count == 1)
    #expect(try plain.sample(at: 0).label == nil)
  }

  /// A subset with both ways of naming labels.
  private func subset(_ list: String) throws -> TemporaryFolder {
    let root = try gta5(["00001", "00002"])
    try patternImage(width: 3, height: 2).write(
      to: root.path("images/bonn_000000_000019_leftImg8bit.png"))
    try root.labels(
      Self.labelIDs, width: 3, to: "labels/bonn_000000_000019_gtFine_labelIds.png")
    try root.text(list, to: "train.txt")
    return root
  }

  @Test func `a subset's list decides, whatever stands before the names`() throws {
    let root = try subset("bonn/bonn_000000_000019_leftImg8bit.png\n00002.png\n\n")
    let set = try SubsetDataset(root: root.path, split: "train")
    #expect((0..<set.count).map(set.name) == ["00002", "bonn_000000_000019"])
    for index in 0..<2 { #expect(try set.sample(at: index).label?.labels == Self.trainIDs) }
    #expect(set.info == nil && set.remarks.isEmpty)
    // Names without their endings, and one twice.
    try root.text("bonn/bonn_000000_000019\n00001\n00001.png", to: "val.txt")
    let short = try SubsetDataset(root: root.path, split: "val")
    #expect((0..<short.count).map(short.name) == ["00001", "bonn_000000_000019"])
  }

  @Test func `a subset's info is used and says where it differs`() throws {
    let root = try subset("00001.png")
    try root.text(
      #"""
      {"classes": 19, "label2train": [[7, 0], [33, 3], [24, 11], [-1, 255], [34, 255]],
       "label": ["road"], "palette": [[128, 64, 128]], "mean": [73.15, 82.9, 72.39],
       "std": [47.67, 48.49, 47.73]}
      """#, to: "info.json")
    let set = try SubsetDataset(root: root.path, split: "train")
    #expect(try set.sample(at: 0).label?.labels == [0, 3, 255, 255, 255, 11])
    #expect(set.info?.contradictions == [33])
    #expect(set.info?.mean == [73.15, 82.9, 72.39])
    #expect(set.info?.palette == [[128, 64, 128]])
    #expect(set.remarks.count == 1 && set.remarks[0].contains("takes 33 to 3, unlike"))
  }

  @Test(arguments: [
    ("[]", "expected a JSON object"), (#"{"label2train": []}"#, "is empty"),
    (#"{"label2train": [[7]]}"#, "holds [7], expected [label id, train id]"),
    (#"{"label2train": [[7, 19]]}"#, "maps 7 to 19, which is no train id"),
    (#"{"label2train": [[256, 0]]}"#, "the label id 256"),
    (#"{"label2train": [[7, 0], [7, 1]]}"#, "maps 7 to both 0 and 1"),
    (#"{"label2train": [[7, 0]], "mean": [1]}"#, #""mean" has 1 values"#),
    (#"{"label2train": [[7, 0]], "palette": [[0, 0, 256]]}"#, "holds [0, 0, 256]"),
  ])
  func `a subset's info that cannot be right is refused`(text: String, message: String) throws {
    let root = try subset("00001.png")
    let file = try root.text(text, to: "info.json")
    let error = #expect(throws: DatasetError.self) {
      try SubsetDataset(root: root.path, split: "train")
    }
    #expect(error?.description.hasPrefix(file + ": ") == true)
    #expect(error?.description.contains(message) == true)
  }

  @Test func `empty lists and absent files are one sentence`() throws {
    let root = try subset("\n  \n")
    let list = root.path("train.txt")
    #expect(throws: DatasetError.emptyList(list)) {
      try SubsetDataset(root: root.path, split: "train")
    }
    #expect(throws: DatasetError.missingList(root.path("val.txt"))) {
      try SubsetDataset(root: root.path, split: "val")
    }
    try root.text("00001.png\n00009.png\n00008.png\n", to: "train.txt")
    let absent = DatasetError.absentFiles(
      list: list, folder: root.path("images"), first: "00008.png", count: 2)
    #expect(throws: absent) { try SubsetDataset(root: root.path, split: "train") }
    #expect(absent.description.hasPrefix(list + ": names 00008.png and 1 more, which "))
    try FileManager.default.removeItem(atPath: root.path("labels/00001.png"))
    try root.text("00001.png", to: "train.txt")
    #expect(
      throws: DatasetError.missingLabel(
        image: root.path("images/00001.png"), expected: root.path("labels/00001.png"))
    ) { try SubsetDataset(root: root.path, split: "train") }
  }
}
