import BiSeNet
import Checkpoint
import Foundation
import NN
import SegmentationMetrics
import Tensor
import Testing
import Training
import VisionDatasets

extension RunTests {
  @Suite struct SupervisedRunTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theLogHoldsEveryStepAndValidation() throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.clipGradientNorm = 1
      configuration.optimisation.lossWeights = [1, 0.5, 0.25]
      configuration.checkpoint.every = .epochs(2)
      let report = try #require(
        try TrainingRun(configuration).run(resume: false, output: Transcript()))
      let records = try LogRecord.all(in: folder.path)
      #expect(
        records.map { "\($0.iteration) \($0.event)" } == [
          "1 step", "2 step", "3 step", "3 validation", "4 step", "5 step", "6 step",
          "6 validation",
        ])
      for record in records where record.event == "step" {
        #expect(record.epoch == (record.iteration - 1) / 3)
        let progress = Double(record.iteration - 1) / 6
        let rate = try #require(record.learningRate)
        #expect(abs(rate - 0.01 * pow(1 - progress, 0.9)) < 1e-12)
        let parts = [record.main, record.sixteenth, record.thirtySecond].compactMap(\.self)
        try #require(parts.count == 3)
        let weighted = parts[0] + 0.5 * parts[1] + 0.25 * parts[2]
        #expect(abs(try #require(record.loss) - weighted) < 1e-5 * weighted)
        // ln 19 is what guessing costs.
        #expect(parts[0] > 0.5 && parts[0] < 12)
        #expect(try #require(record.gradientNorm) > 0)
      }
      let last = try #require(records.last)
      #expect(last.mIoU == report.mIoU && last.labelResolution == "full")
      #expect(report.images == 2)
      let written = try TrainingConfiguration.load(
        contentsOf: folder.file("configuration.yaml"), overrides: [])
      #expect(written == configuration)
    }

    /// The mean of the gradients of two batches, each of its own statistics; the last of three batches
    /// is left over.
    @Test func batchesAccumulate() throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.accumulate = 2
      let store = try configuration.makeGenerator()
      let step = SupervisedStep(
        network: BiSeNet(store.scope(.training), backbone: .resnet18), store: store,
        optimizer: SGD(store.parameters, momentum: 0, weightDecay: 0),
        configuration: configuration)
      let batches = try (1...2).map { seed in
        try Batch(
          [0, 1].map {
            try SyntheticStreets(look: .source, seed: seed, count: 2, height: 32, width: 64)
              .sample(at: $0)
          }, normalisation: .imageNet)
      }
      let plain = try configuration.makeGenerator()
      let network = BiSeNet(plain.scope(.training), backbone: .resnet18)
      let before = store.parameters.map(\.value.floats)
      let losses = step(accumulating: 2, learningRate: 0.5) { batches[$0] }
      let gradients = batches.map { batch in
        valueWithGradients(of: plain.parameters) {
          let images = Tensor(batch.images, shape: [2, 3, 32, 64])
          let labels = Tensor(labels: batch.labels, shape: [2, 32, 64])
          let heads = network.logits(images).all.map { $0.crossEntropy(labels: labels) }
          return heads[0] + heads[1] + heads[2]
        }
      }
      let mean = (gradients[0].value.item + gradients[1].value.item) / 2
      #expect(abs(losses.total - Double(mean)) < 1e-4)
      for (index, parameter) in plain.parameters.enumerated() {
        let slopes = try gradients.map { try #require($0.gradients[parameter]).floats }
        let after = store.parameters[index].value.floats
        for (place, value) in after.enumerated() {
          let expected = before[index][place] - 0.25 * (slopes[0][place] + slopes[1][place])
          #expect(abs(value - expected) < 1e-5, "\(parameter.name)")
        }
      }
    }

    @Test func anIterationNeedsItsBatches() throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.accumulate = 2
      #expect(try TrainingRun(configuration).iterations == 2)
      configuration.optimisation.accumulate = 4
      let error = #expect(throws: DataLoaderError.self) { try TrainingRun(configuration) }
      #expect(try #require(error).description.contains("6 samples do not fill one batch of 8"))
    }

    @Test func theLastAndTheBestStayWithTheirCompanions() throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.checkpoint.keepLast = 2
      _ = try TrainingRun(configuration).run(resume: false, output: Transcript())
      #expect(
        try folder.contents() == [
          "best.safetensors", "configuration.yaml", "\(stem(5)).optimizer.safetensors",
          "\(stem(5)).safetensors", "\(stem(6)).optimizer.safetensors", "\(stem(6)).safetensors",
          "log.jsonl",
        ])
      let best = try SafetensorsFile(contentsOf: folder.file("best.safetensors"))
      let scores = try LogRecord.all(in: folder.path).compactMap(\.mIoU)
      #expect(best.metadata["score"].flatMap { Double($0) } == scores.max())
      #expect(best.entry("conv.weight")?.shape == [19, 19, 1, 1])
      #expect(best.entry("spatial_path.convblock1.bn.num_batches_tracked")?.dtype == .int64)
    }

    @Test func aFolderWithARunIsNotOverwritten() throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.epochs = 1
      _ = try TrainingRun(configuration).run(resume: false, output: Transcript())
      let log = try folder.text("log.jsonl")
      let run = try TrainingRun(configuration)
      func expectOccupied() {
        let error = #expect(throws: TrainingFailure.self) {
          try run.run(resume: false, output: Transcript())
        }
        #expect(error?.description.contains("'\(folder.path)' holds the checkpoints") == true)
      }
      expectOccupied()
      #expect(try folder.text("log.jsonl") == log)
      // The best one alone is a run's, too: it would outlive a new run's checkpoints.
      for name in try folder.contents() where name.hasPrefix("iteration-") {
        try FileManager.default.removeItem(atPath: folder.file(name))
      }
      expectOccupied()
    }

    /// A rate that no network survives, after an epoch that was good.
    @Test(arguments: [TrainingConfiguration.Precision.float32, .bfloat16])
    func aLossThatIsNotFiniteEndsTheRun(_ precision: TrainingConfiguration.Precision) throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.precision = precision
      configuration.checkpoint.every = .epochs(1)
      configuration.optimisation.epochs = 1
      _ = try TrainingRun(configuration).run(resume: false, output: Transcript())
      let kept = try Data(contentsOf: URL(fileURLWithPath: folder.file("\(stem(3)).safetensors")))
      configuration.optimisation.epochs = 3
      configuration.optimisation.learningRate = 1e30
      // Another rate is refused where the folder says what the run was started with.
      try FileManager.default.removeItem(atPath: folder.file("configuration.yaml"))
      let error = #expect(throws: TrainingFailure.self) {
        try TrainingRun(configuration).run(resume: true, output: Transcript())
      }
      guard case .notFinite(let iteration, let term, let last) = try #require(error) else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(iteration == 5)
      #expect(["main", "sixteenth", "thirty-second"].contains(term))
      #expect(last == folder.file("\(stem(3)).safetensors"))
      let sentence = try #require(error).description
      #expect(sentence.contains("the loss of iteration 5 is not finite (\(term))"))
      #expect(sentence.contains("lower the learning rate"))
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: folder.file("\(stem(3)).safetensors"))) == kept)
      #expect(try LogRecord.all(in: folder.path).last?.iteration == 4)
    }

    /// What batch norm and ReLU hide from the loss must not reach a checkpoint: products of this weight
    /// are infinite, and with them the running statistics.
    @Test func aTensorThatIsNotFiniteEndsTheRun() throws {
      let configuration = tinyConfiguration(output: folder.path)
      let spoilt = "spatial_path.convblock1.conv1.weight"
      let store = ParameterStore(seed: 0)
      _ = BiSeNet(store.scope(.training), backbone: .resnet18)
      let weight = try #require(store[spoilt]).parameter
      weight.update(
        Tensor([.greatestFiniteMagnitude] + weight.value.floats.dropFirst(), shape: weight.shape))
      try TrainingState(
        store: store, companions: configuration.makeOptimizer(store.parameters).state
      )
      .write(to: folder.file("\(stem(1)).safetensors"), metadata: ["iteration": "1"])
      let error = #expect(throws: TrainingFailure.self) {
        try TrainingRun(configuration).run(resume: true, output: Transcript())
      }
      let sentence = try #require(error).description
      #expect(sentence.contains("iteration 2"), "\(sentence)")
      #expect(sentence.contains("is not finite"), "\(sentence)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("\(stem(2)).safetensors")))
    }

    @Test(arguments: [TrainingConfiguration.Precision.float32, .bfloat16])
    func theLossFalls(_ precision: TrainingConfiguration.Precision) throws {
      var configuration = tinyConfiguration(output: folder.path)
      configuration.precision = precision
      configuration.optimisation.epochs = 6
      configuration.checkpoint.every = .epochs(6)
      configuration.validation.every = 0
      configuration.validation.labelResolution = .input
      let report = try #require(
        try TrainingRun(configuration).run(resume: false, output: Transcript()))
      let losses = try LogRecord.all(in: folder.path).compactMap(\.loss)
      #expect(losses.count == 18)
      func mean(_ values: ArraySlice<Double>) -> Double {
        values.reduce(0, +) / Double(values.count)
      }
      print("\(precision): loss \(mean(losses.prefix(3))) to \(mean(losses.suffix(3)))")
      #expect(mean(losses.suffix(3)) < 0.7 * mean(losses.prefix(3)))
      // `every: 0` leaves the one at the end.
      #expect(try LogRecord.all(in: folder.path).count { $0.event == "validation" } == 1)
      #expect(report.labelResolution == .input)
    }

    @Test func theSameSeedGivesTheSameRun() throws {
      func run(_ name: String, seed: Int) throws -> String {
        var configuration = tinyConfiguration(output: folder.file(name))
        configuration.optimisation.epochs = 1
        configuration.checkpoint.every = .epochs(1)
        configuration.augmentation.scale = 0.75...2
        configuration.seed = seed
        _ = try TrainingRun(configuration).run(resume: false, output: Transcript())
        return try folder.text("\(name)/log.jsonl")
      }
      let first = try run("a", seed: 1)
      #expect(try run("b", seed: 1) == first)
      #expect(try run("c", seed: 2) != first)
    }

    /// Killed after a checkpoint was written, before it was named the best.
    @Test func anOverlookedBestIsNamed() throws {
      var rotation = try CheckpointRotation(folder: folder.path, keepLast: 3)
      func write(_ value: Float) -> CheckpointRotation.Write {
        { path, metadata in
          try writeSafetensors(
            to: path, metadata: metadata,
            entries: [CheckpointItem(name: "x", dtype: .float32, shape: [1], values: [value])])
        }
      }
      try rotation.save(iteration: 1, score: 0.5, write: write(1))
      try write(2)(rotation.path(iteration: 2), ["iteration": "2", "score": "0.75"])
      try write(3)(rotation.path(iteration: 3), ["iteration": "3", "score": "0.75"])
      let resumed = try CheckpointRotation(folder: folder.path, keepLast: 3)
      #expect(resumed.bestScore == 0.75)
      #expect(try SafetensorsFile(contentsOf: resumed.bestPath).floats(of: "x") == [2])
    }
  }
}
