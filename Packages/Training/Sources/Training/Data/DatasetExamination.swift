import Synchronization
public import SegmentationMetrics
public import VisionDatasets

/// What reading every pair of a configuration's sets before a run has shown, ready to be printed.
public struct DatasetExamination: Sendable {
  /// One set's part.
  public struct Part: Sendable {
    /// Which of the configuration's sets: `data.train`, `target.val`, ….
    public let name: String
    /// What was found; nil for synthetic streets, which are drawn and hold no files.
    public let diagnosis: DatasetDiagnosis?
  }

  /// The sets in the order of the configuration.
  public let parts: [Part]

  /// Whether a run can use all sets.
  public var isTrainable: Bool { parts.allSatisfy { $0.diagnosis?.isTrainable ?? true } }

  /// Reads every pair of every set that a run of the configuration would open, on all processors.
  ///
  /// Pseudo labels are read as well.
  ///
  /// - Throws: What listing a set throws, and for the first pseudo label that cannot be used; a pair of
  ///   a set that is broken is a finding.
  public init(
    _ configuration: TrainingConfiguration, output: any ProgressOutput = StandardError()
  ) throws {
    typealias Set = (name: String, description: DatasetDescription, needsLabels: Bool)
    var sets: [Set] = [
      ("data.\(configuration.data.trainSplit)", configuration.trainingSet, true)
    ]
    if configuration.method == .adaptation {
      sets.append(
        ("target.\(configuration.target.trainSplit)", configuration.adaptedSet, false))
    }
    let domain = configuration.method == .supervised ? "data" : "target"
    let split = configuration.evaluatedDomain.validationSplit
    // Pictures that are adapted to and evaluated on are read once, with their labels.
    sets.removeAll { $0.name == "\(domain).\(split)" }
    sets.append(
      ("\(domain).\(split)", configuration.validationSet, Self.needsValidationLabels(configuration))
    )
    if let folder = configuration.adaptation.pseudoLabels {
      try Self.read(folder, of: configuration.adaptedSet, output)
    }
    parts = try sets.map { name, set, needsLabels in
      guard set.kind != .synthetic else { return Part(name: name, diagnosis: nil) }
      let files = try set.files(missingFiles: needsLabels ? .listed : .unlabelled)
      let progress = Mutex(
        ProgressReporter("reading \(name)", unit: "pairs", total: files.count, output: output))
      let diagnosis = DatasetDoctor(files, needsLabels: needsLabels).examine { done in
        progress.withLock { $0.update(completed: done) }
      }
      progress.withLock { $0.finish() }
      return Part(name: name, diagnosis: diagnosis)
    }
  }

  /// A target may come without labels. Whatever else is wrong with the set is for the examination to
  /// find.
  private static func needsValidationLabels(_ configuration: TrainingConfiguration) -> Bool {
    do {
      return try configuration.openValidationSet() != nil
    } catch {
      return true
    }
  }

  /// Reads every pseudo label.
  ///
  /// - Throws: ``DatasetProblem``, `DatasetError` or `PNGError` for the first that cannot be used.
  private static func read(
    _ folder: String, of set: DatasetDescription, _ output: any ProgressOutput
  ) throws {
    try ExportedLabels(folder: folder).check(madeOf: set)
    let labels = try RelabelledDataset(
      set.open(missingFiles: .unlabelled), labels: "\(folder)/labels")
    var progress = ProgressReporter(
      "reading adaptation.pseudo_labels", unit: "labels", total: labels.count, output: output)
    for index in 0..<labels.count {
      _ = try labels.label(at: index)
      progress.update(completed: index + 1)
    }
    progress.finish()
  }

  /// `{trainable, sets: {<name>: {pairs, sound, skipped, findings, classes, …} or null}}`.
  public var json: JSONValue {
    .object([
      .init("trainable", .bool(isTrainable)),
      .init(
        "sets", .object(parts.map { .init($0.name, $0.diagnosis.map(Self.json(of:)) ?? .null) })),
    ])
  }

  private static func json(of diagnosis: DatasetDiagnosis) -> JSONValue {
    let frequencies = diagnosis.classFrequencies
    let values = diagnosis.ignoredValues.enumerated().filter { $0.element > 0 }
    func numbers(_ values: [Double]?) -> JSONValue {
      values.map { .array($0.map { .number($0) }) } ?? .null
    }
    return .object([
      .init("trainable", .bool(diagnosis.isTrainable)),
      .init("pairs", .integer(diagnosis.pairCount)),
      .init("sound", .integer(diagnosis.soundCount)),
      .init("skipped", .array(diagnosis.skipped.map { .string($0) })),
      .init(
        "findings",
        .array(
          diagnosis.findings.map { finding in
            .object([
              .init("kind", .string(finding.kind.rawValue)),
              .init("severity", .string(finding.severity.rawValue)),
              .init("file", finding.file.map { .string($0) } ?? .null),
              .init("message", .string(finding.message)),
            ])
          })),
      .init(
        "classes",
        .object(
          CityscapesClass.allCases.map {
            .init($0.name, .number(frequencies[Int($0.rawValue)]))
          })),
      .init("ignoredPixels", .integer(diagnosis.ignoredPixels)),
      .init(
        "ignoredValues",
        .object(values.map { .init(String($0.offset), .integer($0.element)) })),
      .init("channelMean", numbers(diagnosis.channelMean)),
      .init("channelDeviation", numbers(diagnosis.channelDeviation)),
      .init(
        "sizes",
        .object(
          diagnosis.sizes.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })),
    ])
  }

  /// Tables for a terminal.
  public var table: String {
    parts.map { part in
      guard let diagnosis = part.diagnosis else {
        return "\(part.name): synthetic streets, drawn on the way\n"
      }
      return Self.table(part.name, diagnosis)
    }.joined(separator: "\n")
      + (isTrainable ? "\nthe data can be trained on\n" : "\nthe data cannot be trained on\n")
  }

  private static func table(_ name: String, _ diagnosis: DatasetDiagnosis) -> String {
    var text = "\(name): \(diagnosis.soundCount) of \(diagnosis.pairCount) pairs are sound"
    if !diagnosis.skipped.isEmpty { text += ", \(diagnosis.skipped.count) skipped" }
    text += "\n"
    if let mean = diagnosis.channelMean, let deviation = diagnosis.channelDeviation {
      let words = { (values: [Double]) in
        values.map { formatted($0, decimals: 2) }.joined(separator: ", ")
      }
      text += "channel means \(words(mean)), deviations \(words(deviation)) (RGB, 0 to 255)\n"
    }
    var findings = TextTable([("severity", .left), ("kind", .left), ("what", .left)])
    for finding in diagnosis.findings {
      findings.add([finding.severity.rawValue, finding.kind.rawValue, finding.message])
    }
    if !diagnosis.findings.isEmpty { text += findings.text }
    let total = diagnosis.classPixels.reduce(0, +) + diagnosis.ignoredPixels
    guard total > 0 else { return text + "no labels\n" }
    var classes = TextTable([("class", .left), ("pixels %", .right)])
    for (label, share) in zip(CityscapesClass.allCases, diagnosis.classFrequencies) {
      classes.add([label.name, percentage(share)])
    }
    classes.addFooter([
      "ignored, of all", percentage(Double(diagnosis.ignoredPixels) / Double(total)),
    ])
    return text + classes.text
  }
}
