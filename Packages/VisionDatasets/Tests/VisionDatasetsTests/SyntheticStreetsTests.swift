import Testing
import VisionDatasets

@Suite struct SyntheticStreetsTests {
  private func streets(
    _ look: SyntheticStreets.Look = .source, seed: UInt64 = 1, height: Int = 64, width: Int = 128
  ) -> SyntheticStreets {
    SyntheticStreets(look: look, seed: seed, count: 100, height: height, width: width)
  }

  @Test(arguments: SyntheticStreets.Look.allCases)
  func `a seed and an index mean the same bits`(look: SyntheticStreets.Look) {
    let first = streets(look).render(3)
    let again = streets(look).render(3)
    #expect(first.image == again.image)
    #expect(first.label == again.label)
  }

  @Test func `other seeds and indices are other scenes`() {
    let one = streets().render(0).label
    #expect(one != streets().render(1).label)
    #expect(one != streets(seed: 2).render(0).label)
    let validation = SyntheticStreets.Split.validation.seed(from: 1)
    #expect(one != streets(seed: validation).render(0).label)
    #expect(SyntheticStreets.Split.train.seed(from: 1) == 1)
  }

  @Test func `the looks share labels and differ in colour`() {
    var means: [(colour: [Double], spread: Double)] = []
    for look in SyntheticStreets.Look.allCases {
      var sums = [0.0, 0, 0]
      var squares = 0.0
      var values = 0.0
      for index in 0..<8 {
        let (image, label) = streets(look).render(index)
        #expect(label == streets(.source).render(index).label)
        for (place, value) in image.pixels.enumerated() {
          sums[place % 3] += Double(value)
          squares += Double(value) * Double(value)
        }
        values += Double(image.pixels.count)
      }
      let mean = sums.reduce(0, +) / values
      means.append((sums.map { $0 / values * 3 }, (squares / values - mean * mean).squareRoot()))
    }
    let (source, target) = (means[0], means[1])
    // The target is a greyer and flatter picture: less blue than red where the source is the
    // other way round, and at least a fifth less contrast.
    #expect(source.colour[2] - source.colour[0] > target.colour[2] - target.colour[0] + 8)
    #expect(target.spread < source.spread * 0.8)
  }

  @Test func `sizes show the same scene`() {
    var equal = 0
    var total = 0
    for index in 0..<6 {
      let small = streets(height: 128, width: 256).render(index).label
      let large = streets(height: 256, width: 512).render(index).label
      for row in 0..<128 {
        for column in 0..<256 {
          let here = small.labels[row * 256 + column]
          equal += here == large.labels[(row * 2 + 1) * 512 + column * 2 + 1] ? 1 : 0
          total += 1
        }
      }
    }
    #expect(Double(equal) / Double(total) > 0.95)
  }

  @Test func `all classes are common enough to be learned`() {
    let images = 120
    var seen = [Int](repeating: 0, count: 256)
    let set = streets(height: 128, width: 256)
    for index in 0..<images {
      var pixels = [Int](repeating: 0, count: 256)
      for label in set.render(index).label.labels { pixels[Int(label)] += 1 }
      // A class counts where it has a thousandth of the picture.
      for value in 0..<256 where pixels[value] >= 128 * 256 / 1000 { seen[value] += 1 }
      #expect(pixels[19..<255].allSatisfy { $0 == 0 })
    }
    for known in CityscapesClass.allCases {
      #expect(
        Double(seen[Int(known.rawValue)]) >= 0.15 * Double(images), "\(known.name) is too rare")
    }
    #expect(seen[255] > 0, "no picture has an ego vehicle's hood")
  }

  @Test func `samples carry names, sizes and labels`() throws {
    let set = streets(.target, height: 40, width: 72)
    let sample = try set.sample(at: 12)
    #expect(sample.name == "target_000012")
    #expect(set.name(at: 12) == sample.name)
    #expect(sample.image.width == 72 && sample.image.height == 40)
    #expect(sample.label == set.render(12).label)
  }

  /// FNV-1a over the labels: a change here changes every set made from a seed, so it must be meant.
  @Test func `labels are those of every other machine`() {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for label in streets(seed: 7).render(5).label.labels {
      hash = (hash ^ UInt64(label)) &* 0x100_0000_01b3
    }
    #expect(hash == 15_047_287_998_827_154_858)
  }
}
