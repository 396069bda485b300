/// The first bytes by which file formats are told apart, for messages about files with a wrong name.
private let knownSignatures: [(bytes: [UInt8], name: String)] = [
  ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
  (Array("GIF8".utf8), "a GIF picture"),
  (Array("BM".utf8), "a BMP picture"),
  (Array("RIFF".utf8), "a RIFF file (WebP?)"),
  ([0x49, 0x49, 0x2A, 0x00], "a TIFF picture"),
  ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF picture"),
  (Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
  ([0x1F, 0x8B], "a gzip archive"),
  (Array("version https://git-lfs".utf8), "a Git LFS pointer (fetch the file with git lfs pull)"),
  (Array("<".utf8), "an HTML or XML page"),
]

private let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

/// What is wrong with the start of a file that should be a PNG; nil when nothing is.
func signatureError(in bytes: [UInt8], named name: String) -> PNGError? {
  if bytes.isEmpty { return .empty(file: name) }
  if bytes.starts(with: pngSignature) { return nil }
  if pngSignature.starts(with: bytes) { return .truncated(file: name) }
  let known = knownSignatures.first { bytes.starts(with: $0.bytes) }
  return .notPNG(file: name, found: known?.name ?? "not a picture of a known format")
}
