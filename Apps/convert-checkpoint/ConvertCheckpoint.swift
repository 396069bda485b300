import ArgumentParser
import BiSeNet
import Checkpoint
import NN
import Training

@main
struct ConvertCheckpoint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert-checkpoint",
    abstract: "Converts a checkpoint between safetensors and PyTorch's .pth.",
    discussion: """
      IN is a safetensors file or what torch.save wrote (zip archive or the older format), told by \
      its content. OUT's name says what is written: .safetensors, .pth or .pt.

      A BiSeNet is written whole, in float32, under the names of the reference implementation, so \
      that load_state_dict(torch.load(OUT)) takes it with strict=True; known dialects (module., \
      saptial_path, context_path.features) are renamed, and what the network has no place for is \
      left out. Of any other file every tensor is kept as it is, under its renamed name.

      One line says what was loaded, renamed and ignored.

      Example:
        convert-checkpoint out/c1/best.safetensors best.pth
      """)

  enum Format {
    case safetensors, torch

    init?(path: String) {
      if path.hasSuffix(".safetensors") {
        self = .safetensors
      } else if path.hasSuffix(".pth") || path.hasSuffix(".pt") {
        self = .torch
      } else {
        return nil
      }
    }

    func write(
      to path: String, metadata: [String: String], entries: [CheckpointItem]
    ) throws(CheckpointError) {
      switch self {
      case .safetensors: try writeSafetensors(to: path, metadata: metadata, entries: entries)
      case .torch: try writeTorchArchive(to: path, metadata: metadata, entries: entries)
      }
    }
  }

  @Argument(help: ArgumentHelp("The checkpoint to read.", valueName: "in"))
  var source: String

  @Argument(help: ArgumentHelp("The checkpoint to write.", valueName: "out"))
  var destination: String

  func validate() throws {
    guard Format(path: destination) != nil else {
      throw ValidationError(
        "the file to write ends in .safetensors, .pth or .pt, not '\(destination)'")
    }
  }

  func run() throws {
    guard let format = Format(path: destination) else { return }
    let file = try openCheckpoint(at: source)
    let names = CheckpointNames(of: file)
    if names.stored("supervision2.weight") != nil {
      let store = ParameterStore()
      _ = BiSeNet(
        store.scope(.training), backbone: try Backbone(of: file), classes: try file.classCount())
      let summary = try store.load(from: file)
      try format.write(
        to: destination, metadata: file.metadata, entries: store.checkpointItems)
      print(summary)
    } else {
      try convertTensorByTensor(file, names, to: format)
    }
  }

  private func convertTensorByTensor(
    _ file: any CheckpointFile, _ names: CheckpointNames, to format: Format
  ) throws {
    let stored = Dictionary(
      uniqueKeysWithValues: names.all.compactMap { name in names.stored(name).map { ($0, name) } })
    var failure: CheckpointError?
    var entries: [CheckpointItem] = []
    for name in file.names {
      guard let entry = file.entry(name), let reference = stored[name] else { continue }
      entries.append(
        CheckpointItem(name: reference, dtype: entry.dtype, shape: entry.shape) { append in
          do throws(CheckpointError) { try file.withBytes(of: name) { append($0) } } catch {
            failure = failure ?? error
          }
        })
    }
    do {
      try format.write(to: destination, metadata: file.metadata, entries: entries)
    } catch {
      // A damaged source gives fewer bytes than it promised: it is the cause, not the writing.
      throw failure ?? error
    }
    let summary = LoadSummary(
      path: file.path, origin: file.origin, loaded: entries.count, expected: entries.count,
      renamed: entries.compactMap { entry in
        names.stored(entry.name).flatMap { $0 == entry.name ? nil : ($0, entry.name) }
      },
      ignored: file.names.filter { stored[$0] == nil }, missing: [])
    print(summary)
  }
}
