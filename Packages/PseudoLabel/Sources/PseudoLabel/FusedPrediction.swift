/// What the layers together say of an image, before anything is dropped.
public struct FusedPrediction: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The number of classes.
  public let classes: Int
  /// `height × width` classes, row-major.
  public let labels: [UInt8]
  /// `height × width` probabilities of those classes.
  public let confidences: [Float]

  /// Fuses layers; where a tie is left, the earlier wins (``Fusion``).
  ///
  /// - Precondition: At least one layer; all are of one size and one number of classes.
  public init(_ layers: [LayerPrediction], by fusion: Fusion) {
    precondition(!layers.isEmpty, "nothing to fuse: give at least one layer")
    let first = layers[0]
    for layer in layers {
      precondition(
        layer.width == first.width && layer.height == first.height
          && layer.classes == first.classes,
        "layers of one size are fused, not \(first.width)x\(first.height) of \(first.classes) "
          + "classes and \(layer.width)x\(layer.height) of \(layer.classes)")
    }
    width = first.width
    height = first.height
    classes = first.classes
    switch fusion {
    case _ where layers.count == 1: (labels, confidences) = (first.labels, first.confidences)
    case .confidence: (labels, confidences) = Self.mostConfident(layers)
    case .majority: (labels, confidences) = Self.vote(layers, classes: first.classes)
    }
  }

  private static func mostConfident(_ layers: [LayerPrediction]) -> ([UInt8], [Float]) {
    var labels = layers[0].labels
    var confidences = layers[0].confidences
    labels.withUnsafeMutableBufferPointer { label in
      confidences.withUnsafeMutableBufferPointer { confidence in
        for layer in layers.dropFirst() {
          layer.labels.withUnsafeBufferPointer { otherLabel in
            layer.confidences.withUnsafeBufferPointer { otherConfidence in
              for pixel in 0..<confidence.count {
                let isBetter = otherConfidence[pixel] > confidence[pixel]
                label[pixel] = isBetter ? otherLabel[pixel] : label[pixel]
                confidence[pixel] = isBetter ? otherConfidence[pixel] : confidence[pixel]
              }
            }
          }
        }
      }
    }
    return (labels, confidences)
  }

  /// Every layer's vote in one table by class, which is emptied again where it was written: work per
  /// pixel grows with the layers and not with the classes.
  private static func vote(
    _ layers: [LayerPrediction], classes: Int
  ) -> ([UInt8], [Float]) {
    let count = layers.count, pixels = layers[0].labels.count
    // Layers side by side per pixel: one buffer to read instead of an array of arrays.
    var labels = [UInt8](repeating: 0, count: pixels * count)
    var confidences = [Float](repeating: 0, count: pixels * count)
    for (place, layer) in layers.enumerated() {
      layer.labels.withUnsafeBufferPointer { given in
        labels.withUnsafeMutableBufferPointer { out in
          for pixel in 0..<pixels { out[pixel &* count &+ place] = given[pixel] }
        }
      }
      layer.confidences.withUnsafeBufferPointer { given in
        confidences.withUnsafeMutableBufferPointer { out in
          for pixel in 0..<pixels { out[pixel &* count &+ place] = given[pixel] }
        }
      }
    }
    var winners = [UInt8](repeating: 0, count: pixels)
    var strengths = [Float](repeating: 0, count: pixels)
    withUnsafeTemporaryAllocation(of: Ballot.self, capacity: classes) { ballots in
      ballots.initialize(repeating: Ballot())
      labels.withUnsafeBufferPointer { labels in
        confidences.withUnsafeBufferPointer { confidences in
          winners.withUnsafeMutableBufferPointer { winners in
            strengths.withUnsafeMutableBufferPointer { strengths in
              for pixel in 0..<pixels {
                let votes = pixel &* count..<pixel &* count &+ count
                for vote in votes {
                  ballots[Int(labels[vote])].add(confidences[vote])
                }
                var winner = labels[votes.lowerBound]
                for vote in votes where labels[vote] != winner {
                  let rival = labels[vote]
                  let rivals = ballots[Int(rival)], best = ballots[Int(winner)]
                  if rivals.beats(best) || (rival < winner && !best.beats(rivals)) {
                    winner = rival
                  }
                }
                winners[pixel] = winner
                strengths[pixel] = ballots[Int(winner)].strongest
                for vote in votes { ballots[Int(labels[vote])] = Ballot() }
              }
            }
          }
        }
      }
    }
    return (winners, strengths)
  }
}

/// What one class has of the votes on one pixel.
private struct Ballot {
  var votes: Int32 = 0
  var strongest: Float = 0

  mutating func add(_ confidence: Float) {
    votes &+= 1
    strongest = confidence > strongest ? confidence : strongest
  }

  func beats(_ other: Ballot) -> Bool {
    votes > other.votes || (votes == other.votes && strongest > other.strongest)
  }
}
