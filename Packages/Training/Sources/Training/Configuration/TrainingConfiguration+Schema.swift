extension TrainingConfiguration {
  /// Every key of a training configuration: the one place where names, meanings and bounds are
  /// said. A new section is a struct, a property and its lines here.
  public static let schema = ConfigurationSchema<TrainingConfiguration>(
    defaults: TrainingConfiguration(),
    sections: [
      .init("model", "The network."),
      .init("data", "The pictures."),
      .init("data.synthetic", "Synthetic streets."),
      .init("augmentation", "Random changes to training pictures."),
      .init("optimisation", "How the weights are moved."),
      .init("validation", "When and how the network is evaluated."),
      .init("checkpoint", "When the state is saved and how many files are kept."),
    ],
    keys: modelKeys + dataKeys + augmentationKeys + optimisationKeys + runKeys,
    rules: rules)

  private typealias Key = ConfigurationKey<TrainingConfiguration>

  private static let modelKeys = [
    Key("model.backbone", \.model.backbone, "The context path's network."),
    Key("model.classes", \.model.classes, "Number of classes.", .within(1...255)),
    Key(
      "model.pretrained", \.model.pretrained,
      "Safetensors file of ImageNet weights for the context path; null starts at random."),
  ]

  private static let dataKeys = [
    Key("data.dataset", \.data.dataset, "Kind of dataset."),
    Key(
      "data.root", \.data.root,
      "Folder of the dataset; of a folder dataset, the folder of its images."),
    Key("data.labels", \.data.labels, "Folder of the labels of a folder dataset."),
    Key("data.train_split", \.data.trainSplit, "Split to train on.", .notEmpty),
    Key("data.validation_split", \.data.validationSplit, "Split to evaluate.", .notEmpty),
    Key(
      "data.mapping", \.data.mapping,
      "Train ids for the values in a folder dataset's labels; values not listed are ignored.",
      .labelBytes),
    Key("data.height", \.data.height, "Rows of a training picture.", .pictureSide),
    Key("data.width", \.data.width, "Columns of a training picture.", .pictureSide),
    Key(
      "data.validation_height", \.data.validationHeight,
      "Rows of a validation picture; null as in training.", .whenGiven(.pictureSide)),
    Key(
      "data.validation_width", \.data.validationWidth,
      "Columns of a validation picture; null as in training.", .whenGiven(.pictureSide)),
    Key("data.normalisation", \.data.normalisation, "How colours become network input."),
    Key("data.channel_order", \.data.channelOrder, "Order of the input's channels."),
    Key(
      "data.workers", \.data.workers, "Threads that decode and transform ahead.",
      .within(1...1024)),
    Key("data.cache", \.data.cache, "Keep decoded pictures in memory."),
    Key("data.synthetic.look", \.data.synthetic.look, "Look of the streets."),
    Key("data.synthetic.count", \.data.synthetic.count, "Training scenes.", .atLeast(1)),
    Key(
      "data.synthetic.validation_count", \.data.synthetic.validationCount, "Validation scenes.",
      .atLeast(1)),
    Key("data.synthetic.seed", \.data.synthetic.seed, "Seed of the scenes.", .atLeast(0)),
  ]

  private static let augmentationKeys = [
    Key(
      "augmentation.horizontal_flip", \.augmentation.horizontalFlip,
      "Mirror half of the pictures."),
    Key(
      "augmentation.scale", \.augmentation.scale,
      "Smallest and largest random scale; null leaves the size.", .whenGiven(.positiveRange)),
    Key(
      "augmentation.crop", \.augmentation.crop,
      "Rows and columns of the random crop; null is the training size.", .whenGiven(.pictureSize)),
  ]

  private static let optimisationKeys = [
    Key("optimisation.optimizer", \.optimisation.optimizer, "Optimiser."),
    Key(
      "optimisation.learning_rate", \.optimisation.learningRate,
      "Learning rate that the schedule starts from.", .positive),
    Key("optimisation.momentum", \.optimisation.momentum, "SGD's momentum.", .belowOne),
    Key(
      "optimisation.adam_betas", \.optimisation.adamBetas, "Adam's two betas.",
      .count(2, each: .belowOne)),
    Key(
      "optimisation.weight_decay", \.optimisation.weightDecay,
      "Weight decay, added to the gradient.", .notNegative),
    Key("optimisation.schedule", \.optimisation.schedule, "How the learning rate falls."),
    Key("optimisation.poly_power", \.optimisation.polyPower, "Power of poly.", .positive),
    Key(
      "optimisation.schedule_step", \.optimisation.scheduleStep,
      "Whether the rate changes with each epoch or each iteration."),
    Key(
      "optimisation.warmup_iterations", \.optimisation.warmupIterations,
      "Iterations in which the rate rises from 0.", .atLeast(0)),
    Key(
      "optimisation.clip_gradient_norm", \.optimisation.clipGradientNorm,
      "Largest norm of all gradients together; null does not clip.", .whenGiven(.positive)),
    Key("optimisation.epochs", \.optimisation.epochs, "Passes over the pictures.", .atLeast(1)),
    Key(
      "optimisation.batch_size", \.optimisation.batchSize,
      "Pictures a step; batch norm needs two.", .atLeast(2)),
    Key(
      "optimisation.loss_weights", \.optimisation.lossWeights,
      "Weights of the main, sixteenth and thirty-second output's losses.",
      .count(3, each: .notNegative)),
  ]

  private static let runKeys = [
    Key("precision", \.precision, "Type that the network computes in."),
    Key("seed", \.seed, "Seed of every random choice.", .atLeast(0)),
    Key(
      "validation.every", \.validation.every, "Epochs between evaluations; 0 evaluates never.",
      .atLeast(0)),
    Key(
      "validation.label_resolution", \.validation.labelResolution,
      "Compare at the labels' own size or at the input's."),
    Key(
      "checkpoint.keep_last", \.checkpoint.keepLast, "Files kept beside the best.", .atLeast(1)),
    Key("checkpoint.every", \.checkpoint.every, "Training between two saves.", .atLeastOne),
    Key("output", \.output, "Folder for everything the run writes.", .notEmpty),
  ]

  /// What holds between keys.
  private static let rules: [ConfigurationRule<TrainingConfiguration>] = [
    .init("data.root", "must be given for this data.dataset") {
      $0.data.dataset == .synthetic || $0.data.root != nil
    },
    .init("data.labels", "must be given for data.dataset folder") {
      $0.data.dataset != .folder || $0.data.labels != nil
    },
    .init("data.validation_width", "must be given together with data.validation_height") {
      ($0.data.validationWidth == nil) == ($0.data.validationHeight == nil)
    },
    .init("data.height", "must, as data.width, be a multiple of 32 where nothing is cropped") {
      $0.inputSize.fitsNetwork
    },
    .init(
      "data.validation_height",
      "must, as data.validation_width, be a multiple of 32 (null is the training size)"
    ) { $0.data.validationSize.fitsNetwork },
    .init(
      "augmentation.crop",
      "must not be larger than the training size times the largest scale, or every picture is "
        + "padded"
    ) {
      guard let crop = $0.augmentation.crop else { return true }
      let scale = $0.augmentation.scale?.upperBound ?? 1
      return Double(crop.height) <= Double($0.data.height) * scale
        && Double(crop.width) <= Double($0.data.width) * scale
    },
    .init("data.mapping", "must map to train ids below model.classes, or to 255") {
      guard case .table(let table) = $0.data.mapping else { return true }
      let classes = $0.model.classes
      return table.values.allSatisfy { $0 < classes || $0 == 255 }
    },
  ]
}
