#include "internal.h"

dnnl_engine_t onednn_engine(void) {
  static dnnl_engine_t shared;
  if (!shared) {
    dnnl_engine_t made = NULL;
    dnnl_engine_create(&made, dnnl_cpu, 0);
    dnnl_engine_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_engine_destroy(made);
  }
  return shared;
}

dnnl_stream_t onednn_stream(void) {
  static dnnl_stream_t shared;
  if (!shared) {
    dnnl_stream_t made = NULL;
    dnnl_stream_create(&made, onednn_engine(), dnnl_stream_default_flags);
    dnnl_stream_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_stream_destroy(made);
  }
  return shared;
}

int onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 100 + version->minor;
}

bool onednn_has_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

int onednn_largest_byte_weight(void) {
#if defined(__x86_64__)
  // What oneDNN will use, which may be less than the processor has.
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  bool sums_in_32_bits = (isa & dnnl_cpu_isa_avx512_core_vnni) == dnnl_cpu_isa_avx512_core_vnni ||
                         (isa & dnnl_cpu_isa_avx2_vnni) == dnnl_cpu_isa_avx2_vnni;
  return sums_in_32_bits ? 127 : 63;
#else
  return 127;
#endif
}
