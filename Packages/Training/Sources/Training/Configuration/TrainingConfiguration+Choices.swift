import BiSeNet
import Tensor

extension TrainingConfiguration {
  /// What is learnt from.
  public enum Method: String, Sendable, CaseIterable {
    /// The labelled pictures of `data`, which are evaluated on too.
    case supervised
    /// The labelled pictures of `data` alone; evaluated on `target`, whose training pictures are never
    /// looked at.
    case sourceOnly = "source-only"
    /// The labelled pictures of `data` and the pictures of `target`, through a discriminator and,
    /// where given, pseudo labels.
    case adaptation
  }

  /// Which kind of dataset.
  public enum DatasetKind: String, Sendable, CaseIterable {
    /// Procedural streets, made on the way.
    case synthetic
    /// GTA5: `images/` and `labels/`, label ids.
    case gta5
    /// Cityscapes in its official layout, label ids.
    case cityscapes
    /// A course's subset of either: flat folders, lists of files, `info.json`.
    case subset
    /// CamVid in the SegNet layout.
    case camvid
    /// A folder of images and a folder of labels.
    case folder
  }

  /// How colours become network input.
  public enum Normalisation: String, Sendable, CaseIterable {
    /// Subtract (73.158, 82.909, 72.392) from 0-255 RGB.
    case paper
    /// Divide by 255, subtract torchvision's mean and divide by its standard deviation.
    case imagenet
  }

  /// The order of the input's channels.
  public enum ChannelOrder: String, Sendable, CaseIterable {
    /// Red first.
    case rgb
    /// Blue first.
    case bgr
  }

  /// The looks of the synthetic streets.
  public enum Look: String, Sendable, CaseIterable {
    /// Clean and rendered.
    case source
    /// Other colours, texture, noise, blur, haze and light.
    case target
  }

  /// The optimiser.
  public enum OptimizerKind: String, Sendable, CaseIterable {
    /// Stochastic gradient descent with momentum.
    case sgd
    /// Adam.
    case adam
  }

  /// How the learning rate falls.
  public enum ScheduleKind: String, Sendable, CaseIterable {
    /// (1 - progress) to a power.
    case poly
    /// Not at all.
    case constant
  }

  /// What the schedule counts.
  public enum ScheduleStep: String, Sendable, CaseIterable {
    /// The rate changes with each epoch, as the paper's does.
    case epoch
    /// The rate changes with each iteration.
    case iteration
  }

  /// The type that the network computes in.
  public enum Precision: String, Sendable, CaseIterable {
    /// Everything in float32.
    case float32
    /// bfloat16, with float32 master weights, batch statistics and losses.
    case bfloat16

    /// The faster of the two on this processor.
    public static var fastest: Precision { Processor.computesBFloat16 ? .bfloat16 : .float32 }
  }

  /// At which size predictions and labels are compared.
  public enum LabelResolution: String, Sendable, CaseIterable {
    /// At the label's own: predictions are upsampled.
    case full
    /// At the network input's: labels are reduced.
    case input
  }

  /// Rows and columns, written `[height, width]`.
  public struct ImageSize: Sendable, Hashable {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Rows and columns.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }

    /// Whether the network can read pictures of this size: both are multiples of its stride.
    public var fitsNetwork: Bool {
      height % BiSeNet.stride == 0 && width % BiSeNet.stride == 0
    }
  }

  /// A span of training, written `500 iterations` or `2 epochs`.
  public enum Interval: Sendable, Hashable {
    /// A number of iterations.
    case iterations(Int)
    /// A number of epochs.
    case epochs(Int)
  }

  /// From the values in label pictures to train ids: a name, or the pairs themselves.
  public enum LabelMapping: Sendable, Hashable {
    /// The mappings with a name.
    public enum Name: String, Sendable, CaseIterable {
      /// The values are train ids.
      case identity
      /// The values are Cityscapes label ids.
      case cityscapes
      /// The values are CamVid's in the SegNet layout.
      case camvid
    }

    /// A mapping with a name.
    case named(Name)
    /// Train ids by value; a value without an entry is ignored (255).
    case table([Int: Int])

    var isTable: Bool {
      if case .table = self { true } else { false }
    }
  }
}
