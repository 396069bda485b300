public import Adversarial
public import BiSeNet

/// Everything that decides a training run.
///
/// A fresh value holds the defaults. ``schema`` says for every field its key in a YAML file, what
/// it means and what it may be; ``load(contentsOf:overrides:)`` reads a file by it.
public struct TrainingConfiguration: Sendable, Hashable {
  /// What is learnt from.
  public var method = Method.supervised
  /// The network.
  public var model = Model()
  /// The pictures that are trained on with their labels: of an adaptation, the source domain.
  public var data = Domain()
  /// The target domain of an adaptation, and of a source-only run to compare with one.
  public var target = Domain()
  /// How pictures are read.
  public var loading = Loading()
  /// Random changes to training pictures.
  public var augmentation = Augmentation()
  /// How the weights are moved.
  public var optimisation = Optimisation()
  /// Adversarial adaptation and its self-supervised form.
  public var adaptation = Adaptation()
  /// The type that the network computes in.
  public var precision = Precision.float32
  /// The seed of every random choice.
  public var seed = 0
  /// When and how the network is evaluated.
  public var validation = Validation()
  /// When the state is saved and how many files are kept.
  public var checkpoint = Checkpoints()
  /// The folder that receives everything the run writes.
  public var output = "out/train"

  /// The defaults.
  public init() {}

  /// The network.
  public struct Model: Sendable, Hashable {
    /// The context path's network.
    public var backbone = Backbone.resnet18
    /// The number of classes.
    public var classes = 19
    /// A file of ImageNet weights for the context path; nil starts it at random.
    public var pretrained: String?
    /// A checkpoint of the whole network to start from; nil starts afresh.
    public var initial: String?
  }

  /// The pictures of a domain.
  public struct Domain: Sendable, Hashable {
    /// Which kind of dataset.
    public var dataset = DatasetKind.synthetic
    /// The dataset's folder.
    public var root: String?
    /// The folder of labels of a folder dataset.
    public var labels: String?
    /// The split that is trained on.
    public var trainSplit = "train"
    /// The split that is evaluated.
    public var validationSplit = "val"
    /// From the values in a folder dataset's labels to train ids.
    public var mapping = LabelMapping.named(.identity)
    /// Synthetic streets.
    public var synthetic = Synthetic()
    /// Rows of a training picture before augmentation.
    public var height = 512
    /// Columns of a training picture before augmentation.
    public var width = 1024
    /// Rows of a validation picture; nil means ``height``.
    public var validationHeight: Int?
    /// Columns of a validation picture; nil means ``width``.
    public var validationWidth: Int?

    /// The size of training pictures before augmentation.
    public var size: ImageSize { ImageSize(height: height, width: width) }
    /// The size of validation pictures.
    public var validationSize: ImageSize {
      ImageSize(height: validationHeight ?? height, width: validationWidth ?? width)
    }
  }

  /// How pictures are read.
  public struct Loading: Sendable, Hashable {
    /// How colours become network input.
    public var normalisation = Normalisation.paper
    /// The order of the input's channels.
    public var channelOrder = ChannelOrder.rgb
    /// Threads that decode and transform ahead.
    public var workers = 2
    /// Whether decoded pictures are kept in memory.
    public var cache = false
  }

  /// Synthetic streets.
  public struct Synthetic: Sendable, Hashable {
    /// Which of the two looks.
    public var look = Look.source
    /// The number of training scenes.
    public var count = 500
    /// The number of validation scenes.
    public var validationCount = 50
    /// The seed of the scenes.
    public var seed = 0

    /// The defaults.
    public init() {}
  }

  /// Random changes to training pictures.
  public struct Augmentation: Sendable, Hashable {
    /// Whether half of the pictures are mirrored.
    public var horizontalFlip = true
    /// The range of random scales; nil leaves the size.
    public var scale: ClosedRange<Double>? = 0.75...2
    /// The size of the random crop; nil means the training size.
    public var crop: ImageSize?
  }

  /// How the weights are moved.
  public struct Optimisation: Sendable, Hashable {
    /// The optimiser.
    public var optimizer = OptimizerKind.sgd
    /// The learning rate that the schedule starts from.
    public var learningRate = 2.5e-2
    /// SGD's momentum.
    public var momentum = 0.9
    /// Adam's two betas.
    public var adamBetas = [0.9, 0.999]
    /// Weight decay, added to the gradient.
    public var weightDecay = 1e-4
    /// How the learning rate falls.
    public var schedule = ScheduleKind.poly
    /// The power of the poly schedule.
    public var polyPower = 0.9
    /// What the schedule counts.
    public var scheduleStep = ScheduleStep.epoch
    /// Iterations in which the learning rate rises from 0.
    public var warmupIterations = 0
    /// The largest norm of all gradients together; nil does not clip.
    public var clipGradientNorm: Double?
    /// How often every picture is seen.
    public var epochs = 100
    /// Pictures in a batch.
    public var batchSize = 4
    /// Batches per iteration: one step takes the mean of their gradients.
    public var accumulate = 1
    /// Whether residual blocks run again on the way back instead of keeping their activations.
    public var recomputeActivations = false
    /// Weights of the main, sixteenth and thirty-second output's losses.
    public var lossWeights = [1.0, 1.0, 1.0]
  }

  /// Adversarial adaptation and its self-supervised form.
  public struct Adaptation: Sendable, Hashable {
    /// The discriminator.
    public var discriminator = Discriminator.Kind.fcd
    /// λ_adv: the weight of the adversarial loss.
    public var lambda = 1e-3
    /// The learning rate of the discriminator's Adam that its schedule starts from.
    public var learningRate = 1e-4
    /// The two betas of the discriminator's Adam.
    public var adamBetas = [0.9, 0.99]
    /// The folder of exported pseudo labels of the target's training pictures; nil adapts without.
    public var pseudoLabels: String?
  }

  /// When and how the network is evaluated.
  public struct Validation: Sendable, Hashable {
    /// Epochs between evaluations; 0 evaluates at the end only.
    public var every = 1
    /// At which size predictions and labels are compared.
    public var labelResolution = LabelResolution.full
  }

  /// When the state is saved and how many files are kept.
  public struct Checkpoints: Sendable, Hashable {
    /// Files kept beside the best.
    public var keepLast = 3
    /// How much training lies between two saves.
    public var every = Interval.epochs(1)
  }

  /// The size of the pictures that enter the network in training: the crop, or the training size.
  public func inputSize(of domain: Domain) -> ImageSize { augmentation.crop ?? domain.size }

  /// The domain that is evaluated on.
  public var evaluatedDomain: Domain { method == .supervised ? data : target }
}
