extension TrainingConfiguration {
  /// Every key of a training configuration: the one place where names, meanings and bounds are
  /// said. A new section is a struct, a property and its lines here.
  public static let schema = ConfigurationSchema<TrainingConfiguration>(
    defaults: TrainingConfiguration(),
    sections: [
      .init("model", "The network."),
      .init(
        "data", "The pictures that are trained on with their labels: of an adaptation, the source."),
      .init("data.synthetic", "Synthetic streets."),
      .init(
        "target",
        "The domain that source-only runs and adaptations are evaluated on, and adapted to."),
      .init("target.synthetic", "Synthetic streets of the target domain."),
      .init("augmentation", "Random changes to training pictures."),
      .init("optimisation", "How the weights are moved."),
      .init("adaptation", "Adversarial adaptation and its self-supervised form."),
      .init("validation", "When and how the network is evaluated."),
      .init("checkpoint", "When the state is saved and how many files are kept."),
    ],
    keys: modelKeys + loadingKeys
      + DomainKeys.all(under: "data").map { $0.lifted(to: \.data) }
      + DomainKeys.all(under: "target").map { $0.lifted(to: \.target) }
      + augmentationKeys + optimisationKeys + adaptationKeys + runKeys,
    rules: rules)

  private typealias Key = ConfigurationKey<TrainingConfiguration>

  private static let modelKeys = [
    Key("method", \.method, "What is learnt from."),
    Key("model.backbone", \.model.backbone, "The context path's network."),
    Key("model.classes", \.model.classes, "Number of classes.", .within(1...255)),
    Key(
      "model.pretrained", \.model.pretrained,
      "Safetensors or .pth file of ImageNet weights for the context path; null starts at random."),
    Key(
      "model.initial", \.model.initial,
      "Checkpoint of a whole network to start from; null starts afresh."),
  ]

  private static let loadingKeys = [
    Key("data.normalisation", \.loading.normalisation, "How colours become network input."),
    Key("data.channel_order", \.loading.channelOrder, "Order of the input's channels."),
    Key(
      "data.workers", \.loading.workers, "Threads that decode and transform ahead.",
      .within(1...1024)),
    Key("data.cache", \.loading.cache, "Keep decoded pictures in memory."),
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
      "Pictures in a batch; batch norm needs two.", .atLeast(2)),
    Key(
      "optimisation.accumulate", \.optimisation.accumulate,
      "Batches a step, which takes the mean of their gradients; each has its own batch statistics.",
      .within(1...4096)),
    Key(
      "optimisation.recompute_activations", \.optimisation.recomputeActivations,
      "Run residual blocks again on the way back instead of keeping what is inside them: less "
        + "memory, more time, the same gradients."),
    Key(
      "optimisation.loss_weights", \.optimisation.lossWeights,
      "Weights of the main, sixteenth and thirty-second output's losses.",
      .count(3, each: .notNegative)),
  ]

  private static let adaptationKeys = [
    Key("adaptation.discriminator", \.adaptation.discriminator, "The discriminator."),
    Key(
      "adaptation.lambda", \.adaptation.lambda, "Weight of the adversarial loss.", .notNegative),
    Key(
      "adaptation.learning_rate", \.adaptation.learningRate,
      "Learning rate of the discriminator's Adam that its schedule starts from.", .positive),
    Key(
      "adaptation.adam_betas", \.adaptation.adamBetas, "Two betas of the discriminator's Adam.",
      .count(2, each: .belowOne)),
    Key(
      "adaptation.pseudo_labels", \.adaptation.pseudoLabels,
      "Folder that export-pseudo-labels wrote of the target's training pictures; null adapts "
        + "without pseudo labels."),
  ]

  private static let runKeys = [
    Key("precision", \.precision, "Type that the network computes in."),
    Key("seed", \.seed, "Seed of every random choice.", .atLeast(0)),
    Key(
      "validation.every", \.validation.every,
      "Epochs between evaluations; 0 evaluates at the end only.",
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
  private static let rules: [ConfigurationRule<TrainingConfiguration>] =
    DomainKeys.rules(of: "data", \.data, needsLabels: true, isUsed: { _ in true })
    + DomainKeys.rules(
      of: "target", \.target, needsLabels: false, isUsed: { $0.method != .supervised }) + [
      .init(
        "adaptation.pseudo_labels", "is for method adaptation alone; other methods do not read it"
      ) { $0.adaptation.pseudoLabels == nil || $0.method == .adaptation },
      .init(
        "model.initial", "must not be given together with model.pretrained: it holds all weights"
      ) { $0.model.initial == nil || $0.model.pretrained == nil },
    ]
}
