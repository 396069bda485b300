import Foundation
public import VisionDatasets

/// A data set by kind and place: what configurations and command lines name.
public struct DatasetDescription: Sendable {
  /// The kind.
  public var kind: TrainingConfiguration.DatasetKind
  /// The root folder of the set, of a folder set the folder of images; nil for synthetic streets.
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
  /// - Parameter missingFiles: Whether labels are needed.
  /// - Throws: ``DatasetProblem`` where a folder is needed and not given or the split is none, or what
  ///   listing it throws.
  public func open(missingFiles: MissingFiles = .refused) throws -> any SegmentationDataset {
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
    default:
      return try files(missingFiles: missingFiles)
    }
  }

  /// Opens the data set with its labels where it has all of them, and otherwise without any: the
  /// pictures of a target, whose labels serve for comparison alone.
  ///
  /// - Parameter refusingGaps: Whether single missing labels are an error rather than none at all, and
  ///   a folder of labels that was named and is not there.
  /// - Throws: As ``open(missingFiles:)``.
  public func openLabelledOrNot(refusingGaps: Bool = false) throws -> any SegmentationDataset {
    do {
      return try open()
    } catch DatasetError.missingFolder where !refusingGaps || labels == nil {
      return try open(missingFiles: .unlabelled)
    } catch DatasetError.missingLabel where !refusingGaps {
      return try open(missingFiles: .unlabelled)
    }
  }

  /// Lists the files of a set that lies on disk.
  ///
  /// - Parameter missingFiles: Whether a missing label file is an error or left for an examination.
  /// - Throws: ``DatasetProblem`` for synthetic streets, which have no files, and where a folder is
  ///   needed and not given; or what listing throws.
  public func files(missingFiles: MissingFiles = .refused) throws -> any FileBackedDataset {
    let root = try requiredRoot()
    switch kind {
    case .synthetic:
      throw DatasetProblem(description: "synthetic streets are drawn and have no files to read")
    case .gta5:
      return try GTA5Dataset(
        root: root, list: try listOfGTA5(root), missingFiles: missingFiles)
    case .cityscapes:
      return try CityscapesDataset(root: root, split: split, missingFiles: missingFiles)
    case .subset:
      return try SubsetDataset(root: root, split: split, missingFiles: missingFiles)
    case .camvid:
      return try CamVidDataset(root: root, split: split, missingFiles: missingFiles)
    case .folder:
      let part = hasSplits ? "/\(split)" : ""
      return try FolderDataset(
        images: root + part, labels: labels.map { $0 + part }, mapping: try mapping.table(),
        missingFiles: missingFiles)
    }
  }

  /// Whether ``split`` chooses among the samples. A folder set has splits where its folder of images
  /// holds one named `train` or as the split: they are folders then, of images as of labels.
  public var hasSplits: Bool {
    guard kind == .folder else { return true }
    return ["train", split].contains { part in
      var isFolder = false
      return FileManager.default.fileExists(
        atPath: "\(root ?? "")/\(part)", isDirectory: &isFolder) && isFolder
    }
  }

  /// Which samples these are, wherever they lie and however large they are: kind and split, of
  /// synthetic streets look and seed, too.
  public var identity: String {
    switch kind {
    case .synthetic: "synthetic, look \(synthetic.look.rawValue), \(split), seed \(synthetic.seed)"
    default: hasSplits ? "\(kind.rawValue), \(split)" : kind.rawValue
    }
  }

  /// GTA5 comes without splits: `train` is all of it, unless a list beside it says otherwise.
  private func listOfGTA5(_ root: String) throws -> String? {
    let list = "\(root)/\(split).txt"
    if FileManager.default.fileExists(atPath: list) { return list }
    guard split == "train" else {
      throw DatasetProblem(
        description: "GTA5 in '\(root)' has no split '\(split)': expected the list '\(list)'; put "
          + "one there, or choose the split train, which is all of it")
    }
    return nil
  }

  private func requiredRoot() throws -> String {
    guard kind != .synthetic else { return "" }
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
          LabelMapping.isTrainID(trainID)
        else {
          throw DatasetProblem(
            description: "a mapping takes values 0–255 to train ids 0–18 or 255, not "
              + "\(value) to \(trainID)")
        }
        values[value] = trainID
      }
      return LabelMapping(values)
    }
  }
}

