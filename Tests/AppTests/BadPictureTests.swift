import Foundation
import PNG
import Testing
import VisionDatasets

extension AppTests {
  /// Pictures and labels that cannot be used, through every app that reads them: one sentence that
  /// names the file, and nothing that was there is touched.
  @Suite struct BadPictureTests {
    /// What is wrong with the first of four pairs.
    enum Damage: String, CaseIterable, Sendable {
      case truncatedImage, truncatedLabels, wrongChecksum, hugeHeader, labelsOfAnotherSize
      case renamedJPEG, labelIDs, coloursAsLabels

      /// The file that a sentence must name.
      var file: String {
        switch self {
        case .truncatedImage, .wrongChecksum, .hugeHeader, .renamedJPEG: "set/images/a.png"
        case .truncatedLabels, .labelsOfAnotherSize, .labelIDs, .coloursAsLabels: "set/labels/a.png"
        }
      }

      var words: String {
        switch self {
        case .truncatedImage, .truncatedLabels: "the PNG ends too early; copy or download it again"
        case .wrongChecksum:
          "the PNG is corrupt (libpng: IDAT: CRC error); copy or download it again"
        case .hugeHeader: "the header says 60000x60000 pixels, more than the limit of 268435456"
        case .labelsOfAnotherSize:
          "set/images/a.png is 64x32 but its labels set/labels/a.png are 32x16; expected equal sizes"
        case .renamedJPEG: "is a JPEG picture, expected a PNG; convert it rather than rename it"
        case .labelIDs:
          "where train ids were declared; declare Cityscapes label ids for this set"
        case .coloursAsLabels: "holds 8-bit rgb samples, expected labels"
        }
      }
    }

    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyConfiguration, as: "tiny.yaml")
      for name in ["set/images", "set/labels"] { try folder.makeFolder(name) }
      let streets = SyntheticStreets(look: .source, seed: 5, count: 4, height: 32, width: 64)
      for (index, name) in ["a", "b", "c", "d"].enumerated() {
        let sample = try streets.sample(at: index)
        try sample.image.write(to: folder.file("set/images/\(name).png"))
        try sample.label?.greyPNG().write(to: folder.file("set/labels/\(name).png"))
      }
    }

    private let source = [
      "--set", "data.dataset=folder", "--set", "data.root=set/images", "--set",
      "data.labels=set/labels",
    ]
    private let evaluated = [
      "--dataset", "folder", "--root", "set/images", "--labels", "set/labels",
    ]

    private func apply(_ damage: Damage) throws {
      let file = folder.file(damage.file)
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let labels = try LabelMap(contentsOf: folder.file("set/labels/a.png"), mapping: .trainIDs)
      switch damage {
      case .truncatedImage, .truncatedLabels: bytes.removeLast(bytes.count / 3)
      // The checksum of the last chunk with data; the end chunk of 12 bytes follows.
      case .wrongChecksum: bytes[bytes.count - 13] ^= 1
      case .hugeHeader:
        bytes.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
        bytes.replaceSubrange(29..<33, with: checksum(of: bytes[12..<29]))
      case .labelsOfAnotherSize:
        let half = LabelMap(width: 32, height: 16, labels: [UInt8](repeating: 0, count: 512))
        bytes = try half.greyPNG().encoded()
      case .renamedJPEG: bytes = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 1, count: 99)
      case .labelIDs: bytes = try labels.greyPNG(.labelIDs).encoded()
      case .coloursAsLabels: bytes = try labels.coloured().png().encoded()
      }
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    /// A PNG chunk's CRC-32, big end first.
    private func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
      var remainder: UInt32 = ~0
      for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 {
          remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320
        }
      }
      return withUnsafeBytes(of: (~remainder).bigEndian) { Array($0) }
    }

    @Test(arguments: Damage.allCases)
    func aBadPairIsNamedAndNothingIsTouched(_ damage: Damage) throws {
      try apply(damage)
      // What earlier runs left.
      for path in ["seen/a.png", "made/labels/a.png", "made/statistics.json"] {
        try folder.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try folder.write("old", as: path)
      }
      let before = ["set", "seen", "made"].map(folder.files)
      let network = [
        "--checkpoint", try TinyRun.get().checkpoint, "--size", "32x64", "--normalisation",
        "imagenet",
      ]
      var runs: [(App, [String])] = [
        (.train, ["tiny.yaml", "--set", "optimisation.batch_size=4"] + source),
        (.eval, network + evaluated + ["--visualise", "seen"]),
        (.exportPseudoLabels, network + evaluated + ["--output", "made"]),
      ]
      if damage.file.hasPrefix("set/images") {
        runs.append((.predict, network + ["--images", "set/images", "--output", "made"]))
      } else {
        try folder.makeFolder("truth")
        try FileManager.default.copyItem(
          atPath: folder.file("set/labels"), toPath: folder.file("truth/all"))
        runs.append(
          (
            .eval,
            ["--predictions", "truth/all", "--truth", "set/labels", "--encoding", "train-ids"]
          ))
      }
      for (app, arguments) in runs {
        // A picture that is compared with itself has the same size.
        if arguments.contains("--predictions"), damage == .labelsOfAnotherSize { continue }
        let outcome = try app.run(arguments, in: folder)
        let sentence = try #require(outcome.lastSentence, "\(app): \(outcome.transcript)")
        let isPrediction = sentence.contains("truth/all/a.png")
        #expect(sentence.contains(damage.file) || isPrediction, "\(app): \(sentence)")
        #expect(sentence.contains(damage.words), "\(app): \(sentence)")
      }
      #expect(["set", "seen", "made"].map(folder.files) == before)
      #expect(try folder.contents("out") == ["configuration.yaml", "log.jsonl"])
    }

    @Test(arguments: Damage.allCases) func theCheckFindsIt(_ damage: Damage) throws {
      try apply(damage)
      let outcome = try App.train.run(["tiny.yaml", "--check-data"] + source, in: folder)
      #expect(outcome.status == 1, "\(outcome.transcript)")
      #expect(outcome.output.contains(damage.file), "\(outcome.transcript)")
      #expect(outcome.output.contains(damage.words), "\(outcome.transcript)")
      #expect(outcome.output.contains("3 of 4 pairs are sound"), "\(outcome.transcript)")
      #expect(!folder.exists("out"))
    }

    /// A list that names nothing, or what is not there, ends every app before it writes.
    @Test(arguments: [
      ("\n \n", "the list is empty; expected one picture's name a line"),
      ("a.png\ny.png\nz.png\n", "names y.png and 1 more, which set/images does not hold"),
    ])
    func aListThatCannotBeUsedIsNamed(_ list: String, words: String) throws {
      try folder.write(tinyAdaptation, as: "adaptation.yaml")
      for name in ["train", "val"] { try folder.write(list, as: "set/\(name).txt") }
      let before = folder.files("set")
      let checkpoint = ["--checkpoint", try TinyRun.get().checkpoint]
      let subset = ["--dataset", "subset", "--root", "set", "--split", "val"]
      let runs: [(App, [String])] = [
        (.train, ["tiny.yaml", "--set", "data.dataset=subset", "--set", "data.root=set"]),
        (
          .reproduce,
          ["adaptation.yaml", "--set", "target.dataset=subset", "--set", "target.root=set"]
        ), (.eval, checkpoint + subset),
        (.exportPseudoLabels, checkpoint + subset + ["--output", "out"]),
      ]
      for (app, arguments) in runs {
        let outcome = try app.run(arguments, in: folder)
        let sentence = try #require(outcome.sentence, "\(app): \(outcome.transcript)")
        let names = ["set/train.txt: \(words)", "set/val.txt: \(words)"]
        #expect(names.contains { sentence.hasPrefix($0) }, "\(app): \(sentence)")
      }
      #expect(folder.files("set") == before)
      #expect(!folder.exists("out"))
    }
  }
}
