import Testing
import VisionDatasets

@Suite struct TransformTests {
  private let sample = markedSample(width: 10, height: 6)

  @Test func `a flip mirrors photograph and labels alike`() {
    var generator = SplitMix64(seed: 1)
    let flipped = RandomHorizontalFlip(probability: 1).apply(sample, using: &generator)
    for y in 0..<6 {
      for x in 0..<10 {
        let pixel = y * 10 + x
        #expect(flipped.image.pixels[3 * pixel] == UInt8(9 - x))
        #expect(flipped.image.pixels[3 * pixel + 1] == UInt8(y))
        #expect(flipped.label?.labels[pixel] == UInt8(9 - x))
      }
    }
    let twice = RandomHorizontalFlip(probability: 1).apply(flipped, using: &generator)
    #expect(twice == sample)
    #expect(RandomHorizontalFlip(probability: 0).apply(sample, using: &generator) == sample)
  }

  @Test func `half of the samples are flipped`() {
    var generator = SplitMix64(seed: 5)
    let flips = (0..<1000).filter { _ in
      RandomHorizontalFlip().apply(sample, using: &generator) != sample
    }
    #expect((440...560).contains(flips.count))
  }

  @Test func `a crop is one window of photograph and labels`() {
    var generator = SplitMix64(seed: 2)
    var corners: Set<[UInt8]> = []
    for _ in 0..<400 {
      let cut = RandomCrop(height: 4, width: 7).apply(sample, using: &generator)
      #expect(cut.image.width == 7 && cut.image.height == 4)
      corners.insert(Array(cut.image.pixels.prefix(2)))
      for pixel in 0..<28 {
        let (red, green) = (cut.image.pixels[3 * pixel], cut.image.pixels[3 * pixel + 1])
        #expect(Int(red) == Int(cut.image.pixels[0]) + pixel % 7)
        #expect(Int(green) == Int(cut.image.pixels[1]) + pixel / 7)
        #expect(cut.label?.labels[pixel] == red)
      }
    }
    // Every place that the window fits at comes up: 4 columns by 3 rows.
    #expect(corners.count == 12)
  }

  @Test func `a crop pads what is too small`() {
    var generator = SplitMix64(seed: 3)
    let small = markedSample(width: 2, height: 1)
    let cut = RandomCrop(height: 2, width: 3, fill: (9, 8, 7)).apply(small, using: &generator)
    #expect(cut.image.pixels == [0, 0, 0, 1, 0, 0, 9, 8, 7] + [9, 8, 7, 9, 8, 7, 9, 8, 7])
    #expect(cut.label?.labels == [0, 1, 255, 255, 255, 255])
  }

  @Test func `a scale stays in its range and keeps the shape`() {
    var generator = SplitMix64(seed: 4)
    let sample = markedSample(width: 100, height: 60)
    var widths: Set<Int> = []
    for _ in 0..<200 {
      let scaled = RandomScale().apply(sample, using: &generator)
      widths.insert(scaled.image.width)
      #expect((75...200).contains(scaled.image.width))
      #expect(abs(Double(scaled.image.height) / Double(scaled.image.width) - 0.6) < 0.01)
      #expect(scaled.label?.width == scaled.image.width)
      #expect(scaled.label?.height == scaled.image.height)
    }
    #expect(widths.count > 50)
    #expect(widths.contains { $0 < 85 } && widths.contains { $0 > 190 })
  }

  @Test func `composition applies in order, from one generator`() {
    let chain = Compose([
      RandomScale(), RandomHorizontalFlip(), RandomCrop(height: 5, width: 5),
    ])
    var one = SplitMix64(seed: 6)
    var other = SplitMix64(seed: 6)
    let expected = RandomCrop(height: 5, width: 5).apply(
      RandomHorizontalFlip().apply(
        RandomScale().apply(sample, using: &other), using: &other), using: &other)
    #expect(chain.apply(sample, using: &one) == expected)
    #expect(one == other)
    #expect(Compose([]).apply(sample, using: &one) == sample)
  }

  @Test func `samples without labels pass through`() {
    var generator = SplitMix64(seed: 7)
    var unlabelled = sample
    unlabelled.label = nil
    let chain = Compose([
      Resize(height: 9, width: 12), RandomScale(), RandomHorizontalFlip(),
      RandomCrop(height: 4, width: 4),
    ])
    let result = chain.apply(unlabelled, using: &generator)
    #expect(result.label == nil)
    #expect(result.image.width == 4)
  }
}

@Suite struct SplitMix64Tests {
  @Test func `the published numbers come out`() {
    var generator = SplitMix64(seed: 1_234_567)
    let numbers = (0..<3).map { _ in generator.next() }
    #expect(
      numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func `permutations hold every number once, evenly`() {
    var generator = SplitMix64(seed: 8)
    var firsts = [Int](repeating: 0, count: 5)
    for _ in 0..<5000 {
      let order = generator.permutation(of: 5)
      #expect(order.sorted() == [0, 1, 2, 3, 4])
      firsts[order[0]] += 1
    }
    #expect(firsts.allSatisfy { (900...1100).contains($0) })
    #expect(generator.permutation(of: 0).isEmpty)
  }

  @Test func `several seeds count in their order`() {
    #expect(SplitMix64(1, 2) != SplitMix64(2, 1))
    #expect(SplitMix64(0, 0) != SplitMix64(0))
    #expect(SplitMix64(1, 2) == SplitMix64(1, 2))
  }
}