extension SegmentationDataset {
  func checkTruth() throws(DatasetError) {
    if !hasTruth { throw .noTruth(image: name(at: 0)) }
  }
}

extension TrainingConfiguration.Domain {
  func set(split: String, size: TrainingConfiguration.ImageSize) -> DatasetDescription {
    DatasetDescription(
      kind: dataset, root: root, labels: labels, mapping: mapping, split: split,
      synthetic: synthetic, size: size)
  }
}

extension TrainingConfiguration {
  /// The labelled set that is trained on, as files have it.
  public var trainingSet: DatasetDescription { data.set(split: data.trainSplit, size: data.size) }

  /// The set of the target domain that is adapted to.
  public var adaptedSet: DatasetDescription {
    target.set(split: target.trainSplit, size: target.size)
  }

  /// The set that is validated on.
  public var validationSet: DatasetDescription {
    let domain = evaluatedDomain
    return domain.set(split: domain.validationSplit, size: domain.validationSize)
  }

  /// The set that is validated on; nil where it has no labels and the method does without them.
  ///
  /// - Throws: What opening the set throws, `DatasetError.noTruth` where the method needs labels.
  func openValidationSet() throws -> (any SegmentationDataset)? {
    guard method == .supervised else {
      let set = try validationSet.openLabelledOrNot(refusingGaps: true)
      return set.hasTruth ? set : nil
    }
    let set = try validationSet.open()
    try set.checkTruth()
    return set
  }

  /// How pixels become numbers.
  public var normalisation: VisionDatasets.Normalisation {
    loading.normalisation.values.ordered(loading.channelOrder == .rgb ? .rgb : .bgr)
  }

  /// The loader of a domain's training pictures: resize, scale, crop, flip.
  ///
  /// - Parameters:
  ///   - pseudoLabels: A folder of labels that takes the place of the set's own.
  ///   - needsLabels: Whether the set's own labels are read.
  ///   - stream: Loaders of different numbers draw different orders, flips and crops.
  /// - Throws: What opening the set throws, `DatasetError.noTruth` where labels are needed and there
  ///   are none, ``DatasetProblem`` where the pseudo labels are not this set's, or `DataLoaderError`.
  public func loader(
    of set: DatasetDescription, in domain: Domain, pseudoLabels: String? = nil,
    needsLabels: Bool = true, stream: UInt64 = 0
  ) throws -> DataLoader {
    let resize = Resize(height: domain.height, width: domain.width)
    var dataset = try set.open(missingFiles: needsLabels ? .refused : .unlabelled)
    if needsLabels { try dataset.checkTruth() }
    if let pseudoLabels {
      try ExportedLabels(folder: pseudoLabels).check(madeOf: set)
      dataset = try RelabelledDataset(dataset, labels: "\(pseudoLabels)/labels")
    }
    var transforms: [any Transform] = []
    if loading.cache {
      dataset = CachedDataset(dataset, preparedBy: resize)
    } else {
      transforms.append(resize)
    }
    if let scale = augmentation.scale { transforms.append(RandomScale(scale)) }
    if augmentation.scale != nil || augmentation.crop != nil {
      let size = inputSize(of: domain)
      transforms.append(RandomCrop(height: size.height, width: size.width))
    }
    if augmentation.horizontalFlip { transforms.append(RandomHorizontalFlip()) }
    return try DataLoader(
      dataset: dataset, batchSize: optimisation.batchSize, transform: Compose(transforms),
      normalisation: normalisation, shuffle: true, dropLast: true,
      seed: UInt64(bitPattern: Int64(seed)) ^ (stream << 48), workers: loading.workers)
  }
}
