import AppOptions
import ArgumentParser
import PseudoLabel
import SegmentationMetrics
import Training
import VisionDatasets

@main
struct ExportPseudoLabels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-pseudo-labels",
    abstract: "Labels a data set with a network's own predictions, to train on.",
    discussion: """
      Per pixel one class and its probability are taken from the softmax of one to three outputs of \
      the network: main (1), main and thirty-second (2), or main, sixteenth and thirty-second (3). \
      Fusion 'confidence' takes the most confident layer, 'majority' the class that most layers \
      name. A pixel is kept where its confidence reaches the threshold of its class, else it is 255:
        fixed           --threshold, for every class
        median          the median of the class in each image, up to --threshold
        median-dataset  the median over all images, up to --threshold; the
                        network runs twice

      Written to the output folder: labels/<name>.png (8-bit grey, of the network's input size), \
      with --palette also palette/<name>.png to look at, and, last of all, statistics.json: where it \
      is, the export is complete. Docs/JSON.md lists its keys; --format json prints them without \
      those of single images.

      Accuracy is the share of kept pixels of a class that are right, where the data set has labels; \
      they are used for nothing else.

      Example:
        export-pseudo-labels --checkpoint out/fcd/best.safetensors \\
          --dataset camvid --root CamVid --split train --size 256x352 \\
          --normalisation imagenet --layers 3 --palette --output out/pseudo
      """)

  @Option(help: "A checkpoint.")
  var checkpoint: String

  @OptionGroup(title: "Data set") var data: DatasetOptions

  @OptionGroup(title: "Network") var options: NetworkOptions

  @Option(help: "From how many layers labels are made: 1, 2 or 3.")
  var layers = 1

  @Option(help: "How layers are fused.")
  var fusion = Fusion.confidence

  @Option(help: "From what confidence on a pixel is kept.")
  var rule = ThresholdRule.median

  @Option(help: "The threshold of the rule fixed, and the highest of the others, 0 to 1.")
  var threshold = 0.9

  @Option(help: "What the label PNGs hold.")
  var encoding = LabelEncoding.trainIDs

  @Flag(help: "Write palette PNGs, too, to look at.")
  var palette = false

  @Option(help: ArgumentHelp("Where the labels go.", valueName: "dir"))
  var output: String

  @Option(help: "How the statistics are printed.")
  var format = Format.table

  func validate() throws {
    try checkLayers(layers)
    guard (0...1).contains(threshold) else {
      throw ValidationError("--threshold is 0 to 1, not \(threshold)")
    }
    guard data.dataset != nil else {
      throw ValidationError("--dataset is needed: what to label")
    }
  }

  func run() throws {
    let trained = try options.open(checkpoint: checkpoint)
    let set = try data.description(size: trained.size, split: "train")
    let export = PseudoLabelExport(
      PseudoLabelling(fusion: fusion, rule: rule, cap: threshold),
      heads: PseudoLabelExport.Head.layers(layers), size: trained.size,
      precision: options.precision.floats, normalisation: trained.normalisation, encoding: encoding,
      palette: palette, origin: set.identity)
    let statistics = try export(trained.network, on: set.openLabelledOrNot(), to: output)
    switch format {
    case .table: print(statistics.table + "labels in '\(output)/labels'")
    case .json: print(statistics.json(export.settings, includingImages: false).text)
    }
  }
}
