import Testing
import VisionDatasets

extension AppTests {
  @Suite struct MakeStreetsTests {
    private let small = ["--count", "2", "--size", "16x24", "--seed", "3"]

    @Test func `both layouts are read back`() throws {
      let folder = try TestFolder()
      for (layout, look) in [("gta5", "source"), ("cityscapes", "target")] {
        let outcome = try App.makeStreets.run(
          ["--layout", layout, "--look", look, "--split", "val", "--output", layout] + small,
          in: folder)
        #expect(outcome.status == 0, "\(outcome.transcript)")
        #expect(outcome.output == "\(layout): 2 pictures of 16x24 with labels\n")
      }
      let gta5 = try GTA5Dataset(root: folder.path + "/gta5")
      let cityscapes = try CityscapesDataset(root: folder.path + "/cityscapes", split: "val")
      let source = SyntheticStreets(
        look: .source, split: .validation, seed: 3, count: 2, height: 16, width: 24)
      #expect(gta5.count == 2 && cityscapes.count == 2)
      for index in 0..<2 {
        let expected = try source.sample(at: index)
        #expect(try gta5.sample(at: index).image == expected.image)
        // The looks differ in appearance only.
        #expect(try gta5.sample(at: index).label == expected.label)
        #expect(try cityscapes.sample(at: index).label == expected.label)
      }
    }

    @Test func `what cannot be drawn or written is one sentence`() throws {
      let folder = try TestFolder()
      let base = ["--layout", "gta5", "--look", "source"]
      _ = try App.makeStreets.run(base + ["--output", "streets"] + small, in: folder)
      let again = try App.makeStreets.run(base + ["--output", "streets"] + small, in: folder)
      #expect(
        again.sentence
          == "streets/images: holds 2 files already; give an empty or a new folder",
        "\(again.transcript)")
      let size = try App.makeStreets.run(
        base + ["--output", "other", "--count", "1", "--size", "7x7"], in: folder)
      #expect(size.status != 0 && size.errors.contains("--size is height x width"))
    }
  }
}
