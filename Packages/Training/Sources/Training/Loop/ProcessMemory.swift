import FoundationEssentials

/// What Linux says of a process's memory in `/proc`; nil where there is no such file.
public struct ProcessMemory: Sendable {
  /// Bytes of the process that are in memory.
  public let resident: Int
  /// The most that were.
  public let peak: Int

  /// Of this process, now.
  public static var current: ProcessMemory? {
    guard let resident = bytes("VmRSS", in: "/proc/self/status"),
      let peak = bytes("VmHWM", in: "/proc/self/status")
    else { return nil }
    return ProcessMemory(resident: resident, peak: peak)
  }

  /// What the system could still give to processes.
  static var available: Int? { bytes("MemAvailable", in: "/proc/meminfo") }

  /// The value of a line such as `VmRSS:   1234 kB`.
  private static func bytes(_ name: String, in path: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("\(name):") }
    let words = line?.split { $0 == " " || $0 == "\t" }
    return words.flatMap { $0.count > 1 ? Int($0[1]) : nil }.map { $0 * 1024 }
  }
}
