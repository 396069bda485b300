/// What this machine computes with.
public enum Processor {
  /// The number of threads that operations run on: `OMP_NUM_THREADS`, else the processors.
  public static var threadCount: Int { CPUBackend.threadCount }

  /// True where bfloat16 is computed as such; elsewhere tensors stay bfloat16 in memory and
  /// primitives run in float32 on widened copies, with the same rounding of every result.
  public static var computesBFloat16: Bool { CPUBackend.computesBFloat16 }
}
