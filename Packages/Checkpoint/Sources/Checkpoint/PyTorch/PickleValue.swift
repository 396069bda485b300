/// What a pickle may hold here: plain values, containers and descriptions of tensors.
///
/// Containers are numbers of nodes in a ``PickleGraph``: a pickle can make them contain themselves
/// or nest without end, which counted references would leak or release recursively.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: its little-endian two's complement.
  case longInteger([UInt8])
  case float(Double)
  case text(String)
  case bytes
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case storage(Int)
  case tensor(Int)
  case global(PickleGlobal)

  /// The kind, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer, .longInteger: "an int"
    case .float: "a float"
    case .text: "a text"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dict"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .global(let global): "'\(global.name)'"
    }
  }

  var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  var text: String? {
    if case .text(let value) = self { value } else { nil }
  }
}

/// The containers and tensors of a pickle.
struct PickleGraph {
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [PickledStorage] = []
  var tensors: [PickledTensor] = []

  /// The members of a tuple or a list.
  func members(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let node), .list(let node): sequences[node]
    default: nil
    }
  }

  /// The integers of a tuple or list that holds nothing else.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let members = members(value) else { return nil }
    let integers = members.compactMap(\.integer)
    return integers.count == members.count ? integers : nil
  }
}

/// A run of elements that tensors are views of.
struct PickledStorage {
  /// Its name in the archive.
  let key: String
  let dtype: ElementType
  /// Elements of the whole, as the pickle says.
  let count: Int
  /// Elements before the part that this is; old files cut one storage into several.
  let start: Int
  /// Elements of the part.
  let length: Int
}

/// A view of a storage.
struct PickledTensor {
  let storage: Int
  /// In elements, from the storage's part.
  let offset: Int
  let shape: [Int]
  /// In elements, one per dimension.
  let strides: [Int]
}

/// The only names of Python that a pickle may mention; each is a constructor known here, and none
/// is looked up anywhere.
enum PickleGlobal: Hashable {
  case orderedDict
  case size
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)

  private static let known: [String: PickleGlobal] = [
    "collections.OrderedDict": .orderedDict,
    "torch.Size": .size,
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch.DoubleStorage": .storage(.float64),
    "torch.FloatStorage": .storage(.float32),
    "torch.HalfStorage": .storage(.float16),
    "torch.BFloat16Storage": .storage(.bfloat16),
    "torch.LongStorage": .storage(.int64),
    "torch.IntStorage": .storage(.int32),
    "torch.ShortStorage": .storage(.int16),
    "torch.CharStorage": .storage(.int8),
    "torch.ByteStorage": .storage(.uint8),
    "torch.BoolStorage": .storage(.bool),
  ]

  init?(name: String) {
    guard let known = Self.known[name] else { return nil }
    self = known
  }

  var name: String {
    Self.known.keys.filter { Self.known[$0] == self }.max() ?? ""
  }

  /// The name of the storage class of a type, or nil where PyTorch has none.
  static func storageClass(of dtype: ElementType) -> String? {
    let name = PickleGlobal.storage(dtype).name
    return name.isEmpty ? nil : String(name.dropFirst("torch.".count))
  }
}
