import PNG
import Testing
import VisionDatasets

@Suite struct LabelTests {
  @Test func `label ids map as Cityscapes says`() {
    let expected: [UInt8: UInt8] = [
      7: 0, 8: 1, 11: 2, 12: 3, 13: 4, 17: 5, 19: 6, 20: 7, 21: 8, 22: 9, 23: 10, 24: 11, 25: 12,
      26: 13, 27: 14, 28: 15, 31: 16, 32: 17, 33: 18,
    ]
    for value in UInt8.min ... .max {
      #expect(LabelMapping.cityscapesLabelIDs[value] == expected[value] ?? 255)
    }
  }

  @Test func `CamVid maps as in SegNet's order`() {
    #expect(
      LabelMapping.camVid.table.prefix(12) == [10, 2, 5, 0, 1, 8, 7, 4, 13, 11, 18, 255])
    #expect(LabelMapping.camVid.named == Set(0...11))
    #expect(LabelMapping.camVid.table.dropFirst(11).allSatisfy { $0 == 255 })
  }

  @Test func `palette files give indices; colours are refused`() throws {
    let folder = try TemporaryFolder()
    // Two indices of the same colour: only the index tells them apart.
    let black = PNGImage.PaletteEntry(red: 0, green: 0, blue: 0)
    try PNGImage(
      width: 2, height: 1, format: .palette, samples: [7, 33],
      palette: Array(repeating: black, count: 34)
    ).write(to: folder.path("palette.png"))
    #expect(
      try LabelMap(contentsOf: folder.path("palette.png"), mapping: .cityscapesLabelIDs).labels
        == [0, 18])
    let colours = folder.path("colours.png")
    try patternImage(width: 2, height: 2).write(to: colours)
    let error = #expect(throws: DatasetError.self) {
      try LabelMap(contentsOf: colours, mapping: .trainIDs)
    }
    #expect(error?.description.hasPrefix(colours + ": holds 8-bit rgb samples") == true)
    let deep = folder.path("deep.png")
    try PNGImage(width: 1, height: 1, format: .grey, samples: .bits16([7])).write(to: deep)
    #expect(throws: DatasetError.notLabels(file: deep, found: "16-bit grey samples")) {
      try LabelMap(contentsOf: deep, mapping: .trainIDs)
    }
  }

  @Test func `written labels read back, grey and palette`() throws {
    let folder = try TemporaryFolder()
    let map = LabelMap(width: 5, height: 4, labels: Array(0...18) + [255])
    try map.greyPNG().write(to: folder.path("grey.png"))
    try map.palettePNG().write(to: folder.path("palette.png"))
    try map.greyPNG(.labelIDs).write(to: folder.path("ids.png"))
    #expect(try LabelMap(contentsOf: folder.path("grey.png"), mapping: .trainIDs) == map)
    #expect(try LabelMap(contentsOf: folder.path("palette.png"), mapping: .trainIDs) == map)
    #expect(try LabelMap(contentsOf: folder.path("ids.png"), mapping: .cityscapesLabelIDs) == map)
    #expect(try PNGImage.decode(contentsOf: folder.path("ids.png")).samples8.last == 0)
    // Looked at, the palette file shows what colouring gives.
    #expect(try RGBImage(contentsOf: folder.path("palette.png")) == map.coloured())
  }

  @Test func `colours are those of Cityscapes`() {
    let coloured = LabelMap(width: 3, height: 1, labels: [0, 255, 13]).coloured()
    #expect(coloured.pixels == [128, 64, 128, 0, 0, 0, 0, 0, 142])
  }

  @Test func `pictures stand side by side on black`() {
    let one = RGBImage(width: 1, height: 2, pixels: [1, 1, 1, 2, 2, 2])
    let two = RGBImage(width: 2, height: 1, pixels: [3, 3, 3, 4, 4, 4])
    let both = RGBImage.sideBySide([one, two], gap: 1)
    #expect(both.width == 4 && both.height == 2)
    #expect(
      both.pixels == [1, 1, 1, 0, 0, 0, 3, 3, 3, 4, 4, 4] + [2, 2, 2]
        + Array(repeating: 0, count: 9))
    #expect(RGBImage.sideBySide([one]) == one)
  }

  @Test func `a mapping is read from JSON`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.text(#"{"0": 10, "200": 18, "3": 255}"#, to: "map.json")
    let mapping = try LabelMapping(contentsOfJSON: file)
    #expect(mapping == LabelMapping([0: 10, 200: 18, 3: 255]))
    #expect(mapping[1] == 255)
  }

  @Test(arguments: [
    ("[1]", "is not one JSON object"), ("{", "is not one JSON object"), ("{}", "maps nothing"),
    (#"{"256": 1}"#, #"key "256""#), (#"{"road": 1}"#, #"key "road""#),
    (#"{"1": 19}"#, "19, which is no train id"), (#"{"1": -1}"#, "-1, which is no train id"),
  ])
  func `a mapping that says something else is refused`(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.text(text, to: "map.json")
    let error = #expect(throws: DatasetError.self) { try LabelMapping(contentsOfJSON: file) }
    #expect(error?.description.hasPrefix(file) == true)
    #expect(error?.description.contains(message) == true)
  }

  @Test func `a mapping that is not there is named`() {
    let error = #expect(throws: DatasetError.self) {
      try LabelMapping(contentsOfJSON: "/none/map.json")
    }
    #expect(error?.description.hasPrefix("/none/map.json: ") == true)
  }
}
