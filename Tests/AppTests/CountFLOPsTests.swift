import Testing

extension AppTests {
  @Suite struct CountFLOPsTests {
    @Test(arguments: [App.train, .eval, .predict, .countFLOPs, .reproduce]) func helpIsWorthReading(
      _ app: App
    )
      throws
    {
      let outcome = try app.run(["--help"], in: TestFolder())
      #expect(outcome.status == 0, "\(outcome.transcript)")
      for word in ["OVERVIEW", "USAGE: \(app.rawValue)", "OPTIONS", "--format", "Example"] {
        #expect(outcome.output.contains(word), "no \(word) in:\n\(outcome.output)")
      }
      if app == .train {
        for key in ["data.root", "optimisation.learning_rate", "checkpoint.keep_last"] {
          #expect(outcome.output.contains(key), "\(key)")
        }
      }
    }

    @Test(arguments: [
      ("bisenet-resnet18", 12_068_672, 25_632_244_434),
      ("bisenet-resnet101", 48_752_192, 91_410_137_810),
    ])
    func figuresAndKeys(_ network: String, parameters: Int, macs: Int) throws {
      let outcome = try App.countFLOPs.run(
        [network, "--size", "512x1024", "--format", "json"], in: TestFolder())
      let object = try outcome.object()
      #expect(Set(object.keys) == ["parameters", "macs", "flops"], "\(outcome.transcript)")
      #expect(object["parameters"] as? Int == parameters)
      #expect(object["macs"] as? Int == macs)
      #expect(object["flops"] as? Int == 2 * macs)
    }

    /// Table III of the paper, to the digit.
    @Test(arguments: [
      ("fcd", 2_781_121, 15_439_233_024, 30_952_915_968),
      ("fcd-light", 189_424, 1_067_712_512, 2_178_416_640),
    ])
    func discriminators(_ network: String, parameters: Int, macs: Int, paper: Int) throws {
      let outcome = try App.countFLOPs.run([network, "--format", "json"], in: TestFolder())
      let object = try outcome.object()
      #expect(
        Set(object.keys) == ["parameters", "macs", "flops", "flopsPaper"],
        "\(outcome.transcript)")
      #expect(object["parameters"] as? Int == parameters)
      #expect(object["macs"] as? Int == macs)
      #expect(object["flopsPaper"] as? Int == paper)
    }

    @Test func layersSumToTheTotal() throws {
      let arguments = ["bisenet-resnet18", "--size", "64x96", "--layers"]
      let outcome = try App.countFLOPs.run(arguments + ["--format", "json"], in: TestFolder())
      let object = try outcome.object()
      let layers = try #require(object["layers"] as? [[String: Any]], "\(outcome.transcript)")
      for key in ["parameters", "macs"] {
        #expect(layers.compactMap { $0[key] as? Int }.reduce(0, +) == object[key] as? Int)
      }
      #expect(layers.contains { $0["name"] as? String == "context_path.layer4.1.conv2" })
      #expect(layers.count == Set(layers.compactMap { $0["name"] as? String }).count)

      let table = try App.countFLOPs.run(arguments, in: TestFolder())
      #expect(table.status == 0)
      #expect(table.output.contains("context_path.layer4.1.conv2"), "\(table.transcript)")
      #expect(table.output.contains("12.069 M"), "\(table.transcript)")
    }

    @Test(arguments: ["100x100", "512", "0x64", "-32x64", "axb", "64x64x64"])
    func aSizeThatIsNoneIsRefused(_ size: String) throws {
      let outcome = try App.countFLOPs.run(
        ["bisenet-resnet18", "--size=\(size)"], in: TestFolder())
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.transcript)")
      #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.transcript)")
      #expect(outcome.errors.contains("multiples of 8"), "\(outcome.transcript)")
    }

    @Test func anUnknownNetworkIsRefusedWithTheKnownOnes() throws {
      let outcome = try App.countFLOPs.run(["unet"], in: TestFolder())
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("bisenet-resnet101"), "\(outcome.transcript)")
    }
  }
}
