/// Stops the program where a caller broke a documented precondition, and says how.
///
/// The standard library's `precondition` drops its message in release builds, which is where
/// networks run; a shape error without the two shapes is worth little.
@inline(__always)
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}
