extension LabelMapping {
  /// The encoding that the mapping is for; nil where it is neither Cityscapes label ids nor train ids.
  public var encoding: LabelEncoding? {
    if table == Self.trainIDs.table { return .trainIDs }
    return table == Self.cityscapesLabelIDs.table ? .labelIDs : nil
  }

  /// Refuses what cannot be read with this mapping.
  ///
  /// - Throws: ``DatasetError/unexpectedLabel(file:value:)`` or
  ///   ``DatasetError/wrongEncoding(file:found:declared:evidence:)``.
  func check(_ values: [UInt8], file: String) throws(DatasetError) {
    var present = [Bool](repeating: false, count: 256)
    for value in values { present[Int(value)] = true }
    switch encoding {
    case .trainIDs:
      if let value = Self.evidenceOfLabelIDs(present) {
        throw .wrongEncoding(
          file: file, found: .labelIDs, declared: .trainIDs, evidence: "such as \(value)")
      }
    case .labelIDs:
      // Counting costs more than looking, and hardly a file needs it.
      if Self.mayBeTrainIDs(present), Self.mostlyVoidAsLabelIDs(Self.histogram(of: values)) {
        throw .wrongEncoding(
          file: file, found: .trainIDs, declared: .labelIDs,
          evidence: "255, and no other value above 18")
      }
    case nil: break
    }
    if let value = refused.filter({ present[Int($0)] }).min() {
      throw .unexpectedLabel(file: file, value: value)
    }
  }

  /// How often each of the 256 values occurs.
  static func histogram(of values: [UInt8]) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for value in values { counts[Int(value)] += 1 }
    return counts
  }

  /// The least value that only label ids have, where all values are label ids (255 is in both).
  private static func evidenceOfLabelIDs(_ present: [Bool]) -> UInt8? {
    if present[35..<255].contains(true) { return nil }
    return (19...34).first { present[Int($0)] }
  }

  /// Whether values are among the train ids and hold 255, which Cityscapes' own label files never do.
  private static func mayBeTrainIDs(_ present: [Bool]) -> Bool {
    present[255] && !present[19..<255].contains(true) && present[0..<19].contains(true)
  }

  /// Whether the counts over a whole set that was to hold label ids are those of train ids: no file has
  /// a value above 18 but 255, at least one lies above the dummy labels of a test split (0 to 4), and
  /// most pixels would be ignored.
  static func setReadsAsTrainIDs(_ counts: [Int]) -> Bool {
    counts[19..<255].allSatisfy { $0 == 0 } && counts[5..<19].contains { $0 > 0 }
      && mostlyVoidAsLabelIDs(counts)
  }

  /// Whether the pixels that label ids ignore outnumber those that they keep, among values to 18.
  ///
  /// Read as label ids, train ids lose road, sidewalk, building, sky and others that cover most of a
  /// street. 255 and no other value above 18 would not be enough: label ids with 255 for void could
  /// show a bridge from below.
  private static func mostlyVoidAsLabelIDs(_ counts: [Int]) -> Bool {
    var ignored = 0
    var kept = 0
    for value in 0..<19 {
      if cityscapesLabelIDs.table[value] == LabelMap.ignored {
        ignored += counts[value]
      } else {
        kept += counts[value]
      }
    }
    return ignored > kept
  }
}
