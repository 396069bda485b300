import Testing

/// All tests, one after another: operations share the processor's thread pool, and the buffer pool
/// counts for the whole process.
@Suite(.serialized) enum Serial {}
