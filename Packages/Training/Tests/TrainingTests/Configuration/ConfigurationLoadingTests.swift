import BiSeNet
import Testing
import Training

@Suite struct ConfigurationLoadingTests {
  private func load(
    _ yaml: String, _ overrides: String...
  ) throws(ConfigurationError) -> TrainingConfiguration {
    try TrainingConfiguration.load(yaml: yaml, path: "train.yaml", overrides: overrides)
  }

  @Test func anEmptyFileGivesThePapersDefaults() throws {
    let configuration = try load("# nothing\n")
    #expect(configuration == TrainingConfiguration())
    #expect(try load("") == configuration)
    #expect(configuration.optimisation.learningRate == 0.025)
    #expect(configuration.optimisation.momentum == 0.9)
    #expect(configuration.optimisation.weightDecay == 1e-4)
    #expect(configuration.optimisation.polyPower == 0.9)
    #expect(configuration.optimisation.scheduleStep == .epoch)
    #expect(configuration.optimisation.epochs == 100)
    #expect(configuration.optimisation.batchSize == 4)
    #expect(configuration.data.size == .init(height: 512, width: 1024))
    #expect(configuration.inputSize(of: configuration.data) == .init(height: 512, width: 1024))
    #expect(configuration.loading.normalisation == .paper)
  }

  @Test func everyKindOfValueIsRead() throws {
    let configuration = try load(
      """
      model:
        backbone: resnet101
        pretrained: "weights/resnet 101.safetensors"
      data:
        dataset: folder
        root: 2024
        labels: no
        mapping: {0: 10, 1: 2, 11: 255}
        height: 256
        width: 352
        validation_height: 352
        validation_width: 480
        synthetic:
          look: target
        channel_order: bgr
        cache: true
      augmentation:
        scale: null
        crop: [256, 320]
      optimisation:
        optimizer: adam
        learning_rate: 1e-3
        clip_gradient_norm: 5
        loss_weights: [1, 0.5, .25]
        schedule_step: iteration
      precision: bfloat16
      validation:
      checkpoint:
        every: 500 iterations
      """)
    #expect(configuration.model.backbone == .resnet101)
    #expect(configuration.model.pretrained == "weights/resnet 101.safetensors")
    #expect(configuration.data.dataset == .folder)
    #expect(configuration.data.root == "2024")
    #expect(configuration.data.labels == "no")
    #expect(configuration.data.mapping == .table([0: 10, 1: 2, 11: 255]))
    #expect(configuration.data.validationSize == .init(height: 352, width: 480))
    #expect(configuration.data.synthetic.look == .target)
    #expect(configuration.data.synthetic.count == 500)
    #expect(configuration.loading.channelOrder == .bgr)
    #expect(configuration.loading.cache)
    #expect(configuration.augmentation.scale == nil)
    #expect(configuration.inputSize(of: configuration.data) == .init(height: 256, width: 320))
    #expect(configuration.optimisation.optimizer == .adam)
    #expect(configuration.optimisation.learningRate == 1e-3)
    #expect(configuration.optimisation.clipGradientNorm == 5)
    #expect(configuration.optimisation.lossWeights == [1, 0.5, 0.25])
    #expect(configuration.precision == .bfloat16)
    #expect(configuration.validation == TrainingConfiguration().validation)
    #expect(configuration.checkpoint.every == .iterations(500))
  }

  @Test func overridesWinInTheirOrder() throws {
    let configuration = try load(
      "optimisation: {epochs: 3}", "optimisation.epochs=4", "optimisation.epochs=5",
      "augmentation.scale=[0.5, 1.5]", "model.pretrained=a=b", "augmentation.crop=",
      "data.synthetic={count: 7, seed: 2}", "checkpoint.every=1 epoch")
    #expect(configuration.optimisation.epochs == 5)
    #expect(configuration.augmentation.scale == 0.5...1.5)
    #expect(configuration.model.pretrained == "a=b")
    #expect(configuration.augmentation.crop == nil)
    #expect(configuration.data.synthetic.count == 7)
    #expect(configuration.data.synthetic.seed == 2)
    #expect(configuration.checkpoint.every == .epochs(1))
  }

  @Test func theDescriptionReadsBackTheSame() throws {
    #expect(try load(TrainingConfiguration().describe()) == TrainingConfiguration())
    var configuration = TrainingConfiguration()
    configuration.model.pretrained = "a \"quoted\" \\ path:\n\tä 😀 # {[\u{7F}"
    configuration.data.dataset = .camvid
    configuration.data.root = "null"
    configuration.data.labels = "1e5"
    configuration.data.trainSplit = "yes"
    configuration.data.mapping = .table([3: 4, 0: 255])
    configuration.augmentation.scale = nil
    configuration.augmentation.crop = .init(height: 64, width: 96)
    configuration.optimisation.learningRate = 1.5e-7
    configuration.optimisation.clipGradientNorm = 0.1
    configuration.checkpoint.every = .iterations(1)
    configuration.output = "-"
    #expect(try load(configuration.describe()) == configuration)
  }

  @Test func theDescriptionNamesEveryKeyOnce() throws {
    let lines = TrainingConfiguration().describe().split(separator: "\n")
    #expect(
      lines.count
        == TrainingConfiguration.schema.keys.count + TrainingConfiguration.schema.sections.count)
    #expect(lines.contains("  learning_rate: 0.025"))
    #expect(lines.contains("    validation_count: 50"))
    #expect(lines.filter { $0 == "data:" }.count == 1)
  }

  @Test func theListingNamesEveryKeyWithItsDefaultAndMeaning() {
    let listing = TrainingConfiguration.schema.listing
    for key in TrainingConfiguration.schema.keys {
      #expect(listing.contains("  \(key.name) = "))
      #expect(listing.contains(key.summary))
    }
    #expect(
      listing.contains(
        """
          model.backbone = resnet18
              The context path's network. [resnet18 | resnet101]
        """))
    #expect(listing.contains("optimisation.epochs = 100"))
    #expect(listing.contains("[a whole number, 1 or more]"))
    #expect(listing.contains("[a whole number, 32 to 16384, or null]"))
    #expect(listing.contains("\ndata.synthetic: Synthetic streets.\n"))
  }

  @Test func namesAreUniqueAndEverySectionHasKeys() {
    let schema = TrainingConfiguration.schema
    let names = schema.keys.map(\.name) + schema.sections.map(\.name)
    #expect(Set(names).count == names.count)
    for section in schema.sections {
      // A section's keys follow each other, or the listing would repeat its heading.
      #expect(
        schema.listing.split(separator: "\n").count { $0.hasPrefix("\(section.name): ") } == 1)
    }
  }
}
