public import ArgumentParser
import Synchronization
import Training
public import VisionDatasets

@main
struct MakeStreets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-streets",
    abstract: "Writes synthetic street scenes with exact labels, in the layout of a real data set.",
    discussion: """
      gta5: images/00001.png … and labels/00001.png …, palette files whose index is the Cityscapes \
      label id. cityscapes: leftImg8bit/<split>/<look>/… and gtFine/<split>/<look>/…, grey label \
      ids. The same seed gives the same files; the splits share no scene; both looks show the same \
      scenes. A folder that holds files already is refused.

      Example:
        make-streets --layout gta5 --look source --count 500 --size 720x1280 --output streets/gta5
        make-streets --layout cityscapes --look target --split val --count 100 \\
                     --output streets/cityscapes
      """)

  @Option(help: "The folders and names to use.")
  var layout: SyntheticStreetsWriter.Layout

  @Option(help: "source: a clean rendered game; target: a camera on an overcast day.")
  var look: SyntheticStreets.Look

  @Option(help: "Which part to draw, and its folder in the layout of Cityscapes.")
  var split = SyntheticStreets.Split.train

  @Option(help: "How many pictures.")
  var count: Int

  @Option(help: "Of the pictures, height x width, at least 8x8.")
  var size = "512x1024"

  @Option(help: "What decides the scenes.")
  var seed: UInt64 = 0

  @Option(help: "The root folder; it is made if it is not there.")
  var output: String

  func run() throws {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    // PNG allows more, but a picture of more than the reader's limit could not be read back.
    guard sides.count == 2, let height = sides[0], let width = sides[1],
      (8...16384).contains(height), (8...16384).contains(width)
    else {
      throw ValidationError(
        "--size is height x width, each 8 to 16384, such as 512x1024, not '\(size)'")
    }
    guard count > 0 else {
      throw ValidationError("--count is at least 1, not \(count)")
    }
    let streets = SyntheticStreets(
      look: look, split: split, seed: seed, count: count, height: height, width: width)
    let progress = Mutex(ProgressReporter("drawing", unit: "pictures", total: count))
    try SyntheticStreetsWriter(streets, layout: layout, split: split.rawValue)
      .write(to: output) { done in progress.withLock { $0.update(completed: done) } }
    progress.withLock { $0.finish() }
    print("\(output): \(count) pictures of \(height)x\(width) with labels")
  }
}

extension SyntheticStreetsWriter.Layout: ExpressibleByArgument {}
extension SyntheticStreets.Look: ExpressibleByArgument {}
extension SyntheticStreets.Split: ExpressibleByArgument {}
