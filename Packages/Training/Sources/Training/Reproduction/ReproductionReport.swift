import Adversarial
import BiSeNet
import Foundation
public import SegmentationMetrics
import Tensor
import VisionDatasets

/// The paper's tables with what a chain of runs found beside them.
public struct ReproductionReport: Sendable {
  /// What a discriminator costs, by the paper's convention for 1x19x512x1024, and the time of its run.
  struct Cost: Sendable {
    let kind: Discriminator.Kind
    let parameters: Int
    let macs: Int
    let flops: Int
    let seconds: Double?
  }

  let chain: Reproduction
  let results: [ReproductionStage: StageResult]
  let labels: [LabelSummary]
  let costs: [Cost]

  init(_ chain: Reproduction, _ results: [ReproductionStage: StageResult]) throws {
    self.chain = chain
    self.results = results
    labels = try chain.stages.compactMap { stage in
      guard case .pseudoLabels(let layers, let round) = stage.kind else { return nil }
      return try LabelSummary(
        path: "\(chain.folder(of: stage))/statistics.json", layers: layers, round: round)
    }
    costs = Discriminator.Kind.allCases.map { kind in
      let complexity = Discriminator.complexity(kind: kind, input: [1, 19, 512, 1024])
      return Cost(
        kind: kind, parameters: complexity.layers.reduce(0) { $0 + $1.parameters },
        macs: complexity.layers.reduce(0) { $0 + $1.macs }, flops: complexity.flopsOfThePaper,
        seconds: results[ReproductionStage(.adaptation(kind))]?.seconds)
    }
  }

  /// `{stages: {<name>: {mIoU, …}}, pseudoLabels: [{layers, round, keptShare, accuracy}], discriminators:
  /// {fcd: {parameters, macs, flopsPaper, seconds}, …}}`.
  public var json: JSONValue {
    .object([
      .init("stages", .object(chain.stages.compactMap(json(of:)))),
      .init("pseudoLabels", .array(labels.map(\.json))),
      .init(
        "discriminators",
        .object(
          costs.map { cost in
            .init(
              cost.kind.rawValue,
              .object([
                .init("parameters", .integer(cost.parameters)), .init("macs", .integer(cost.macs)),
                .init("flopsPaper", .integer(cost.flops)), .init("seconds", .number(cost.seconds)),
              ]))
          })),
    ])
  }

  private func json(of stage: ReproductionStage) -> JSONValue.Member? {
    guard let result = results[stage] else { return nil }
    let names = CityscapesClass.allCases.map(\.name)
    return .init(
      stage.name,
      .object([
        .init("mIoU", .number(result.mIoU)), .init("mIoU19", .number(result.mIoU19)),
        .init("pixelAccuracy", .number(result.pixelAccuracy)),
        .init("classes", .object(names.map { .init($0, .number(result.classes[$0])) })),
        .init("bestMIoU", .number(result.bestMIoU)),
        .init("iterations", .integer(result.iterations)),
        .init("seconds", .number(result.seconds)),
      ]))
  }

  /// Writes `report.md`, `report.json` and `preview.png` into a folder.
  ///
  /// - Throws: What writing, or reading pictures for the figure, throws.
  public func write(to folder: String, output: any ProgressOutput = StandardError()) throws {
    try PreviewFigure(chain).write(to: "\(folder)/preview.png", makingFolder: folder)
    try writeText(json.text + "\n", to: "\(folder)/report.json")
    try writeText(markdown, to: "\(folder)/report.md")
    output.write("\(folder): report.md, report.json, preview.png\n")
  }
}

/// What an export's `statistics.json` says in all.
struct LabelSummary: Sendable {
  private struct File: Decodable {
    let fusion: String
    let rule: String
    let keptShare: Double
    let accuracy: Double?
  }

  let layers: Int
  let round: Int
  let fusion: String
  let rule: String
  let keptShare: Double
  let accuracy: Double?

  init(path: String, layers: Int, round: Int) throws {
    guard let data = FileManager.default.contents(atPath: path),
      let file = try? JSONDecoder().decode(File.self, from: data)
    else { throw ReproductionError.unreadable(path: path) }
    self.layers = layers
    self.round = round
    fusion = file.fusion
    rule = file.rule
    keptShare = file.keptShare
    accuracy = file.accuracy
  }

  var json: JSONValue {
    .object([
      .init("layers", .integer(layers)), .init("round", .integer(round)),
      .init("fusion", .string(fusion)), .init("rule", .string(rule)),
      .init("keptShare", .number(keptShare)), .init("accuracy", .number(accuracy)),
    ])
  }
}
