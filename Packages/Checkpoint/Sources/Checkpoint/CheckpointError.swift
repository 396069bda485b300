/// Why a checkpoint could not be read or written, in one sentence that names the file.
public enum CheckpointError: Error, Hashable, Sendable {
  /// The file could not be opened or mapped; `reason` is the system's.
  case unreadable(path: String, reason: String)
  /// The file is of another kind; `found` says which.
  case notSafetensors(path: String, found: String)
  /// The file is not one of PyTorch's; `found` says what it is.
  case notTorch(path: String, found: String)
  /// The zip archive around a PyTorch file is damaged.
  case malformedArchive(path: String, problem: String)
  /// The pickle is damaged or holds what state dicts do not; `offset` counts its bytes.
  case malformedPickle(path: String, offset: Int, problem: String)
  /// The pickle has an opcode that state dicts do not need; `offset` counts its bytes.
  case unknownOpcode(path: String, opcode: UInt8, offset: Int)
  /// The pickle asks for a Python class or function that is no part of a state dict.
  case forbiddenClass(path: String, name: String)
  /// The pickle is whole and holds no state dict.
  case noStateDictionary(path: String, found: String)
  /// A tensor reaches beyond the elements stored for it.
  case tensorBeyondStorage(path: String, name: String, expected: Int, found: Int)
  /// The file was written on a big-endian machine.
  case bigEndian(path: String)
  /// The file ends before the data that its header promises.
  case cutShort(path: String, expected: Int, found: Int)
  /// The file has bytes after the last tensor.
  case trailingBytes(path: String, expected: Int, found: Int)
  /// The header's length does not fit the file.
  case headerLongerThanFile(path: String, headerLength: UInt64, fileLength: Int)
  /// The header is longer than any real one.
  case headerTooLong(path: String, headerLength: UInt64, limit: Int)
  /// The header is not the JSON that the format asks for; `offset` counts bytes in the header.
  case malformedHeader(path: String, offset: Int, problem: String)
  /// Two tensors have the same name.
  case duplicateName(path: String, name: String)
  /// A tensor's element type is not known.
  case unknownElementType(path: String, name: String, found: String)
  /// A shape has a negative dimension, or more elements than can be counted.
  case impossibleShape(path: String, name: String, shape: String)
  /// A tensor's offsets are negative or run backwards.
  case offsetsOutOfRange(path: String, name: String, begin: Int, end: Int, dataLength: Int)
  /// A tensor's bytes are not as many as its shape and type ask for.
  case wrongByteCount(path: String, name: String, expected: Int, found: Int)
  /// Two tensors share bytes.
  case overlap(path: String, first: String, second: String)
  /// Bytes before a tensor belong to none.
  case gap(path: String, before: String, byteCount: Int)
  /// A tensor that was asked for is not in the file.
  case missingTensor(path: String, name: String, nearest: String?)
  /// A tensor's element type cannot be given as float32.
  case notNumeric(path: String, name: String, found: ElementType)
  /// The file could not be written; `reason` is the system's. What stood at `path` is untouched.
  case unwritable(path: String, reason: String)
  /// The tensors given cannot make a file. What stood at `path` is untouched.
  case invalidContent(path: String, problem: String)
}

