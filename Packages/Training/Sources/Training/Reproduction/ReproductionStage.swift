public import Adversarial
import BiSeNet

/// A part of the chain that makes the paper's tables.
public struct ReproductionStage: Sendable, Hashable {
  /// What a stage does.
  public enum Kind: Sendable, Hashable {
    /// Trained on the labelled source, the target's training pictures never looked at.
    case sourceOnly
    /// Trained on the labelled target: the ceiling, and Table I.
    case targetOnly
    /// Trained as ``targetOnly``, with the other backbone, for Table I.
    case otherBackbone
    /// Adapted with a discriminator.
    case adaptation(Discriminator.Kind)
    /// The target's training pictures labelled by a network, from 1, 2 or 3 layers.
    case pseudoLabels(layers: Int, round: Int)
    /// Adapted with FCD and pseudo labels.
    case selfSupervised(layers: Int, round: Int)
  }

  /// What the stage does.
  public let kind: Kind

  /// A stage of a kind.
  public init(_ kind: Kind) { self.kind = kind }

  /// Its folder's name: `source-only`, `fcd-light`, `pseudo-labels-2`, `fcd-ssl-3-round-2`, ….
  public var name: String {
    func suffix(_ layers: Int, _ round: Int) -> String {
      (layers == 1 ? "" : "-\(layers)") + (round == 1 ? "" : "-round-\(round)")
    }
    return switch kind {
    case .sourceOnly: "source-only"
    case .targetOnly: "target-only"
    case .otherBackbone: "target-only-other-backbone"
    case .adaptation(let discriminator): discriminator.rawValue
    case .pseudoLabels(let layers, let round): "pseudo-labels-\(layers)\(suffix(1, round))"
    case .selfSupervised(let layers, let round): "fcd-ssl\(suffix(layers, round))"
    }
  }

  /// As tables call it.
  var title: String {
    switch kind {
    case .sourceOnly: "Source only"
    case .targetOnly: "Target only"
    case .otherBackbone: "Target only, other backbone"
    case .adaptation(let discriminator): discriminator == .fcd ? "FCD" : "FCD-Light"
    case .pseudoLabels(let layers, _): "Pseudo labels, \(layers) layers"
    case .selfSupervised(let layers, let round):
      "FCD-SSL" + (layers == 1 ? "" : "-\(layers)") + (round == 1 ? "" : ", round \(round)")
    }
  }

  /// The stage whose network labels the pictures.
  var teacher: ReproductionStage {
    guard case .pseudoLabels(let layers, let round) = kind, round > 1 else {
      return ReproductionStage(.adaptation(.fcd))
    }
    return ReproductionStage(.selfSupervised(layers: layers, round: round - 1))
  }

  /// All stages, each after those it needs.
  ///
  /// - Parameters:
  ///   - rounds: How often labels are made and trained on.
  ///   - otherBackbone: Whether Table I's other backbone is trained, too.
  static func chain(rounds: Int, otherBackbone: Bool) -> [ReproductionStage] {
    var kinds: [Kind] = [.sourceOnly, .targetOnly]
    if otherBackbone { kinds.append(.otherBackbone) }
    kinds += [.adaptation(.fcd), .adaptation(.fcdLight)]
    for round in 1...max(1, rounds) {
      kinds += (1...3).map { .pseudoLabels(layers: $0, round: round) }
      kinds += (1...3).map { .selfSupervised(layers: $0, round: round) }
    }
    return kinds.map(ReproductionStage.init)
  }
}
