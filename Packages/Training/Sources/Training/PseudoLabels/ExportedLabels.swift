import Foundation
import PseudoLabel

/// A folder that `PseudoLabelExport` wrote, and what its `statistics.json` says of it.
struct ExportedLabels {
  private struct Statistics: Decodable {
    /// Nil where whoever wrote it did not say.
    let dataset: String?
    let layers: [String]
    let encoding: String
    let fusion: String
    let rule: String
    let threshold: Double
    let height: Int
    let width: Int
  }

  let folder: String

  private var path: String { "\(folder)/statistics.json" }

  /// Whether the export is complete: its statistics are written last.
  var isComplete: Bool { FileManager.default.fileExists(atPath: path) }

  /// Makes sure that the folder can be trained on together with a set's pictures.
  ///
  /// - Throws: ``DatasetProblem`` where the export is not complete, holds label ids, or is of other
  ///   synthetic streets: those of one look have the same names, whatever seed and split.
  func check(madeOf set: DatasetDescription) throws {
    let found = try statistics()
    if let dataset = found.dataset, set.kind == .synthetic,
      dataset.hasPrefix(set.kind.rawValue), dataset != set.identity
    {
      throw DatasetProblem(
        description:
          "'\(folder)' holds pseudo labels of other pictures (\(dataset)) than those that "
          + "are trained on (\(set.identity)); export labels of the latter")
    }
    guard found.encoding == "train-ids" else {
      throw DatasetProblem(
        description: "'\(folder)' holds pseudo labels as \(found.encoding), and training reads "
          + "train-ids; export them again with --encoding train-ids")
    }
  }

  /// Makes sure that the folder was written by such an export.
  ///
  /// - Throws: ``DatasetProblem`` where it was another.
  func check(against export: PseudoLabelExport) throws {
    let found = try statistics()
    let pairs = [
      ("the set", found.dataset ?? export.origin ?? "", export.origin ?? ""),
      (
        "layers", found.layers.joined(separator: ", "),
        export.heads.map(\.rawValue).joined(separator: ", ")
      ),
      ("fusion", found.fusion, export.labelling.fusion.rawValue),
      ("rule", found.rule, export.labelling.rule.rawValue),
      ("threshold", "\(found.threshold)", "\(export.labelling.cap)"),
      ("size", "\(found.height)x\(found.width)", "\(export.size.height)x\(export.size.width)"),
    ]
    for (name, was, isNow) in pairs where was != isNow {
      throw DatasetProblem(
        description:
          "the pseudo labels in '\(folder)' were made with \(name) \(was), not \(isNow); "
          + "go on with the options they were made with, or choose another folder by --output")
    }
  }

  private func statistics() throws -> Statistics {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DatasetProblem(
        description: "'\(folder)' is no complete export of pseudo labels: '\(path)' is not there; "
          + "run export-pseudo-labels to its end")
    }
    do {
      return try JSONDecoder().decode(Statistics.self, from: data)
    } catch {
      throw DatasetProblem(
        description: "'\(path)' is not what export-pseudo-labels writes; export the labels again")
    }
  }
}
