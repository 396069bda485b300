import PNG
import Synchronization
import VisionDatasets

/// The PNGs in a folder and those below it, as a set without truth.
///
/// A sample's labels are all ignored and have the picture's own size, so that what is predicted comes
/// out at that size whatever the network reads. Pictures that were read stay until they are taken, to
/// be drawn on without being decoded twice; the loader's prefetch bounds how many those are.
final class PictureFolder: SegmentationDataset {
  let files: [String]
  private let folder: String
  /// Pictures by index; nil where nobody will take them.
  private let read: Mutex<[Int: RGBImage]?>

  /// Lists the folder.
  ///
  /// - Parameters:
  ///   - keeping: Whether pictures are kept for ``take(_:)``.
  ///   - most: How many pictures there are at most, evenly spread over those in the folder.
  /// - Throws: ``EvaluationProblem`` where there is no such folder or no PNG in it.
  init(_ folder: String, keeping: Bool, atMost most: Int = .max) throws(EvaluationProblem) {
    let all = try PictureListing.files(in: folder)
    let count = min(most, all.count)
    files = (0..<count).map { all[$0 * all.count / count] }
    self.folder = folder
    read = Mutex(keeping ? [:] : nil)
  }

  var count: Int { files.count }

  func name(at index: Int) -> String { files[index] }

  func sample(at index: Int) throws -> Sample {
    let image = try RGBImage(contentsOf: "\(folder)/\(files[index])")
    read.withLock { $0?[index] = image }
    let unknown = [UInt8](repeating: LabelMap.ignored, count: image.width * image.height)
    return Sample(
      name: files[index], image: image,
      label: LabelMap(width: image.width, height: image.height, labels: unknown))
  }

  /// A picture that was read, once; nil where none is kept.
  func take(_ index: Int) -> RGBImage? {
    read.withLock { $0?.removeValue(forKey: index) }
  }
}
