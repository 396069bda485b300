/// What the values of a label file mean: a table from file value to train id.
///
/// ```swift
/// let mapping = LabelMapping.camVid
/// mapping[3]   // 0: CamVid's 3 is road
/// mapping[11]  // 255: void takes part in nothing
/// ```
public struct LabelMapping: Sendable, Equatable {
  /// For each of the 256 values a train id (0 to 18) or ``LabelMap/ignored``.
  public let table: [UInt8]

  /// The values that are an error when a file holds them, for they show that the file is encoded in
  /// another way; empty in most mappings.
  public let refused: Set<UInt8>

  /// The values that the encoding knows, ignored ones included; any other in a file is worth a word.
  public let named: Set<UInt8>

  /// A mapping from file value to train id; every value that is not a key is ignored.
  ///
  /// - Parameters:
  ///   - trainIDs: Train ids (0 to 18, or 255) by file value.
  ///   - refused: Values that a file must not hold.
  /// - Precondition: every train id is 0 to 18 or 255.
  public init(_ trainIDs: [UInt8: UInt8], refusing refused: Set<UInt8> = []) {
    var table = [UInt8](repeating: LabelMap.ignored, count: 256)
    for (value, trainID) in trainIDs {
      precondition(
        Self.isTrainID(trainID), "\(trainID) is no train id: expected 0 to 18, or 255")
      table[Int(value)] = trainID
    }
    self.table = table
    self.refused = refused
    named = Set(trainIDs.keys)
  }

  /// The train id of a file value.
  public subscript(value: UInt8) -> UInt8 { table[Int(value)] }

  /// Whether a value is a train id: 0 to 18, or ``LabelMap/ignored``.
  public static func isTrainID(_ value: UInt8) -> Bool {
    value == LabelMap.ignored || CityscapesClass(rawValue: value) != nil
  }
}

extension LabelMapping {
  /// Files that hold train ids: 0 to 18 and 255 stay, any other value is refused, for it shows that
  /// the file holds something else (most often Cityscapes label ids).
  public static let trainIDs = LabelMapping(
    Dictionary(
      uniqueKeysWithValues: CityscapesClass.allCases.map { ($0.rawValue, $0.rawValue) }
        + [(LabelMap.ignored, LabelMap.ignored)]),
    refusing: Set((0...254).filter { !isTrainID($0) }))

  /// Files that hold Cityscapes label ids, those of GTA5 included: 7 is road … 33 is bicycle, the
  /// rest is ignored: 0 to 34 where they are no class, and 255, which stands for -1.
  public static let cityscapesLabelIDs: LabelMapping = {
    var trainIDs: [UInt8: UInt8] = [LabelMap.ignored: LabelMap.ignored]
    for value in 0...34 as ClosedRange<UInt8> { trainIDs[value] = LabelMap.ignored }
    for meaning in CityscapesClass.allCases { trainIDs[meaning.labelID] = meaning.rawValue }
    return LabelMapping(trainIDs)
  }()

  /// CamVid's eleven classes in the order of SegNet's files; 11 is void.
  public static let camVid: LabelMapping = {
    let classes: [CityscapesClass] = [
      .sky, .building, .pole, .road, .sidewalk, .vegetation, .trafficSign, .fence, .car, .person,
      .bicycle,
    ]
    var trainIDs: [UInt8: UInt8] = [UInt8(classes.count): LabelMap.ignored]
    for (value, meaning) in classes.enumerated() { trainIDs[UInt8(value)] = meaning.rawValue }
    return LabelMapping(trainIDs)
  }()
}
