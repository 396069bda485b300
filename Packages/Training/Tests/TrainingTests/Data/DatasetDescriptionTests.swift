import Testing
import Training
import VisionDatasets

@Suite struct DatasetDescriptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ count: Int, in part: String, labelled: Bool = true) throws {
    try writeStreets(
      count, images: folder.file("images\(part)"),
      labels: labelled ? folder.file("labels\(part)") : nil)
  }

  private func set(_ split: String, labels: String? = "labels") -> DatasetDescription {
    DatasetDescription(
      kind: .folder, root: folder.file("images"), labels: labels.map(folder.file), split: split,
      size: .init(height: 32, width: 64))
  }

  @Test func aFolderSetWithAFolderTrainHasSplits() throws {
    try write(3, in: "/train")
    try write(2, in: "/val")
    #expect(set("train").hasSplits)
    #expect(try set("train").open().count == 3 && set("val").open().count == 2)
    #expect(try set("val").open().sample(at: 1).label != nil)
    #expect(throws: DatasetError.self) { try set("test").open() }
    #expect(set("val").identity == "folder, val")
  }

  @Test func anotherIsOnePart() throws {
    try write(2, in: "")
    #expect(!set("train").hasSplits && set("train").identity == "folder")
    #expect(try set("train").open().count == 2 && set("val").open().count == 2)
  }

  @Test func truthIsMissed() throws {
    try write(2, in: "", labelled: false)
    let set = set("train", labels: nil)
    #expect(try !set.open().hasTruth)
    var configuration = tinyConfiguration(output: folder.file("out"))
    configuration.data.dataset = .folder
    configuration.data.root = set.root
    #expect(throws: DatasetError.noTruth(image: "source_000000")) {
      try configuration.loader(of: set, in: configuration.data)
    }
  }

  /// Streets of another seed have the same names.
  @Test func syntheticStreetsAreToldBySeedAndSplit() {
    var set = DatasetDescription(kind: .synthetic, split: "train", size: .init(height: 8, width: 8))
    #expect(set.identity == "synthetic, look source, train, seed 0")
    set.synthetic.seed = 1
    #expect(set.identity == "synthetic, look source, train, seed 1")
  }
}
