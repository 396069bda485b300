/// Runs the opcodes of a pickle that PyTorch writes for weights, and no others.
///
/// Nothing is imported or called: a name outside ``PickleGlobal``'s table ends the reading. Memory
/// is a constant times the pickle's bytes: what one opcode can copy whole, a dict's items and a
/// tensor's extents, is limited together, and so is the number of opcodes.
struct PickleMachine {
  /// More than the pickle of any state dict has: a ResNet-101 with its optimiser takes 100,000.
  static let mostOperations = 1_000_000
  /// Of dicts and shapes together: written one by one, each takes an opcode or more. A call on
  /// something remembered copies all of it again with a few bytes of the pickle.
  static let mostMembers = mostOperations

  let path: String
  private(set) var input: ByteCursor
  private(set) var graph = PickleGraph()
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var start = 0
  /// The items of all dicts and the extents of all tensors so far, those of earlier pickles included.
  private var memberCount = 0

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0, path: String) {
    self.path = path
    input = ByteCursor(bytes, path: path, at: offset)
  }

  /// Reads one pickle; the next begins at ``input``'s offset. The graph is that of all pickles read.
  mutating func run() throws(CheckpointError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    for _ in 0..<Self.mostOperations {
      start = input.offset
      let opcode = try input.byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try run(opcode)
    }
    throw malformed("it has more than \(Self.mostOperations) opcodes")
  }

  private mutating func run(_ opcode: UInt8) throws(CheckpointError) {
    switch opcode {
    case 0x80:
      let version = try input.byte()
      guard 2...5 ~= version else { throw malformed("its protocol is \(version), not 2 to 5") }
    case 0x95: _ = try input.count(UInt64.self)  // A frame only groups bytes.
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "M"), 0x8A, 0x8B, UInt8(ascii: "G"):
      try pushNumber(opcode)
    case UInt8(ascii: "X"), 0x8C, 0x8D, UInt8(ascii: "T"), UInt8(ascii: "U"),
      UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E:
      try pushText(opcode)
    case UInt8(ascii: "q"): memo[Int(try input.byte())] = try top()
    case UInt8(ascii: "r"): memo[try input.count(UInt32.self)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): try recall(Int(try input.byte()))
    case UInt8(ascii: "j"): try recall(try input.count(UInt32.self))
    case UInt8(ascii: "c"): try pushGlobal(module: try input.line(), name: try input.line())
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw malformed("the name of a class must be a text")
      }
      try pushGlobal(module: module, name: name)
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try pushPersistent()
    default: try runContainer(opcode)
    }
  }

  private mutating func runContainer(_ opcode: UInt8) throws(CheckpointError) {
    switch opcode {
    case UInt8(ascii: "]"): stack.append(.list(sequence([])))
    case UInt8(ascii: ")"): stack.append(.tuple(sequence([])))
    case UInt8(ascii: "}"): stack.append(dictionary())
    case UInt8(ascii: "t"): stack.append(.tuple(sequence(try popToMark())))
    case 0x85, 0x86, 0x87:
      var members: [PickleValue] = []
      for _ in 0..<(opcode - 0x84) { members.append(try pop()) }
      stack.append(.tuple(sequence(members.reversed())))
    case UInt8(ascii: "a"): try extendList([try pop()])
    case UInt8(ascii: "e"): try extendList(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try extendDictionary([try pop(), value])
    case UInt8(ascii: "u"): try extendDictionary(try popToMark())
    default:
      throw .unknownOpcode(path: path, opcode: opcode, offset: start)
    }
  }

  private mutating func pushNumber(_ opcode: UInt8) throws(CheckpointError) {
    switch opcode {
    case UInt8(ascii: "J"): stack.append(.integer(Int(try input.integer(Int32.self))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try input.byte())))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try input.integer(UInt16.self))))
    case UInt8(ascii: "G"):
      let bits = try input.integer(UInt64.self).byteSwapped
      stack.append(.float(Double(bitPattern: bits)))
    default:
      let length = opcode == 0x8A ? Int(try input.byte()) : try input.count(UInt32.self)
      guard length <= 32 else { throw malformed("it has an integer of \(length) bytes") }
      let bytes = Array(try input.bytes(length))
      guard length <= 8 else {
        stack.append(.longInteger(bytes))
        return
      }
      var value = bytes.last.map { $0 >= 0x80 ? -1 : 0 } ?? 0
      for byte in bytes.reversed() { value = value << 8 | Int(byte) }
      stack.append(.integer(value))
    }
  }

  private mutating func pushText(_ opcode: UInt8) throws(CheckpointError) {
    let length =
      switch opcode {
      case 0x8C, UInt8(ascii: "U"), UInt8(ascii: "C"): Int(try input.byte())
      case 0x8D, 0x8E: try input.count(UInt64.self)
      default: try input.count(UInt32.self)
      }
    let bytes = try input.bytes(length)
    if [UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E].contains(opcode) {
      stack.append(.bytes)
    } else {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw malformed("it has a text that is not UTF-8")
      }
      stack.append(.text(text))
    }
  }

  private mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw malformed("it recalls what it never stored") }
    stack.append(value)
  }

  private mutating func pushGlobal(module: String, name: String) throws(CheckpointError) {
    let full = "\(module).\(name)"
    guard let global = PickleGlobal(name: full) else {
      throw .forbiddenClass(path: path, name: full)
    }
    stack.append(.global(global))
  }

  private mutating func sequence(_ members: [PickleValue]) -> Int {
    graph.sequences.append(members)
    return graph.sequences.count - 1
  }

  private mutating func dictionary() -> PickleValue {
    graph.dictionaries.append([])
    return .dictionary(graph.dictionaries.count - 1)
  }

  private mutating func extendList(_ members: [PickleValue]) throws(CheckpointError) {
    guard case .list(let node) = try top() else { throw malformed("it appends to no list") }
    graph.sequences[node] += members
  }

  private mutating func extendDictionary(_ members: [PickleValue]) throws(CheckpointError) {
    guard case .dictionary(let node) = try top(), members.count.isMultiple(of: 2) else {
      throw malformed("it sets items of no dict")
    }
    try claim(members.count)
    for index in stride(from: 0, to: members.count, by: 2) {
      graph.dictionaries[node].append((members[index], members[index + 1]))
    }
  }

  private mutating func claim(_ count: Int) throws(CheckpointError) {
    memberCount += count
    guard memberCount <= Self.mostMembers else {
      throw malformed("its dicts and shapes hold more than \(Self.mostMembers) members")
    }
  }

  /// Attributes of a container, such as a state dict's `_metadata`, say nothing of its tensors.
  private mutating func build() throws(CheckpointError) {
    let state = try pop()
    guard case .dictionary = try top() else {
      throw malformed("it sets attributes of \(try top().kind) to \(state.kind)")
    }
  }

  private mutating func reduce() throws(CheckpointError) {
    let arguments = try pop()
    guard case .tuple(let node) = arguments, case .global(let global) = try pop() else {
      throw malformed("it calls what is no class")
    }
    let members = graph.sequences[node]
    switch global {
    case .orderedDict:
      let made = dictionary()
      stack.append(made)
      for pair in members.first.flatMap(graph.members) ?? [] {
        guard let pair = graph.members(pair), pair.count == 2 else {
          throw malformed("an OrderedDict must be made of pairs")
        }
        try extendDictionary(pair)
      }
    case .size:
      guard case .tuple(let shape) = members.first else {
        throw malformed("torch.Size needs a tuple")
      }
      // A tuple never changes, so it can stand for its copy.
      stack.append(.tuple(shape))
    case .rebuildTensor: stack.append(try tensor(members))
    case .rebuildParameter:
      guard case .tensor(let tensor) = members.first else {
        throw malformed("a parameter needs a tensor")
      }
      stack.append(.tensor(tensor))
    case .storage: throw malformed("it calls a storage class")
    }
  }

  private mutating func tensor(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      let offset = arguments[1].integer, let shape = graph.integers(arguments[2]),
      let strides = graph.integers(arguments[3]), shape.count == strides.count
    else { throw malformed("a tensor needs a storage, an offset, a shape and strides") }
    try claim(shape.count + strides.count)
    graph.tensors.append(
      PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    return .tensor(graph.tensors.count - 1)
  }

  /// `("storage", class, key, device, count)`, in old files with the part that a view is.
  private mutating func pushPersistent() throws(CheckpointError) {
    guard let id = graph.members(try pop()), id.count >= 5, id[0].text == "storage",
      case .global(.storage(let dtype)) = id[1], let key = id[2].text, let count = id[4].integer
    else { throw malformed("it refers to what is no storage") }
    var part = (start: 0, length: count)
    if id.count > 5, let view = graph.members(id[5]) {
      guard view.count == 3, let start = view[1].integer, let length = view[2].integer else {
        throw malformed("a part of a storage needs a key, an offset and a length")
      }
      part = (start, length)
    }
    guard count >= 0, part.start >= 0, part.length >= 0, part.start <= count,
      part.length <= count - part.start
    else { throw malformed("a storage of \(count) elements has an impossible part") }
    graph.storages.append(
      PickledStorage(
        key: key, dtype: dtype, count: count, start: part.start, length: part.length))
    stack.append(.storage(graph.storages.count - 1))
  }

  // MARK: The stack

  private func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let last = stack.last else {
      throw malformed("it takes from an empty stack")
    }
    return last
  }

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    let last = try top()
    stack.removeLast()
    return last
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("it has no mark to go back to") }
    let members = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return members
  }

  private func malformed(_ problem: String) -> CheckpointError {
    .malformedPickle(path: path, offset: start, problem: problem)
  }
}
