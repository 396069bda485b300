import BiSeNet
import SegmentationMetrics
import VisionDatasets

extension ReproductionReport {
  /// The report as people read it.
  public var markdown: String {
    """
    # The paper's tables beside this run

    Source \(words(chain.configuration.data)), target \(words(chain.configuration.target)), \
    \(chain.configuration.model.backbone.rawValue), \
    \(chain.configuration.precision.rawValue), seed \(chain.configuration.seed), \
    \(chain.configuration.optimisation.epochs) epochs of batches of \
    \(chain.configuration.optimisation.batchSize). IoU in percent on the target's validation \
    pictures, labels at their \
    \(chain.configuration.validation.labelResolution == .full ? "own" : "network input's") size, \
    after the last iteration. The paper's figures are of GTA5 and Cityscapes with 100 epochs and \
    weights from ImageNet; figures of other data are not comparable with them, only their order is.

    ## Table I: trained on the target

    \(tableOne)
    ## Table II: variants

    \(tableTwo)
    *best* is the highest among the validations, which only someone with the target's labels can \
    choose. The paper has no source-only row.

    ## Table III: discriminators

    Parameters and operations for one prediction of 19x512x1024, in the paper's convention \
    (2 x (MACs + bias additions + one per LeakyReLU element + 11 per enlarged element)); time of the \
    whole run.

    \(tableThree)
    ## Pseudo labels: how many pixels are kept, and how many of them are right

    \(labelTable)
    ![Picture, truth, and pseudo labels of one, two and three layers](preview.png)

    *From left to right: picture, truth, and the pseudo labels of one, two and three layers. Black is \
    not labelled.*

    """
  }

  private func words(_ domain: TrainingConfiguration.Domain) -> String {
    let name =
      domain.dataset == .synthetic
      ? "synthetic streets in the \(domain.synthetic.look.rawValue) look"
      : domain.dataset.rawValue
    return "\(name) at \(domain.height)x\(domain.width)"
  }

  private var classHeader: String {
    CityscapesClass.allCases.map { " \($0.name) |" }.joined()
  }

  private func line(_ name: String, _ classes: [Double?], _ rest: [String]) -> String {
    let cells = classes.map { $0.map { formatted($0, decimals: 1) } ?? "–" } + rest
    return "| \(name) | " + cells.joined(separator: " | ") + " |\n"
  }

  private func percentages(_ result: StageResult) -> [Double?] {
    CityscapesClass.allCases.map { result.classes[$0.name].map { 100 * $0 } }
  }

  private func percent(_ share: Double?) -> String {
    share.map { formatted(100 * $0, decimals: 1) } ?? "–"
  }

  private func own(_ name: String, _ result: StageResult?) -> String {
    guard let result else {
      return line("\(name), here", CityscapesClass.allCases.map { _ in nil }, ["not run", "–"])
    }
    return line(
      "\(name), here", percentages(result), [percent(result.mIoU), percent(result.bestMIoU)])
  }

  private func paper(_ row: PaperTables.Row) -> String {
    line("\(row.name), paper", row.classes, [formatted(row.mIoU, decimals: 1), "–"])
  }

  private var head: String {
    "| |\(classHeader) mIoU | best |\n|---|" + CityscapesClass.allCases.map { _ in "---|" }.joined()
      + "---|---|\n"
  }

  private var tableOne: String {
    let own = ReproductionStage(.targetOnly), other = ReproductionStage(.otherBackbone)
    let isLarge = chain.configuration.model.backbone == .resnet101
    return PaperTables.backbones.enumerated().reduce(head) { text, item in
      let stage = (item.offset == 0) == isLarge ? own : other
      return text + paper(item.element) + self.own(item.element.name, results[stage])
    }
  }

  private var tableTwo: String {
    var text = head
    for stage in chain.stages where stage.kind != .otherBackbone {
      if case .pseudoLabels = stage.kind { continue }
      if let row = PaperTables.variants[stage.kind] { text += paper(row) }
      text += own(stage.title, results[stage])
    }
    return text
  }

  private var tableThree: String {
    var text = "| | parameters | FLOPs | MACs | training |\n|---|---|---|---|---|\n"
    for (cost, paper) in zip(costs, PaperTables.complexity) {
      text +=
        "| \(paper.name), paper | \(paper.parameters) | \(paper.flops) | – | \(paper.hours) h |\n"
      let time = cost.seconds.map { formatted(.seconds($0)) } ?? "–"
      text +=
        "| \(paper.name), here | \(cost.parameters) | \(cost.flops) | \(cost.macs) | \(time) |\n"
    }
    if let full = costs[0].seconds, let light = costs[1].seconds {
      text +=
        "\nFCD-Light's time is \(formatted(light / full, decimals: 3)) of FCD's; in the paper "
      text +=
        formatted(PaperTables.complexity[1].hours / PaperTables.complexity[0].hours, decimals: 3)
      text += ".\n"
    }
    return text
  }

  private var labelTable: String {
    var text = "| layers | round | fusion | rule | kept % | right of those % |\n"
    text += "|---|---|---|---|---|---|\n"
    for summary in labels {
      text += "| \(summary.layers) | \(summary.round) | \(summary.fusion) | \(summary.rule) | "
      text += "\(percent(summary.keptShare)) | \(percent(summary.accuracy)) |\n"
    }
    return text
  }
}
