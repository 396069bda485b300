import BiSeNet
import VisionDatasets

/// What a value must be beyond its type, in words and as a test.
struct ConfigurationRequirement<Value>: Sendable {
  /// Follows "it must be".
  let words: String
  let holds: @Sendable (Value) -> Bool
}

extension ConfigurationRequirement where Value == Int {
  static func atLeast(_ least: Int) -> Self { .init(words: "\(least) or more") { $0 >= least } }

  static func within(_ range: ClosedRange<Int>) -> Self {
    .init(words: "\(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
  }

  /// Beyond the upper bound is a slip of the keyboard.
  static var pictureSide: Self { within(32...16384) }
}

extension ConfigurationRequirement where Value == Double {
  static var positive: Self { .init(words: "greater than 0") { $0 > 0 } }
  static var notNegative: Self { .init(words: "0 or more") { $0 >= 0 } }
  static var belowOne: Self { .init(words: "0 or more and less than 1") { $0 >= 0 && $0 < 1 } }
}

extension ConfigurationRequirement where Value == String {
  static var notEmpty: Self { .init(words: "not empty") { !$0.isEmpty } }
}

extension ConfigurationRequirement where Value == [Double] {
  static func count(_ count: Int, each: ConfigurationRequirement<Double>) -> Self {
    .init(words: "\(count) numbers, each \(each.words)") {
      $0.count == count && $0.allSatisfy(each.holds)
    }
  }
}

extension ConfigurationRequirement where Value == ClosedRange<Double> {
  static var positiveRange: Self {
    .init(words: "greater than 0 and at most 16") {
      $0.lowerBound > 0 && $0.upperBound <= 16
    }
  }
}

extension ConfigurationRequirement where Value == TrainingConfiguration.ImageSize {
  static var pictureSize: Self {
    let side = ConfigurationRequirement<Int>.pictureSide
    return .init(words: "\(side.words) each, multiples of \(BiSeNet.stride)") {
      side.holds($0.height) && side.holds($0.width) && $0.fitsNetwork
    }
  }
}

extension ConfigurationRequirement where Value == TrainingConfiguration.Interval {
  static var atLeastOne: Self {
    .init(words: "1 or more") {
      switch $0 {
      case .iterations(let count), .epochs(let count): count >= 1
      }
    }
  }
}

extension ConfigurationRequirement where Value == TrainingConfiguration.LabelMapping {
  static var labelBytes: Self {
    .init(words: "from values of 0 to 255 to train ids of 0 to 18, or 255") {
      guard case .table(let table) = $0 else { return true }
      return table.allSatisfy { value, trainID in
        UInt8(exactly: value) != nil
          && UInt8(exactly: trainID).map(LabelMapping.isTrainID) ?? false
      }
    }
  }
}

extension ConfigurationRequirement {
  /// The same of a value that may be null.
  static func whenGiven<Wrapped>(
    _ requirement: ConfigurationRequirement<Wrapped>
  ) -> Self where Value == Wrapped? {
    .init(words: requirement.words) { $0.map(requirement.holds) ?? true }
  }
}
