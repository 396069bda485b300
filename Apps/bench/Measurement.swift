import AppOptions
import SegmentationMetrics
import Tensor
import Training

extension Work {
  /// Runs the work once to warm up, then as often as asked for, and prints what it found.
  func measure(flops: Int, _ body: () throws -> Void) throws {
    // The peak is the work's own, not that of counting its arithmetic.
    MemoryStatistics.resetPeak()
    try body()
    let before = MemoryStatistics.current
    let clock = ContinuousClock()
    let times = try (0..<repetitions).map { _ in try clock.measure(body).seconds }.sorted()
    let after = MemoryStatistics.current
    let median = times[times.count / 2]
    var members: [JSONValue.Member] = [
      .init("medianSeconds", .number(median)), .init("minimumSeconds", .number(times[0])),
      .init("maximumSeconds", .number(times[times.count - 1])),
      .init("repetitions", .integer(repetitions)), .init("peakBytes", .integer(after.peakBytes)),
      .init("allocations", .integer((after.allocations - before.allocations) / repetitions)),
      .init("reorders", .integer((after.reorders - before.reorders) / repetitions)),
      .init("gigaflopsPerSecond", .number(Double(flops) / median * 1e-9)),
      .init("floorShare", .number(Double(flops) / convolutionRate() / median)),
    ]
    if let memory = ProcessMemory.current {
      members.append(.init("residentBytes", .integer(memory.peak)))
    }
    var operations: [OperationTime] = []
    if profile {
      let (_, records) = try OperationObserver.observing(body)
      operations = OperationTime.byName(records)
      members.append(.init("operations", .array(operations.map(\.json))))
    }
    if format == .json {
      print(JSONValue.object(members).text)
      return
    }
    for member in members where member.name != "operations" {
      print("\(member.name): \(member.value.line)")
    }
    for operation in operations { print(operation.line) }
  }
}

extension Work {
  /// Floating-point operations per second of one large 3x3 convolution, the fastest of ten.
  private func convolutionRate() -> Double {
    let x = Tensor(repeating: 1, shape: [1, 256, 64, 128], dtype: dtype)
    let weight = Tensor(repeating: 1, shape: [256, 256, 3, 3])
    let geometry = ConvolutionGeometry(input: x.shape, weight: weight.shape, padding: 1)
    let clock = ContinuousClock()
    // Over what a convolution gave, which lies in the layout that they like.
    let y = x.conv2d(weight: weight, padding: 1)
    let times = (0..<10).map { _ in
      clock.measure { _ = y.conv2d(weight: weight, padding: 1) }.seconds
    }
    return Double(2 * geometry.macs) / (times.min() ?? 1)
  }
}

/// The time of all calls of one operation.
struct OperationTime {
  let name: String
  let calls: Int
  let seconds: Double

  /// Summed by name, the longest first.
  static func byName(_ records: [OperationObserver.Record]) -> [OperationTime] {
    Dictionary(grouping: records, by: \.name).map { name, records in
      OperationTime(
        name: name, calls: records.count, seconds: records.reduce(0) { $0 + $1.seconds })
    }.sorted { $0.seconds > $1.seconds }
  }

  var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("calls", .integer(calls)),
      .init("seconds", .number(seconds)),
    ])
  }

  var line: String {
    "\(formatted(seconds * 1000, decimals: 1)) ms in \(calls) calls of \(name)"
  }
}
