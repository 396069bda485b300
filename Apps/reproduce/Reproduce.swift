import AppOptions
import ArgumentParser
import PseudoLabel
import SegmentationMetrics
import Training

@main
struct Reproduce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract:
      "Runs the whole paper: all variants, pseudo labels, and the tables beside the paper's.",
    discussion: """
      The chain: source only, target only, FCD, FCD-Light; pseudo labels of the target's training \
      pictures from one, two and three layers of FCD's network; the three self-supervised runs. Each \
      stage has a folder below the output folder; a chain that was stopped goes on where it was when \
      it is started again with the same options. At the end report/ holds report.md (Tables I, II \
      and III with the paper's rows beside these, pseudo labels kept and how many are right), \
      report.json and preview.png.

      The configuration is one of train with method adaptation, such as \
      Apps/train/configs/paper/fcd.yaml; its data is the source, its target the target. Without one \
      the chain runs on small synthetic streets in some minutes.

      Examples:
        reproduce --output out/reproduction
        reproduce Apps/train/configs/paper/fcd.yaml --set data.root=GTA5 \\
                  --set target.root=Cityscapes --set model.pretrained=resnet101.pth
      """)

  @Argument(help: "The configuration of an adaptation, a YAML file; synthetic streets without one.")
  var config: String?

  @OptionGroup var changes: ConfigurationOptions

  @Option(help: "How the layers of a pseudo label are fused.")
  var fusion = Fusion.confidence

  @Option(help: "How the thresholds of pseudo labels are found.")
  var rule = ThresholdRule.median

  @Option(help: "The threshold of rule fixed, and the highest of the others.")
  var threshold = 0.9

  @Option(help: "How often pseudo labels are made and trained on.")
  var rounds = 1

  @Flag(
    name: .customLong("continue-adapted"),
    help: "Self-supervised runs go on from the adapted network, instead of starting again.")
  var continuesAdapted = false

  @Flag(name: .customLong("both-backbones"), help: "Train the other backbone for Table I, too.")
  var bothBackbones = false

  @Option(help: "A file of ImageNet weights for the other backbone, with --both-backbones.")
  var otherPretrained: String?

  @Flag(
    name: .customLong("augment-target-only"),
    help: "The paper's flips, scales and crops for the runs on the target's labels.")
  var augmentsTargetOnly = false

  @Option(help: "How many pictures the figure shows.")
  var pictures = 3

  @Option(help: "What is printed at the end: the report, or report.json's object.")
  var format = Format.table

  func validate() throws {
    guard (0...1).contains(threshold) else {
      throw ValidationError("--threshold is 0 to 1, not \(threshold)")
    }
    guard otherPretrained == nil || bothBackbones else {
      throw ValidationError("--other-pretrained is for --both-backbones")
    }
    guard rounds > 0, pictures > 0 else {
      throw ValidationError("--rounds and --pictures are 1 or more")
    }
  }

  func run() throws {
    var chain = try Reproduction(
      changes.configuration(from: config, basedOn: .syntheticAdaptation))
    chain.labelling = PseudoLabelling(fusion: fusion, rule: rule, cap: threshold)
    chain.rounds = rounds
    chain.continuesAdapted = continuesAdapted
    chain.trainsOtherBackbone = bothBackbones
    chain.otherPretrained = otherPretrained
    chain.augmentsTargetOnly = augmentsTargetOnly
    chain.pictures = pictures
    let report = try chain.run()
    print(format == .json ? report.json.text : report.markdown)
  }
}
