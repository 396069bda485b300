/// Columns of text, numbers to the right, for a terminal.
public struct TextTable {
  /// To which side a column's cells are set.
  public enum Alignment: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  let header: [String]
  let alignments: [Alignment]
  private(set) var rows: [[String]] = []
  /// Rows below the second rule, such as totals.
  private(set) var footer: [[String]] = []

  /// An empty table with these columns.
  public init(_ columns: [(title: String, alignment: Alignment)]) {
    header = columns.map(\.title)
    alignments = columns.map(\.alignment)
  }

  /// Appends a row.
  ///
  /// - Precondition: As many cells as columns, here and in ``addFooter(_:)``.
  public mutating func add(_ row: [String]) { rows.append(row) }

  /// Appends a row below the second rule, such as totals.
  public mutating func addFooter(_ row: [String]) { footer.append(row) }

  /// The table, a newline after each line.
  public var text: String {
    let all = [header] + rows + footer
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    var lines = [line(header, widths), rule] + rows.map { line($0, widths) }
    if !footer.isEmpty { lines += [rule] + footer.map { line($0, widths) } }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      if column > 0 { line += "  " }
      line += alignments[column] == .left ? cell + padding : padding + cell
    }
    // White space at the end of a line would be noise in a diff.
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// A number with a fixed count of decimals, rounded half away from zero, as `46.71`.
public func decimal(_ value: Double, places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 0x1p53 else { return String(describing: value) }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return sign + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
}

/// A share of 1 in percent with two decimals, or a dash where there is none.
public func percentage(_ share: Double?) -> String {
  share.map { decimal($0 * 100, places: 2) } ?? "-"
}

/// A whole number with its thousands apart: `12,068,672`.
func grouped(_ value: Int) -> String {
  let digits = Array(String(value.magnitude))
  var text = value < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}
