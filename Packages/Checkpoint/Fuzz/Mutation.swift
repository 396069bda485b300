import CLibZ

/// Makes the input of one execution: a file of the corpus, changed in a few places.
struct Mutation: RandomNumberGenerator {
  private var state: UInt64

  /// Numbers that lengths and counts go wrong at.
  private static let edges: [UInt64] = [
    0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    1 << 40, UInt64(Int64.max), 1 << 63, .max,
  ]
  /// What pickles and headers are made of.
  private static let spice =
    Array("().012NTFIJKLMQRSUVXaceghjlopqrstu]}b\u{0}{[\":,-".utf8) + (0x80...0x98)
    + [0xFF, 0xFE, 0x7F]

  init(seed: UInt64, execution: Int) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(execution) &* 0xD134_2543_DE82_EF95
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func input(from corpus: [[UInt8]]) -> [UInt8] {
    var bytes = corpus[below(corpus.count)]
    // Inside an archive only what keeps its checksum reaches the pickle.
    if below(8) != 0, let record = PickleRecord(in: bytes) {
      for _ in 0..<below(4) { overwrite(&bytes, in: record.range) }
      record.repairChecksum(of: &bytes)
      if below(16) != 0 { return bytes }
    }
    for _ in 0...below(3) { change(&bytes, corpus) }
    return bytes
  }

  /// A number below `bound`, which is 1 or more.
  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  private mutating func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]]) {
    guard !bytes.isEmpty else { return }
    let place = below(bytes.count)
    switch below(8) {
    case 0: bytes.removeLast(below(bytes.count))
    case 1: bytes.insert(Self.spice[below(Self.spice.count)], at: place)
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
    case 3:
      // A piece of another file, or of this one.
      let other = corpus[below(corpus.count)]
      guard !other.isEmpty else { return }
      let start = below(other.count)
      let piece = other[start..<min(other.count, start + 1 + below(64))]
      if below(2) == 0 {
        bytes.insert(contentsOf: piece, at: place)
      } else {
        bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
      }
    default: overwrite(&bytes, in: 0..<bytes.count)
    }
  }

  /// Changes bytes without moving any.
  private mutating func overwrite(_ bytes: inout [UInt8], in range: Range<Int>) {
    guard !range.isEmpty else { return }
    // Beginnings and ends hold the structure of the formats.
    let spot = below(3) == 0 ? below(min(range.count, 200)) : below(range.count)
    let place = below(2) == 0 ? range.lowerBound + spot : range.upperBound - 1 - spot
    switch below(4) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
    case 2: bytes[place] = Self.spice[below(Self.spice.count)]
    default:
      var number = Self.edges[below(Self.edges.count)]
      for index in place..<min(range.upperBound, place + 1 << below(4)) {
        bytes[index] = UInt8(truncatingIfNeeded: number)
        number >>= 8
      }
    }
  }
}

/// The stored pickle of an archive, found by its line of the directory.
private struct PickleRecord {
  let range: Range<Int>
  private let checksumPlace: Int

  init?(in bytes: [UInt8]) {
    let name = Array("/data.pkl".utf8)
    guard bytes.starts(with: Array("PK".utf8)), bytes.count > 46 else { return nil }
    for place in 0..<bytes.count - 46 where bytes[place..<place + 4].elementsEqual([80, 75, 1, 2]) {
      let nameLength = Self.number(bytes, place + 28, 2)
      let end = place + 46 + nameLength
      guard end <= bytes.count, bytes[place + 46..<end].suffix(name.count).elementsEqual(name),
        Self.number(bytes, place + 10, 2) == 0
      else { continue }
      let local = Self.number(bytes, place + 42, 4)
      guard local + 30 <= bytes.count else { return nil }
      let start = local + 30 + Self.number(bytes, local + 26, 2) + Self.number(bytes, local + 28, 2)
      let length = Self.number(bytes, place + 24, 4)
      guard start + length <= bytes.count else { return nil }
      range = start..<start + length
      checksumPlace = place + 16
      return
    }
    return nil
  }

  func repairChecksum(of bytes: inout [UInt8]) {
    let checksum = Array(bytes[range]).withUnsafeBufferPointer {
      crc32_z(0, $0.baseAddress, $0.count)
    }
    for index in 0..<4 {
      bytes[checksumPlace + index] = UInt8(truncatingIfNeeded: checksum >> (UInt(index) * 8))
    }
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
  }
}
