import BiSeNet

/// The keys of a domain's pictures, which the source and the target have alike.
enum DomainKeys {
  private typealias Key = ConfigurationKey<TrainingConfiguration.Domain>
  typealias Rule = ConfigurationRule<TrainingConfiguration>

  /// The keys with their full names, `<section>.dataset` and so on.
  static func all(under section: String) -> [ConfigurationKey<TrainingConfiguration.Domain>] {
    [
      Key("\(section).dataset", \.dataset, "Kind of dataset."),
      Key(
        "\(section).root", \.root,
        "Folder of the dataset; of a folder dataset, the folder of its images."),
      Key("\(section).labels", \.labels, "Folder of the labels of a folder dataset."),
      Key("\(section).train_split", \.trainSplit, "Split to train on.", .notEmpty),
      Key("\(section).validation_split", \.validationSplit, "Split to evaluate.", .notEmpty),
      Key(
        "\(section).mapping", \.mapping,
        "Train ids for the values in a folder dataset's labels; values not listed are ignored.",
        .labelBytes),
      Key("\(section).height", \.height, "Rows of a training picture.", .pictureSide),
      Key("\(section).width", \.width, "Columns of a training picture.", .pictureSide),
      Key(
        "\(section).validation_height", \.validationHeight,
        "Rows of a validation picture; null as in training.", .whenGiven(.pictureSide)),
      Key(
        "\(section).validation_width", \.validationWidth,
        "Columns of a validation picture; null as in training.", .whenGiven(.pictureSide)),
      Key("\(section).synthetic.look", \.synthetic.look, "Look of the streets."),
      Key("\(section).synthetic.count", \.synthetic.count, "Training scenes.", .atLeast(1)),
      Key(
        "\(section).synthetic.validation_count", \.synthetic.validationCount,
        "Validation scenes.", .atLeast(1)),
      Key("\(section).synthetic.seed", \.synthetic.seed, "Seed of the scenes.", .atLeast(0)),
    ]
  }

  /// What holds between the keys of a domain.
  ///
  /// - Parameters:
  ///   - needsLabels: Whether the domain's own labels are learnt from.
  ///   - isUsed: Whether a run of this configuration reads the domain.
  static func rules(
    of section: String,
    _ field: any KeyPath<TrainingConfiguration, TrainingConfiguration.Domain>
      & Sendable, needsLabels: Bool, isUsed: @escaping @Sendable (TrainingConfiguration) -> Bool
  ) -> [Rule] {
    [
      Rule("\(section).root", "must be given for this \(section).dataset") {
        !isUsed($0) || $0[keyPath: field].dataset == .synthetic || $0[keyPath: field].root != nil
      },
      Rule("\(section).labels", "must be given for \(section).dataset folder") {
        !needsLabels || $0[keyPath: field].dataset != .folder || $0[keyPath: field].labels != nil
      },
      Rule(
        "\(section).validation_width", "must be given together with \(section).validation_height"
      ) {
        ($0[keyPath: field].validationWidth == nil) == ($0[keyPath: field].validationHeight == nil)
      },
      Rule(
        "\(section).height",
        "must, as \(section).width, be a multiple of \(BiSeNet.stride) where nothing is cropped"
      ) { $0.inputSize(of: $0[keyPath: field]).fitsNetwork },
      Rule(
        "\(section).validation_height",
        "must, as \(section).validation_width, be a multiple of \(BiSeNet.stride) (null is the "
          + "training size)"
      ) { $0[keyPath: field].validationSize.fitsNetwork },
      Rule("\(section).mapping", "must map to train ids below model.classes, or to 255") {
        guard case .table(let table) = $0[keyPath: field].mapping else { return true }
        let classes = $0.model.classes
        return table.values.allSatisfy { $0 < classes || $0 == 255 }
      },
      Rule(
        "model.classes",
        "must be 19 or more, as many as \(section).dataset has, unless it is a folder set whose "
          + "\(section).mapping lists its values"
      ) {
        let domain = $0[keyPath: field]
        return !isUsed($0) || $0.model.classes >= 19
          || (domain.dataset == .folder && (domain.mapping.isTable || domain.labels == nil))
      },
      Rule(
        "augmentation.crop",
        "must not be larger than \(section)'s training size times the largest scale, or every "
          + "picture is padded"
      ) {
        guard isUsed($0), let crop = $0.augmentation.crop else { return true }
        let scale = $0.augmentation.scale?.upperBound ?? 1, size = $0[keyPath: field].size
        return Double(crop.height) <= Double(size.height) * scale
          && Double(crop.width) <= Double(size.width) * scale
      },
    ]
  }
}
