#ifndef parallel_h
#define parallel_h

#include <stdint.h>

// A function compiled for each of these instruction sets; the loader picks the best.
#if defined(__x86_64__) && defined(__linux__)
#define MULTIVERSIONED \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSIONED
#endif

#define INLINE static inline __attribute__((always_inline))

/// Calls body(context, begin, end) on the pool's threads with [0, count) split into equal runs,
/// each a multiple of `grain` but the last. Small work stays on the caller's thread.
void ck_parallel(
    int64_t count, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end),
    void *context);

#endif
