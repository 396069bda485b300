/// What a pass over one batch of each domain found; see ``AdaptationLosses``.
struct AdaptationTerms: Sendable {
  var heads: [Double] = []
  var adversarial = 0.0
  var pseudo: [Double]?
  var discriminatorSource = 0.0
  var discriminatorTarget = 0.0
  var accuracySource = 0.0
  var accuracyTarget = 0.0

  init() {}

  /// Term by term, over passes that have the same ones.
  init(meanOf parts: [AdaptationTerms]) {
    func mean(_ term: (AdaptationTerms) -> Double) -> Double {
      parts.reduce(0) { $0 + term($1) } / Double(parts.count)
    }
    heads = parts[0].heads.indices.map { head in mean { $0.heads[head] } }
    adversarial = mean(\.adversarial)
    pseudo = parts[0].pseudo.map { first in
      first.indices.map { head in mean { $0.pseudo?[head] ?? 0 } }
    }
    discriminatorSource = mean(\.discriminatorSource)
    discriminatorTarget = mean(\.discriminatorTarget)
    accuracySource = mean(\.accuracySource)
    accuracyTarget = mean(\.accuracyTarget)
  }
}
