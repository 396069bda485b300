import Synchronization

/// Reads every pair of a set before a run does, and says what is wrong by file name.
///
/// ```swift
/// let set = try GTA5Dataset(root: "GTA5", missingFiles: .listed)
/// let diagnosis = DatasetDoctor(set).examine()
/// for finding in diagnosis.findings { print(finding.message) }
/// ```
///
/// Open the set with ``MissingFiles/listed``, so that every missing file is reported rather than the
/// first one thrown.
public struct DatasetDoctor: Sendable {
  /// What is examined.
  public let dataset: any FileBackedDataset
  /// How many pairs are read at a time; nil for as many as there are processors.
  public let threads: Int?
  /// Whether a set without labels is an error: not so where it is adapted to.
  public let needsLabels: Bool

  /// A doctor for a set; nothing is read yet.
  public init(
    _ dataset: any FileBackedDataset, threads: Int? = nil, needsLabels: Bool = true
  ) {
    self.dataset = dataset
    self.threads = threads
    self.needsLabels = needsLabels
  }

  /// Reads all pairs; a broken one does not keep the others from being read.
  ///
  /// - Parameter progress: Told how many pairs are done, from one thread at a time.
  public func examine(progress: @Sendable (Int) -> Void = { _ in }) -> DatasetDiagnosis {
    let pairs = dataset.files.pairs
    let mapping = dataset.mapping
    let ledger = Mutex(DiagnosisLedger(pairCount: pairs.count))
    concurrently(pairs.count, threads: threads, progress: progress) { index in
      let examination = PairExamination(pairs[index], mapping: mapping)
      ledger.withLock { $0.add(examination, at: index) }
    }
    return ledger.withLock { $0.diagnosis(of: dataset, needsLabels: needsLabels) }
  }
}

/// The sums over the pairs examined so far: its size does not depend on how many those are, but for
/// the findings.
private struct DiagnosisLedger {
  let pairCount: Int
  var soundCount = 0
  var findings: [Int: [DatasetFinding]] = [:]
  var values = [Int](repeating: 0, count: 256)
  var imagePixels = 0
  var sums = [0.0, 0.0, 0.0]
  var squares = [0.0, 0.0, 0.0]
  var sizes: [String: Int] = [:]

  init(pairCount: Int) { self.pairCount = pairCount }

  mutating func add(_ pair: PairExamination, at index: Int) {
    if pair.isSound { soundCount += 1 }
    if !pair.findings.isEmpty { findings[index] = pair.findings }
    if let counts = pair.values {
      for value in 0..<256 { values[value] += counts[value] }
    }
    if let size = pair.size {
      imagePixels += size.width * size.height
      sizes["\(size.width)x\(size.height)", default: 0] += 1
      for channel in 0..<3 {
        sums[channel] += Double(pair.sums[channel])
        squares[channel] += Double(pair.squares[channel])
      }
    }
  }

  func diagnosis(of dataset: any FileBackedDataset, needsLabels: Bool) -> DatasetDiagnosis {
    let table = dataset.mapping.table
    var classPixels = [Int](repeating: 0, count: CityscapesClass.allCases.count)
    var ignoredValues = [Int](repeating: 0, count: 256)
    for value in 0..<256 {
      if table[value] == LabelMap.ignored {
        ignoredValues[value] = values[value]
      } else {
        classPixels[Int(table[value])] += values[value]
      }
    }
    let total = Double(imagePixels)
    let means = sums.map { $0 / total }
    let deviations = zip(squares, means).map { max(0, $0 / total - $1 * $1).squareRoot() }
    let ofPairs = findings.sorted { $0.key < $1.key }.flatMap(\.value)
    return DatasetDiagnosis(
      pairCount: pairCount, soundCount: soundCount, skipped: dataset.skipped,
      findings: findingsOfSet(dataset, classPixels, needsLabels: needsLabels) + ofPairs,
      classPixels: classPixels, ignoredPixels: ignoredValues.reduce(0, +),
      ignoredValues: ignoredValues, imagePixels: imagePixels,
      channelMean: imagePixels > 0 ? means : nil,
      channelDeviation: imagePixels > 0 ? deviations : nil, sizes: sizes)
  }

  private func findingsOfSet(
    _ dataset: any FileBackedDataset, _ classPixels: [Int], needsLabels: Bool
  ) -> [DatasetFinding] {
    var found: [DatasetFinding] = []
    let note = { (kind: DatasetFinding.Kind, severity: DatasetFinding.Severity, text: String) in
      found.append(.init(kind: kind, severity: severity, file: nil, message: text))
    }
    for remark in dataset.remarks { note(.set, .warning, remark) }
    if !dataset.skipped.isEmpty {
      note(
        .set, .warning,
        "\(dataset.skipped.count) pairs whose picture and labels are known to differ in size are "
          + "skipped")
    }
    if pairCount == 0 { note(.set, .error, "the set has no pairs") }
    if !needsLabels { return found }
    if pairCount > 0, !dataset.files.pairs.contains(where: { $0.label != nil }) {
      note(.set, .error, "the set has no labels, so that it cannot be trained on")
    } else if pairCount > 0, classPixels.allSatisfy({ $0 == 0 }) {
      note(.set, .error, "no pixel of the set has a class, so that it cannot be trained on")
    }
    if dataset.mapping.encoding == .labelIDs, LabelMapping.setReadsAsTrainIDs(values) {
      note(
        .encoding, .error,
        "no file of the set holds a value from 19 to 254, as Cityscapes label ids do, and most "
          + "pixels would be ignored: these are train ids; declare train ids for this set")
    }
    return found
  }
}
