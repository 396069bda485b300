public import VisionDatasets

/// A data set by kind and place: what configurations and command lines name.
public struct DatasetDescription: Sendable {
  /// The kind.
  public var kind: TrainingConfiguration.DatasetKind
  /// The root folder of CamVid, or the folder of images; nil for synthetic streets.
  public var root: String?
  /// The folder of labels of a folder set; nil where there are none.
  public var labels: String?
  /// From the values in a folder set's labels to train ids.
  public var mapping: TrainingConfiguration.LabelMapping
  /// `train`, `val`, …
  public var split: String
  /// The look, the number and the seed of synthetic streets.
  public var synthetic: TrainingConfiguration.Synthetic
  /// The size at which synthetic streets are drawn.
  public var size: TrainingConfiguration.ImageSize

  /// A description.
  public init(
    kind: TrainingConfiguration.DatasetKind, root: String? = nil, labels: String? = nil,
    mapping: TrainingConfiguration.LabelMapping = .named(.identity), split: String,
    synthetic: TrainingConfiguration.Synthetic = .init(),
    size: TrainingConfiguration.ImageSize
  ) {
    self.kind = kind
    self.root = root
    self.labels = labels
    self.mapping = mapping
    self.split = split
    self.synthetic = synthetic
    self.size = size
  }

  /// Opens the data set.
  ///
  /// - Throws: ``DatasetProblem`` where a folder is needed and not given or the split is none, or what
  ///   listing it throws.
  public func open() throws -> any SegmentationDataset {
    switch kind {
    case .synthetic:
      guard let part = SyntheticStreets.Split(rawValue: split) else {
        throw DatasetProblem(
          description: "synthetic streets have the splits 'train' and 'val', not '\(split)'")
      }
      let isTraining = part == .train
      return SyntheticStreets(
        look: synthetic.look == .source ? .source : .target, split: part,
        seed: UInt64(bitPattern: Int64(synthetic.seed)),
        count: isTraining ? synthetic.count : synthetic.validationCount, height: size.height,
        width: size.width)
    case .camvid:
      return try CamVidDataset(root: try requiredRoot(), split: split)
    case .folder:
      return try FolderDataset(
        images: try requiredRoot(), labels: labels, mapping: try mapping.table())
    }
  }

  private func requiredRoot() throws -> String {
    guard let root else {
      throw DatasetProblem(
        description: "the data set '\(kind.rawValue)' needs a folder: give data.root (--root)")
    }
    return root
  }
}

/// Why a data set cannot be opened as it was described, in one sentence.
public struct DatasetProblem: Error, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String
}

extension TrainingConfiguration.LabelMapping {
  func table() throws -> LabelMapping {
    switch self {
    case .named(.identity): return .trainIDs
    case .named(.cityscapes): return .cityscapesLabelIDs
    case .named(.camvid): return .camVid
    case .table(let pairs):
      var values: [UInt8: UInt8] = [:]
      for (value, trainID) in pairs {
        guard let value = UInt8(exactly: value), let trainID = UInt8(exactly: trainID),
          trainID < 19 || trainID == LabelMap.ignored
        else {
          throw DatasetProblem(
            description: "data.mapping takes values 0–255 to train ids 0–18 or 255, not "
              + "\(value) to \(trainID)")
        }
        values[value] = trainID
      }
      return LabelMapping(values)
    }
  }
}

extension TrainingConfiguration {
  /// The set that is trained on, as files have it.
  public var trainingSet: DatasetDescription {
    DatasetDescription(
      kind: data.dataset, root: data.root, labels: data.labels, mapping: data.mapping,
      split: data.trainSplit, synthetic: data.synthetic, size: data.size)
  }

  /// The set that is validated on.
  public var validationSet: DatasetDescription {
    var set = trainingSet
    set.split = data.validationSplit
    set.size = data.validationSize
    return set
  }

  /// How pixels become numbers.
  public var normalisation: VisionDatasets.Normalisation {
    let plain: VisionDatasets.Normalisation = data.normalisation == .paper ? .paper : .imageNet
    return plain.ordered(data.channelOrder == .rgb ? .rgb : .bgr)
  }

  /// The training loader: resize, scale, crop, flip (spec: "Data", sizes).
  ///
  /// - Throws: What opening the set throws, or `DataLoaderError`.
  public func trainingLoader() throws -> DataLoader {
    let resize = Resize(height: data.height, width: data.width)
    var dataset = try trainingSet.open()
    var transforms: [any Transform] = []
    if data.cache {
      dataset = CachedDataset(dataset, preparedBy: resize)
    } else {
      transforms.append(resize)
    }
    if let scale = augmentation.scale { transforms.append(RandomScale(scale)) }
    if augmentation.scale != nil || augmentation.crop != nil {
      transforms.append(RandomCrop(height: inputSize.height, width: inputSize.width))
    }
    if augmentation.horizontalFlip { transforms.append(RandomHorizontalFlip()) }
    return try DataLoader(
      dataset: dataset, batchSize: optimisation.batchSize, transform: Compose(transforms),
      normalisation: normalisation, shuffle: true, dropLast: true,
      seed: UInt64(bitPattern: Int64(seed)), workers: data.workers)
  }
}
