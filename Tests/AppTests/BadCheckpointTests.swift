import Checkpoint
import Foundation
import Testing

extension AppTests {
  /// Checkpoints that are damaged, hostile or another network's, through every app that opens them.
  @Suite struct BadCheckpointTests {
    let folder: TestFolder

    init() throws {
      folder = try TestFolder()
      try folder.write(tinyConfiguration, as: "tiny.yaml")
      try folder.write("old", as: "old.pth")
      try folder.makeFolder("images")
    }

    /// A safetensors file of a header as it stands, and so many bytes of data.
    private func write(header: String, promising length: UInt64? = nil, data: Int, as name: String)
      throws
    {
      let text = Data(header.utf8)
      let promised = (length ?? UInt64(text.count)).littleEndian
      let bytes = withUnsafeBytes(of: promised) { Data($0) } + text + Data(count: data)
      try bytes.write(to: URL(fileURLWithPath: folder.file(name)))
    }

    /// The run's checkpoint with one value of the network's first convolution changed: an activation
    /// that takes the larger of 0 and NaN would hide it.
    private func writeNotFinite(as name: String) throws {
      let file = try openCheckpoint(at: TinyRun.get().checkpoint)
      let items = try file.names.filter { file.entry($0)?.dtype == .float32 }.map { name in
        var values = try file.floats(of: name)
        if name == "context_path.conv1.weight" { values[5] = .nan }
        return CheckpointItem(
          name: name, dtype: .float32, shape: try file.requiredEntry(name).shape, values: values)
      }
      try writeSafetensors(to: folder.file(name), entries: items)
    }

    /// A file of the checkpoint package's own tests.
    private func copy(_ golden: String, as name: String) throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      try FileManager.default.copyItem(
        at: root.appendingPathComponent(
          "Packages/Checkpoint/Tests/CheckpointTests/Golden/\(golden)"),
        to: URL(fileURLWithPath: folder.file(name)))
    }

    /// Runs every app that opens a checkpoint; each must end with the sentence, having written nothing.
    private func expectRefused(_ name: String, _ words: String) throws {
      let network = ["--checkpoint", name, "--size", "32x64"]
      let streets = ["--dataset", "synthetic", "--count", "1"]
      let runs: [(App, [String])] = [
        (.eval, network + streets + ["--visualise", "new"]),
        (.predict, network + ["--images", "images", "--output", "new"]),
        (.exportPseudoLabels, network + streets + ["--output", "new"]),
        (.convertCheckpoint, [name, "old.pth"]),
        (.train, ["tiny.yaml", "--output", "new", "--set", "model.pretrained=\(name)"]),
        (.train, ["tiny.yaml", "--output", "new", "--set", "model.initial=\(name)"]),
      ]
      let before = folder.files("").filter { !$0.key.hasPrefix("std") }
      for (app, arguments) in runs {
        let outcome = try app.run(arguments, in: folder)
        let sentence = try #require(outcome.sentence, "\(app): \(outcome.transcript)")
        #expect(sentence.hasPrefix("'\(name)' "), "\(app): \(sentence)")
        #expect(sentence.contains(words), "\(app): \(sentence)")
      }
      #expect(folder.files("").filter { !$0.key.hasPrefix("std") } == before)
      #expect(!folder.exists("new"))
    }

    @Test func aFileCutShort() throws {
      let whole = try Data(contentsOf: URL(fileURLWithPath: TinyRun.get().checkpoint))
      try whole.prefix(whole.count / 2).write(
        to: URL(fileURLWithPath: folder.file("cut.safetensors")))
      try expectRefused("cut.safetensors", "is cut short: it has \(whole.count / 2) bytes where")
    }

    @Test(
      arguments: [
        (
          #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, nil,
          "gives the tensors 'a' and 'b' overlapping bytes"
        ),
        ("{}", 1 << 40, "promises a header of 1099511627776 bytes and has 22 in all"),
        (
          #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,12]}}"#, nil,
          "gives the tensor 'a' the shape [4294967296, 4294967296], whose size cannot be counted"
        ),
      ] as [(String, UInt64?, String)])
    func aSafetensorsHeaderThatLies(_ header: String, length: UInt64?, words: String) throws {
      try write(header: header, promising: length, data: 12, as: "bad.safetensors")
      try expectRefused("bad.safetensors", words)
    }

    @Test(arguments: [
      ("bad-os-system.pth", "asks for Python's 'posix.system', which is neither a tensor nor"),
      ("bad-cut.pth", "its directory at the end is missing, so it is cut short"),
      ("bad-cut-legacy.pth", "is cut short: it has 1359 bytes where its header promises"),
      ("bad-short-storage.pth", "gives the tensor 'w' a storage of 4 elements where 8 are needed"),
    ])
    func aHostileOrDamagedPickle(_ golden: String, words: String) throws {
      try copy(golden, as: "bad.pth")
      try expectRefused("bad.pth", words)
    }

    /// Labels and figures of such a network look like any other's.
    @Test func aWeightThatIsNotFinite() throws {
      try writeNotFinite(as: "diverged.safetensors")
      try expectRefused(
        "diverged.safetensors",
        "has 'context_path.conv1.weight' with the value nan at element 5 where finite numbers are")
    }

    @Test(arguments: ["model.pretrained", "model.initial"])
    func anotherBackboneIsNamed(_ key: String) throws {
      let items = zip(1..., [3, 4, 23, 3]).flatMap { layer, blocks in
        (0..<blocks).map { block in
          CheckpointItem(
            name: "context_path.layer\(layer).\(block).conv3.weight", dtype: .float32, shape: [1],
            values: [0 as Float])
        }
      }
      try writeSafetensors(to: folder.file("large.safetensors"), entries: items)
      try folder.write(tinyAdaptation, as: "adaptation.yaml")
      for configuration in ["tiny.yaml", "adaptation.yaml"] {
        let outcome = try App.train.run(
          [configuration, "--set", "\(key)=large.safetensors"], in: folder)
        #expect(
          outcome.sentence
            == "'large.safetensors' holds ResNet-101 where the network's backbone is ResNet-18; "
            + "give a file of ResNet-18, or set model.backbone to the file's.",
          "\(outcome.transcript)")
      }
      #expect(!folder.exists("out"))
    }
  }
}
