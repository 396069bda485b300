/// Why a set of pictures and labels cannot be used; the description is one sentence that names the
/// files.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// A folder is not there.
  case missingFolder(String, expected: String)
  /// A folder holds no PNG.
  case noPictures(folder: String, fileCount: Int)
  /// A picture has no label file.
  case missingLabel(image: String, expected: String)
  /// A set that needs labels has none at all.
  case noTruth(image: String)
  /// A picture and its labels differ in size (columns by rows).
  case sizeMismatch(image: String, imageSize: String, label: String, labelSize: String)
  /// A label file holds something other than one 8-bit value per pixel.
  case notLabels(file: String, found: String)
  /// A label file holds a value that its encoding does not have.
  case unexpectedLabel(file: String, value: UInt8)
  /// A label file is in another encoding than was declared; `evidence` says what gives it away.
  case wrongEncoding(file: String, found: LabelEncoding, declared: LabelEncoding, evidence: String)
  /// A mapping from value to train id cannot be used.
  case badMapping(file: String, reason: String)
  /// A list of file names is not there.
  case missingList(String)
  /// A list of file names is no text.
  case badList(file: String)
  /// A list of file names has no line.
  case emptyList(String)
  /// A list names files that a folder does not hold.
  case absentFiles(list: String, folder: String, first: String, count: Int)
  /// Files were to be written into a folder that has some already.
  case occupiedFolder(String, fileCount: Int)
  /// A folder cannot be made.
  case unwritableFolder(String)

  /// One sentence: the file, what was found, what was expected.
  public var description: String {
    switch self {
    case .missingFolder(let folder, let expected):
      "\(folder): there is no such folder; expected \(expected)"
    case .noPictures(let folder, let fileCount):
      "\(folder): holds no PNG (\(fileCount) other files); expected pictures with names in .png"
    case .missingLabel(let image, let expected):
      "\(image): has no labels; expected them in \(expected)"
    case .noTruth(let image):
      "\(image): has no labels, nor has any picture of its set; expected a set with labels"
    case .sizeMismatch(let image, let imageSize, let label, let labelSize):
      "\(image) is \(imageSize) but its labels \(label) are \(labelSize); expected equal "
        + "sizes: give the labels that belong to the picture, or leave the pair out"
    case .notLabels(let file, let found):
      "\(file): holds \(found), expected labels: one 8-bit grey value or palette index per pixel"
    case .unexpectedLabel(let file, let value):
      "\(file): holds the value \(value), which is no train id (0 to 18, or 255); if these are "
        + "Cityscapes label ids, choose that mapping"
    case .wrongEncoding(let file, let found, let declared, let evidence):
      "\(file): holds \(found) (\(evidence)) where \(declared) were declared; declare \(found) "
        + "for this set"
    case .badMapping(let file, let reason):
      "\(file): cannot be used as a map from value to train id: \(reason)"
    case .missingList(let file):
      "\(file): there is no such list; expected a text file with one picture's name a line"
    case .badList(let file):
      "\(file): cannot be read as text; expected one picture's name a line"
    case .emptyList(let file):
      "\(file): the list is empty; expected one picture's name a line"
    case .absentFiles(let list, let folder, let first, let count):
      "\(list): names \(first)\(count > 1 ? " and \(count - 1) more" : ""), which \(folder) does "
        + "not hold; expected every line to name a PNG there"
    case .occupiedFolder(let folder, let fileCount):
      "\(folder): holds \(fileCount) files already; give an empty or a new folder"
    case .unwritableFolder(let folder):
      "\(folder): the folder cannot be made; give one that can be written to"
    }
  }
}