extension CheckpointError: CustomStringConvertible {
  /// One sentence: the file, what was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "'\(path)' cannot be read: \(reason); check the path and its permissions."
    case .notSafetensors(let path, let found):
      "'\(path)' is not a safetensors file: it is \(found); "
        + "give a .safetensors file or a .pth that torch.save wrote."
    case .notTorch(let path, let found):
      "'\(path)' is not a file of torch.save: it is \(found); "
        + "give what torch.save(model.state_dict(), path) writes, or a .safetensors file."
    case .malformedArchive(let path, let problem):
      "'\(path)' is no whole zip archive as torch.save writes it: \(problem); "
        + "copy or download it again."
    case .malformedPickle(let path, let offset, let problem):
      "'\(path)' has no pickle of a state dict, at its byte \(offset): \(problem); "
        + "copy or download it again, or save it again with torch.save(model.state_dict(), path)."
    case .unknownOpcode(let path, let opcode, let offset):
      "'\(path)' has the pickle opcode 0x\(String(opcode, radix: 16)) at its byte \(offset), which "
        + "no state dict needs; save it again with torch.save(model.state_dict(), path)."
    case .forbiddenClass(let path, let name):
      "'\(path)' asks for Python's \(quoted(name)), which is neither a tensor nor a plain "
        + "container and is never run; save it again with torch.save(model.state_dict(), path)."
    case .noStateDictionary(let path, let found):
      "'\(path)' holds no state dict but \(clipped(found)); "
        + "save it again with torch.save(model.state_dict(), path)."
    case .tensorBeyondStorage(let path, let name, let expected, let found):
      "'\(path)' gives the tensor \(quoted(name)) a storage of \(found) elements where "
        + "\(expected) are needed; copy or download it again."
    case .bigEndian(let path):
      "'\(path)' was written on a big-endian machine; "
        + "save it again on a little-endian one, which is what almost all are."
    case .cutShort(let path, let expected, let found):
      "'\(path)' is cut short: it has \(found) bytes where its header promises \(expected); "
        + "copy or download it again."
    case .trailingBytes(let path, let expected, let found):
      "'\(path)' has \(found) bytes where its header accounts for \(expected); "
        + "it is damaged or joined with another file: copy or download it again."
    case .headerLongerThanFile(let path, let headerLength, let fileLength):
      "'\(path)' is no complete safetensors file: it promises a header of \(headerLength) bytes "
        + "and has \(fileLength) in all; copy or download it again."
    case .headerTooLong(let path, let headerLength, let limit):
      "'\(path)' promises a header of \(headerLength) bytes where the format allows \(limit); "
        + "it is damaged or not a safetensors file."
    case .malformedHeader(let path, let offset, let problem):
      "'\(path)' has a malformed safetensors header at its byte \(offset): \(problem); "
        + "write the file again with the program that made it."
    case .duplicateName(let path, let name):
      "'\(path)' names the tensor \(quoted(name)) twice; "
        + "write the file again with the program that made it."
    case .unknownElementType(let path, let name, let found):
      "'\(path)' stores the tensor \(quoted(name)) as \(quoted(found)), which is none of "
        + "\(ElementType.allCases.map(\.rawValue).joined(separator: ", ")); convert it to one."
    case .impossibleShape(let path, let name, let shape):
      "'\(path)' gives the tensor \(quoted(name)) the shape \(clipped(shape)), whose size cannot "
        + "be counted; dimensions must be 0 or more and their product must fit 63 bits."
    case .offsetsOutOfRange(let path, let name, let begin, let end, let dataLength):
      "'\(path)' places the tensor \(quoted(name)) at bytes \(begin) to \(end) of "
        + "\(dataLength), which is no range; write the file again with the program that made it."
    case .wrongByteCount(let path, let name, let expected, let found):
      "'\(path)' holds \(found) bytes for the tensor \(quoted(name)) where its shape and type "
        + "ask for \(expected); write the file again with the program that made it."
    case .overlap(let path, let first, let second):
      "'\(path)' gives the tensors \(quoted(first)) and \(quoted(second)) overlapping bytes; "
        + "write the file again with the program that made it."
    case .gap(let path, let before, let byteCount):
      "'\(path)' has \(byteCount) bytes before the tensor \(quoted(before)) that belong to no "
        + "tensor; write the file again with the program that made it."
    case .missingTensor(let path, let name, let nearest):
      "'\(path)' has no tensor \(quoted(name))"
        + (nearest.map { "; the nearest name is \(quoted($0))" } ?? "")
        + "; check that it was saved from the same network."
    case .notNumeric(let path, let name, let found):
      "'\(path)' stores the tensor \(quoted(name)) as \(found.rawValue) where F64, F32, "
        + "F16, BF16, I64, I32 or I16 is expected; read its bytes instead."
    case .unwritable(let path, let reason):
      "'\(path)' cannot be written: \(reason); "
        + "free space or choose another folder; what stood there before is untouched."
    case .invalidContent(let path, let problem):
      "'\(path)' was not written: \(problem); what stood there before is untouched."
    }
  }
}

/// A name in quotes; a hostile file's endless name is clipped so that the sentence stays one.
private func quoted(_ text: String) -> String { "'\(clipped(text))'" }

private func clipped(_ text: String) -> String {
  text.unicodeScalars.count <= 120 ? text : String(text.unicodeScalars.prefix(117)) + "..."
}
