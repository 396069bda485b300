/// Reads the JSON of a safetensors header byte by byte.
///
/// A decoder of the general kind would lose what must be checked: names given twice, and where in
/// the header a mistake is.
struct JSONScanner {
  /// What is wrong, and at which byte.
  struct Failure: Error {
    let offset: Int
    let problem: String
  }

  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  /// Deeper nesting than this is an attack on the stack, not a header.
  private static let deepest = 64

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  func failure(_ problem: String) -> Failure { Failure(offset: offset, problem: problem) }

  /// The next byte that is no white space, not consumed.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        offset += 1
      default: return bytes[offset]
      }
    }
    return nil
  }

  /// Consumes `character` if it comes next.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    if !skip(character) { throw failure("expected '\(character)'") }
  }

  mutating func expectEnd() throws(Failure) {
    if peek() != nil { throw failure("expected nothing after the closing '}'") }
  }

  /// Reads `{ "key": value, … }`, handing each key to `member`, which reads the value.
  mutating func object(
    _ member: (inout JSONScanner, String) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while skip(",")
    try expect("}")
  }

  /// Reads `[ … ]`, calling `element` to read each element.
  mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try expect("[")
    if skip("]") { return }
    repeat { try element(&self) } while skip(",")
    try expect("]")
  }

  /// Reads a string.
  mutating func string() throws(Failure) -> String {
    try expect("\"")
    let start = offset
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        let string = String(decoding: text, as: UTF8.self)
        // Decoding repairs what is no UTF-8; a repaired name is another name.
        guard string.utf8.elementsEqual(text) else {
          throw Failure(offset: start, problem: "the text is not valid UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a text")
      default: text.append(byte)
      }
    }
    throw Failure(offset: start, problem: "a text that does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard offset < bytes.count else { throw failure("a text that does not end") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if code & 0xFC00 == 0xD800 {
        guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
          bytes[offset + 1] == UInt8(ascii: "u")
        else { throw failure("half a surrogate pair") }
        offset += 2
        let low = try hexadecimal()
        guard low & 0xFC00 == 0xDC00 else { throw failure("half a surrogate pair") }
        code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
      text.append(contentsOf: UTF8.encode(scalar)!)
    default: throw failure("an unknown escape in a text")
    }
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue
      else { throw failure("expected four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  /// Reads a number and gives its text: whole numbers are checked by the caller, who knows for
  /// what they stand.
  mutating func number() throws(Failure) -> String {
    _ = peek()
    let start = offset
    while offset < bytes.count, JSONScanner.isNumeric(bytes[offset]) { offset += 1 }
    guard offset > start else { throw failure("expected a number") }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// Reads any value and drops it.
  mutating func skipValue(depth: Int = 0) throws(Failure) {
    guard depth < JSONScanner.deepest else { throw failure("values nested too deeply") }
    switch peek() {
    case UInt8(ascii: "{"):
      try object { scanner, _ throws(Failure) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { scanner throws(Failure) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  private mutating func word(_ word: StaticString) throws(Failure) {
    let end = offset + word.utf8CodeUnitCount
    let expected = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, bytes[offset..<end].elementsEqual(expected) else {
      throw failure("expected a value")
    }
    offset = end
  }
}
