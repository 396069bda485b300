/// The tensors of a loaded pickle: the state dict itself, or the one inside a training checkpoint.
struct StateDictionary {
  /// Names that training scripts give to the network's entry, the commonest first.
  private static let usualNames = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module",
  ]

  private(set) var tensors: [(name: String, tensor: PickledTensor)] = []
  /// Which entry of the file the tensors are from, and what lies beside it; nil where the file is
  /// the state dict.
  private(set) var origin: String?
  /// Numbers and texts that lie beside the tensors.
  private(set) var metadata: [String: String] = [:]

  init(_ root: PickleValue, in graph: PickleGraph, path: String) throws(CheckpointError) {
    var value = root
    var way: [String] = []
    // Two levels are met; a pickle can nest without end.
    while way.count < 4 {
      guard case .dictionary(let node) = value else {
        throw .noStateDictionary(path: path, found: value.kind)
      }
      var entries: [(name: String, value: PickleValue)] = []
      var places: [String: Int] = [:]
      for (key, value) in graph.dictionaries[node] {
        guard let name = key.text else { continue }
        if let place = places[name] {
          entries[place].value = value
        } else {
          places[name] = entries.count
          entries.append((name, value))
        }
      }
      collectMetadata(entries)
      if let next = Self.inner(entries, places, graph) {
        way.append(next.name)
        value = next.value
        let beside = entries.map(\.name).filter { $0 != next.name }
        origin =
          "'\(way.joined(separator: "."))'"
          + (beside.isEmpty ? "" : " (beside \(Self.list(beside)))")
        continue
      }
      for (name, value) in entries {
        if case .tensor(let tensor) = value { tensors.append((name, graph.tensors[tensor])) }
      }
      guard tensors.isEmpty else { return }
      let names = entries.map(\.name)
      throw .noStateDictionary(
        path: path, found: names.isEmpty ? "an empty dict" : "a dict of \(Self.list(names))")
    }
    throw .noStateDictionary(path: path, found: "dicts in dicts")
  }

  /// The entry that holds the network: one of the usual names, or else, where no tensor lies
  /// here itself, the only dict of tensors.
  private static func inner(
    _ entries: [(name: String, value: PickleValue)], _ places: [String: Int], _ graph: PickleGraph
  ) -> (name: String, value: PickleValue)? {
    for name in usualNames {
      if let place = places[name], case .dictionary = entries[place].value {
        return entries[place]
      }
    }
    var candidates: [(name: String, value: PickleValue)] = []
    for entry in entries {
      switch entry.value {
      case .tensor: return nil
      case .dictionary(let node):
        let holdsTensor = graph.dictionaries[node].contains {
          if case .tensor = $0.value { $0.key.text != nil } else { false }
        }
        if holdsTensor { candidates.append(entry) }
      default: break
      }
    }
    return candidates.count == 1 ? candidates[0] : nil
  }

  private mutating func collectMetadata(_ entries: [(name: String, value: PickleValue)]) {
    for (name, value) in entries {
      switch value {
      case .integer(let number): metadata[name] = String(number)
      case .float(let number): metadata[name] = String(number)
      case .text(let text): metadata[name] = text
      default: break
      }
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(4).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
    return names.count > 4 ? "\(shown), …" : shown
  }
}
