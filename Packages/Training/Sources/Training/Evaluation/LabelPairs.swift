public import VisionDatasets

/// True label PNGs and the predicted one of each.
///
/// Where the truth has Cityscapes' names (`<city>_<sequence>_<frame>_gtFine_labelIds.png`), a
/// prediction is any PNG whose name begins with the same city, sequence and frame, in whatever folder;
/// so does the official evaluator look for them. Otherwise it has the same path below its folder.
public struct LabelPairs: Sendable {
  /// The files of one picture.
  public struct Pair: Sendable, Equatable {
    /// The predicted labels.
    public let prediction: String
    /// The true labels.
    public let truth: String
  }

  /// All pairs, sorted by the path of the truth.
  public let pairs: [Pair]
  /// Predictions that no truth asked for.
  public let withoutTruth: [String]
  /// What the names of the true files say that they hold; nil where they say nothing.
  public let truthEncoding: LabelEncoding?

  /// What Cityscapes' names of label files end with, the encoding that evaluation prefers first.
  private static let endings: [(String, LabelEncoding)] = [
    ("_labelIds.png", .labelIDs), ("_labelTrainIds.png", .trainIDs),
  ]

  /// Lists both folders with what is below them and finds each truth's prediction.
  ///
  /// - Throws: ``EvaluationProblem`` where a folder is missing or holds no PNG, or where a truth has no
  ///   prediction or several.
  public init(predictions: String, truth: String) throws(EvaluationProblem) {
    let listed = try PictureListing.files(in: truth)
    let predicted = try PictureListing.files(in: predictions)
    for (ending, encoding) in Self.endings {
      let wanted = listed.filter { $0.hasSuffix(ending) && Self.frame(of: $0) != nil }
      guard !wanted.isEmpty else { continue }
      truthEncoding = encoding
      let known = Dictionary(grouping: predicted) { Self.frame(of: $0) ?? "" }
      (pairs, withoutTruth) = try Self.pair(
        wanted, below: truth, with: predicted, below: predictions,
        expected: { "a file named \(Self.frame(of: $0) ?? "")*.png in '\(predictions)'" },
        candidates: { known[Self.frame(of: $0) ?? ""] ?? [] })
      return
    }
    truthEncoding = nil
    let known = Set(predicted)
    (pairs, withoutTruth) = try Self.pair(
      listed, below: truth, with: predicted, below: predictions,
      expected: { "'\(predictions)/\($0)'" }, candidates: { known.contains($0) ? [$0] : [] })
  }

  private static func pair(
    _ wanted: [String], below truth: String, with predicted: [String], below predictions: String,
    expected: (String) -> String, candidates: (String) -> [String]
  ) throws(EvaluationProblem) -> (pairs: [Pair], withoutTruth: [String]) {
    var pairs: [Pair] = []
    var used: Set<String> = []
    for file in wanted {
      let found = candidates(file)
      guard let prediction = found.first else {
        throw EvaluationProblem(
          description: "\(truth)/\(file): has no prediction; expected \(expected(file))")
      }
      guard found.count == 1 else {
        throw EvaluationProblem(
          description:
            "\(truth)/\(file): has \(found.count) predictions, '\(predictions)/\(found[0])' "
            + "and '\(predictions)/\(found[1])' among them; leave one in the folder")
      }
      used.insert(prediction)
      pairs.append(Pair(prediction: "\(predictions)/\(prediction)", truth: "\(truth)/\(file)"))
    }
    return (pairs, predicted.filter { !used.contains($0) }.map { "\(predictions)/\($0)" })
  }

  /// `aachen_000000_000019` of `train/aachen/aachen_000000_000019_leftImg8bit.png`; nil where the name
  /// is no such one.
  private static func frame(of path: String) -> String? {
    let name = path.split(separator: "/").last?.dropLast(".png".count) ?? ""
    let parts = name.split(separator: "_", omittingEmptySubsequences: false).prefix(3)
    guard parts.count == 3, !parts[0].isEmpty,
      parts.dropFirst().allSatisfy({ $0.count == 6 && $0.allSatisfy(\.isWholeNumber) })
    else { return nil }
    return parts.joined(separator: "_")
  }
}
