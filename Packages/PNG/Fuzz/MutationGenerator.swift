/// Makes broken files from sound ones; the same seed and number give the same file.
struct MutationGenerator {
  let corpus: [[UInt8]]
  private var state: UInt64

  /// The generator of one execution.
  init(corpus: [[UInt8]], seed: UInt64, execution: Int) {
    self.corpus = corpus
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(execution) &* 0xBF58_476D_1CE4_E5B9
    _ = next()
  }

  /// One file with one to three changes, mostly with right checksums.
  mutating func file() -> [UInt8] {
    var bytes = corpus[below(corpus.count)]
    for _ in 0...below(3) { mutate(&bytes) }
    if below(8) > 0 { PNGChunks.repairChecksums(in: &bytes) }
    // A cut comes last, so that repaired files are cut, too.
    if below(8) == 0 { bytes.removeLast(min(bytes.count, below(bytes.count + 1))) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    switch below(7) {
    case 0: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
    case 1: bytes[below(bytes.count)] = UInt8(below(256))
    case 2: splice(&bytes)
    case 3: changeHeader(&bytes)
    case 4: changeLength(&bytes)
    case 5: moveChunk(&bytes)
    default: insertOrRemove(&bytes)
    }
  }

  /// The start of the file and the end of another.
  private mutating func splice(_ bytes: inout [UInt8]) {
    let other = corpus[below(corpus.count)]
    bytes = Array(bytes.prefix(below(bytes.count + 1))) + other.dropFirst(below(other.count + 1))
  }

  /// A size, depth, colour type or interlacing that is on the edge of the allowed or beyond it.
  private mutating func changeHeader(_ bytes: inout [UInt8]) {
    guard bytes.count > 29 else { return }
    let edges: [UInt32] = [0, 1, 7, 8, 9, 255, 256, 4096, 65535, 0x7FFF_FFFF, 0xFFFF_FFFF]
    switch below(3) {
    case 0: PNGChunks.write(edges[below(edges.count)], to: &bytes, at: 16 + 4 * below(2))
    case 1: bytes[24 + below(5)] = UInt8(below(20))
    default: PNGChunks.write(UInt32(truncatingIfNeeded: next()), to: &bytes, at: 16 + 4 * below(2))
    }
  }

  /// A chunk that claims to be shorter, longer or longer than the file.
  private mutating func changeLength(_ bytes: inout [UInt8]) {
    let chunks = PNGChunks.starts(in: bytes)
    guard !chunks.isEmpty else { return }
    let start = chunks[below(chunks.count)]
    let length = PNGChunks.read(bytes, at: start)
    let lengths: [UInt32] = [
      0, length &- 1, length &+ 1, UInt32(bytes.count), 0x7FFF_FFFF, 0xFFFF_FFFF,
      UInt32(below(bytes.count)),
    ]
    PNGChunks.write(lengths[below(lengths.count)], to: &bytes, at: start)
  }

  /// A chunk is left out, or put somewhere else or there as well.
  private mutating func moveChunk(_ bytes: inout [UInt8]) {
    let chunks = PNGChunks.starts(in: bytes)
    guard chunks.count > 1 else { return }
    let which = below(chunks.count)
    let end = which + 1 < chunks.count ? chunks[which + 1] : bytes.count
    let chunk = Array(bytes[chunks[which]..<end])
    if below(2) == 0 { bytes.removeSubrange(chunks[which]..<end) }
    let target = chunks[below(chunks.count)]
    if below(3) > 0, target <= bytes.count { bytes.insert(contentsOf: chunk, at: target) }
  }

  private mutating func insertOrRemove(_ bytes: inout [UInt8]) {
    let place = below(bytes.count)
    let count = 1 + below(8)
    if below(2) == 0 {
      bytes.removeSubrange(place..<min(place + count, bytes.count))
    } else {
      bytes.insert(contentsOf: (0..<count).map { _ in UInt8(below(256)) }, at: place)
    }
  }

  /// 64 bits of SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  private mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
