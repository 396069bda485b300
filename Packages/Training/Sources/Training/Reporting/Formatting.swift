/// A duration as people say it: `0.8 s`, `42 s`, `3 min 20 s`, `5 h 07 min`, `2 d 03 h`.
///
/// A negative duration is written as `0.0 s`.
public func formatted(_ duration: Duration) -> String {
  let seconds = max(0, duration.seconds)
  if seconds < 9.95 { return "\(formatted(seconds, decimals: 1)) s" }
  // Rounded once, before it is split, so that no "60 s" appears.
  let whole = Int(min(seconds.rounded(), 1e15))
  let (minutes, hours) = (whole / 60, whole / 3600)
  if whole < 60 { return "\(whole) s" }
  if minutes < 60 { return "\(minutes) min \(twoDigits(whole % 60)) s" }
  if hours < 24 { return "\(hours) h \(twoDigits(minutes % 60)) min" }
  return "\(hours / 24) d \(twoDigits(hours % 24)) h"
}

/// A number with a fixed count of decimals, rounded half away from zero: `0.467`.
///
/// What is not finite is written as `nan`, `inf` or `-inf`.
public func formatted(_ value: Double, decimals: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 0x1p62 else { return "\(value)" }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return sign + padded.dropLast(decimals) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
}

/// A number with three significant digits, for quantities of any size: `0.0250`, `12.3`, `1.5e-07`.
public func formatted(significant value: Double) -> String {
  let magnitude = abs(value)
  guard value.isFinite, magnitude > 0 else { return value == 0 ? "0" : "\(value)" }
  // The power of ten is taken after rounding: 9.999 is 10.0.
  var exponent = 0
  var mantissa = magnitude
  while mantissa >= 9.995 {
    mantissa /= 10
    exponent += 1
  }
  while mantissa < 0.9995 {
    mantissa *= 10
    exponent -= 1
  }
  if exponent >= -4, exponent < 6 { return formatted(value, decimals: max(0, 2 - exponent)) }
  let sign = value < 0 ? "-" : ""
  let power = "\(exponent < 0 ? "-" : "+")\(twoDigits(abs(exponent)))"
  return "\(sign)\(formatted(mantissa, decimals: 2))e\(power)"
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
