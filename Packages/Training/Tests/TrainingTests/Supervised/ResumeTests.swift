import Adversarial
import Foundation
import SegmentationMetrics
import Testing
import Training

extension RunTests {
  /// A run that was stopped after any iteration ends as one that was not.
  ///
  /// One run keeps all its checkpoints; from some of them, copied to a folder with what a killed
  /// process would have left there, others go on.
  @Suite struct ResumeTests {
    enum Variant: CaseIterable {
      case plain, bfloat16, adamWithScaleAndCrop, cachedWithWarmUpAndClipping
      case adaptation, lightAdaptationToOtherSizes, accumulatingAdaptation

      func apply(to configuration: inout TrainingConfiguration) {
        switch self {
        case .plain: break
        case .bfloat16:
          configuration.precision = .bfloat16
          configuration.augmentation.scale = 0.75...2
        case .adamWithScaleAndCrop:
          configuration.optimisation.optimizer = .adam
          configuration.optimisation.learningRate = 1e-3
          configuration.augmentation.scale = 0.75...2
          configuration.augmentation.crop = .init(height: 32, width: 32)
          configuration.optimisation.scheduleStep = .epoch
        case .cachedWithWarmUpAndClipping:
          configuration.loading.cache = true
          configuration.loading.workers = 3
          configuration.optimisation.warmupIterations = 4
          configuration.optimisation.clipGradientNorm = 0.5
          configuration.precision = .bfloat16
        case .adaptation:
          configuration.adaptToTargetStreets()
          configuration.optimisation.warmupIterations = 2
        case .lightAdaptationToOtherSizes:
          configuration.adaptToTargetStreets()
          configuration.adaptation.discriminator = .fcdLight
          configuration.precision = .bfloat16
          configuration.target.height = 64
          configuration.optimisation.clipGradientNorm = 1
        case .accumulatingAdaptation:
          configuration.adaptToTargetStreets()
          // Five batches an epoch: two iterations of two, and one batch that is left over.
          configuration.data.synthetic.count = 10
          configuration.optimisation.accumulate = 2
          configuration.optimisation.recomputeActivations = true
          configuration.optimisation.epochs = 3
        }
      }
    }

    @Test(arguments: Variant.allCases) func resumingIsExact(_ variant: Variant) throws {
      let folder = try TemporaryFolder()
      let whole = folder.file("whole")
      var configuration = tinyConfiguration(output: whole)
      variant.apply(to: &configuration)
      let report = try TrainingRun(configuration).run(resume: false, output: Transcript())
      let last = stem(6)
      for stop in Set([Int.random(in: 1...2), Int.random(in: 3...5)]).sorted() {
        print("\(variant): stopped after \(stop) of 6 iterations")
        let resumed = folder.file("resumed-\(stop)")
        try leave(whole, stoppedAfter: stop, in: resumed)
        configuration.output = resumed
        // Other threads, another order of arrival: the same run.
        configuration.loading.workers = 1
        let output = Transcript()
        let again = try TrainingRun(configuration).run(resume: true, output: output)
        #expect(output.text.hasPrefix("resumed after iteration \(stop) from"))
        for file in ["\(last).safetensors", "\(last).optimizer.safetensors"] {
          #expect(try firstDifference("\(whole)/\(file)", "\(resumed)/\(file)") == nil, "\(file)")
        }
        #expect(
          try firstDifference("\(whole)/best.safetensors", "\(resumed)/best.safetensors") == nil)
        #expect(
          try folder.text("resumed-\(stop)/log.jsonl") == folder.text("whole/log.jsonl"))
        #expect(again == report)
        try FileManager.default.removeItem(atPath: resumed)
      }
    }

    /// What a process killed while it wrote the checkpoint after `stop` leaves.
    private func leave(_ whole: String, stoppedAfter stop: Int, in folder: String) throws {
      let files = FileManager.default
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      func copy(_ name: String) throws {
        try files.copyItem(atPath: "\(whole)/\(name)", toPath: "\(folder)/\(name)")
      }
      for iteration in 1...stop {
        try copy("\(stem(iteration)).safetensors")
        try copy("\(stem(iteration)).optimizer.safetensors")
      }
      try copy("\(stem(stop + 1)).optimizer.safetensors")
      try copy("configuration.yaml")
      try Data("half".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/.\(stem(stop + 1)).safetensors.12ab.partial"))
      let log = try String(contentsOfFile: "\(whole)/log.jsonl", encoding: .utf8)
      try Data((log + #"{"iteration":7,"ev"#).utf8)
        .write(to: URL(fileURLWithPath: "\(folder)/log.jsonl"))
    }

    @Test func aCompleteRunHasNothingLeft() throws {
      let folder = try TemporaryFolder()
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.epochs = 1
      configuration.checkpoint.keepLast = 1
      let report = try TrainingRun(configuration).run(resume: false, output: Transcript())
      let log = try folder.text("log.jsonl")
      let run = try TrainingRun(configuration)
      #expect(try run.run(resume: true, output: Transcript()) == nil)
      #expect(try run.validate() == report)
      #expect(try folder.text("log.jsonl") == log)
    }

    /// Where pictures lie may change between a run and its continuation, how many there are may not.
    @Test func picturesThatMovedAreFoundAndPicturesThatAreGoneMissed() throws {
      let folder = try TemporaryFolder()
      let files = FileManager.default
      try writeStreets(4, images: folder.file("a/images"), labels: folder.file("a/labels"))
      var configuration = tinyConfiguration(output: folder.file("out"))
      configuration.data.dataset = .folder
      configuration.optimisation.epochs = 1
      func lie(in place: String) {
        configuration.data.root = folder.file("\(place)/images")
        configuration.data.labels = folder.file("\(place)/labels")
      }
      lie(in: "a")
      let first = Transcript()
      _ = try TrainingRun(configuration).run(resume: false, output: first)
      #expect(first.text.contains("validations are of the training pictures"))
      try files.moveItem(atPath: folder.file("a"), toPath: folder.file("b"))
      lie(in: "b")
      let output = Transcript()
      #expect(try TrainingRun(configuration).run(resume: true, output: output) == nil)
      #expect(output.text.contains("data.root was"), "\(output.text)")
      try files.removeItem(atPath: folder.file("b/images/source_000001.png"))
      let error = #expect(throws: TrainingFailure.self) {
        try TrainingRun(configuration).run(resume: true, output: Transcript())
      }
      let sentence = try #require(error).description
      #expect(sentence.contains("with 4 training pictures and cannot go on with 3"), "\(sentence)")
    }

    @Test func anotherNetworkIsNotResumed() throws {
      let folder = try TemporaryFolder()
      var configuration = tinyConfiguration(output: folder.path)
      configuration.optimisation.epochs = 1
      configuration.checkpoint.every = .epochs(1)
      _ = try TrainingRun(configuration).run(resume: false, output: Transcript())
      configuration.optimisation.optimizer = .adam
      let error = #expect(throws: TrainingFailure.self) {
        try TrainingRun(configuration).run(resume: true, output: Transcript())
      }
      let sentence = try #require(error).description
      #expect(sentence.contains("was started with optimisation.optimizer sgd"), "\(sentence)")
    }
  }
}
