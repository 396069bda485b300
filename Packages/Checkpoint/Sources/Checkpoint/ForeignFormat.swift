/// Files that are met where a safetensors file is meant.
enum ForeignFormat {
  private static let signatures: [(bytes: [UInt8], name: String)] = [
    (Array("PK\u{3}\u{4}".utf8), "a zip archive, such as PyTorch's .pth and .pt"),
    ([0x80, 0x02], "a Python pickle, such as an old PyTorch .pth"),
    ([0x80, 0x03], "a Python pickle"),
    ([0x80, 0x04], "a Python pickle"),
    ([0x80, 0x05], "a Python pickle"),
    ([0x89] + Array("HDF".utf8), "an HDF5 file, such as Keras's .h5"),
    (Array("GGUF".utf8), "a GGUF file"),
    ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
    ([0x1F, 0x8B], "a gzip archive"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
    (
      Array("version https://git-lfs".utf8),
      "a Git LFS pointer whose data was not fetched (run git lfs pull)"
    ),
    (Array("<!DOCTYPE".utf8), "a web page"),
    (Array("<!doctype".utf8), "a web page"),
    (Array("<html".utf8), "a web page"),
    (Array("{".utf8), "a JSON text"),
  ]

  /// The kind of file that begins with these bytes, or nil where it is not known.
  static func name(of bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.isEmpty { return "an empty file" }
    return signatures.first { bytes.starts(with: $0.bytes) }?.name
  }
}
