public import BiSeNet
public import Checkpoint
import NN

extension Backbone {
  /// The backbone that a checkpoint's tensors belong to, in any dialect of `CheckpointNames`.
  ///
  /// - Throws: ``UnknownNetwork`` where they are not BiSeNet's.
  public init(of file: any CheckpointFile) throws {
    let head = CheckpointNames(of: file).stored("supervision2.weight").flatMap(file.entry)
    switch head?.shape.dropFirst().first {
    case Backbone.resnet18.channels.thirtySecond: self = .resnet18
    case Backbone.resnet101.channels.thirtySecond: self = .resnet101
    default: throw UnknownNetwork(path: file.path)
    }
  }
}

extension CheckpointFile {
  /// The number of classes of BiSeNet's checkpoint, in any dialect of `CheckpointNames`.
  ///
  /// - Throws: ``UnknownNetwork`` where it is no network's.
  public func classCount() throws -> Int {
    let head = CheckpointNames(of: self).stored("supervision2.weight").flatMap(entry)
    guard let count = head?.shape.first, (1...255).contains(count) else {
      throw UnknownNetwork(path: path)
    }
    return count
  }
}

/// A checkpoint that is not one of BiSeNet's.
public struct UnknownNetwork: Error, Sendable, CustomStringConvertible {
  let path: String

  /// One sentence: the file, what was found and what was expected.
  public var description: String {
    "'\(path)' is no BiSeNet of ResNet-18 or ResNet-101: its 'supervision2.weight' is missing or has "
      + "another number of channels than 512 or 2048; give a checkpoint that train wrote"
  }
}
