// The weight gradient of convolutions of each channel with its own window. oneDNN 2.6 has it for 3x3
// alone, and falls to a matrix product per channel for the 4x4 of discriminators, twenty times slower.
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "arithmetic.h"

enum { LANES = 16 };

// The compiler's own vectors, so that the sums of a window's elements stay in registers.
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));
typedef uint32_t wide_bits __attribute__((vector_size(LANES * sizeof(uint32_t))));
typedef bfloat narrow_bits __attribute__((vector_size(LANES * sizeof(bfloat)), aligned(2)));

INLINE void load_float(lanes *out, const float *from) { *out = *(const lanes *)from; }

INLINE void load_bfloat(lanes *out, const bfloat *from) {
  wide_bits bits = __builtin_convertvector(*(const narrow_bits *)from, wide_bits) << 16;
  memcpy(out, &bits, sizeof *out);
}

typedef struct {
  const void *src, *gradient;
  double *partial;  // [image][block][row][kernel²][16]
  ck_depthwise size;
} depthwise_work;

// A task is one output row of one block of one image; its sums are added up in that order.
#define DEPTHWISE_OF(type, kernel)                                                         \
  INLINE void rows_##type##_##kernel(const depthwise_work *d, int64_t begin, int64_t end) { \
    ck_depthwise s = d->size;                                                              \
    for (int64_t task = begin; task < end; task++) {                                       \
      int64_t y = task % s.height, plane = task / s.height;                                \
      const type *restrict g = (const type *)d->gradient + task * s.width * LANES;         \
      const type *restrict src = (const type *)d->src + plane * s.h * s.w * LANES;         \
      double *out = d->partial + task * kernel * kernel * LANES;                           \
      for (int ky = 0; ky < kernel; ky++) {                                                \
        int64_t at = y * s.stride + ky - s.padding;                                        \
        lanes sums[kernel];                                                                \
        memset(sums, 0, sizeof sums);                                                      \
        for (int64_t x = 0; x < s.width && at >= 0 && at < s.h; x++) {                     \
          int64_t left = x * s.stride - s.padding;                                         \
          const type *row = src + (at * s.w + left) * LANES;                               \
          lanes slope, value;                                                              \
          load_##type(&slope, g + x * LANES);                                              \
          if (left >= 0 && left + kernel <= s.w) {                                         \
            for (int kx = 0; kx < kernel; kx++) {                                          \
              load_##type(&value, row + kx * LANES);                                       \
              sums[kx] += slope * value;                                                   \
            }                                                                              \
          } else {                                                                         \
            for (int kx = 0; kx < kernel; kx++) {                                          \
              if (left + kx < 0 || left + kx >= s.w) continue;                             \
              load_##type(&value, row + kx * LANES);                                       \
              sums[kx] += slope * value;                                                   \
            }                                                                              \
          }                                                                                \
        }                                                                                  \
        for (int kx = 0; kx < kernel; kx++)                                                \
          for (int j = 0; j < LANES; j++) out[(ky * kernel + kx) * LANES + j] = sums[kx][j]; \
      }                                                                                    \
    }                                                                                      \
  }
#define DISPATCH_OF(type)                                                                  \
  DEPTHWISE_OF(type, 3)                                                                    \
  DEPTHWISE_OF(type, 4)                                                                    \
  MULTIVERSIONED static void rows_##type(void *context, int64_t begin, int64_t end) {       \
    const depthwise_work *d = context;                                                     \
    if (d->size.kernel == 3)                                                               \
      rows_##type##_3(d, begin, end);                                                      \
    else                                                                                   \
      rows_##type##_4(d, begin, end);                                                      \
  }
DISPATCH_OF(float)
DISPATCH_OF(bfloat)

void ck_depthwise_weight_gradient(
    float *dst, const void *src, const void *gradient, ck_depthwise s, bool bf16) {
  int64_t blocks = (s.channels + LANES - 1) / LANES, taps = s.kernel * s.kernel;
  int64_t tasks = s.n * blocks * s.height;
  depthwise_work d = {
      src, gradient, malloc((size_t)(tasks * taps * LANES) * sizeof(double)), s};
  ck_parallel(tasks, 1, bf16 ? rows_bfloat : rows_float, &d);
  double *total = calloc((size_t)(blocks * taps * LANES), sizeof(double));
  for (int64_t task = 0; task < tasks; task++) {
    double *sum = total + task / s.height % blocks * taps * LANES;
    for (int64_t i = 0; i < taps * LANES; i++) sum[i] += d.partial[task * taps * LANES + i];
  }
  for (int64_t c = 0; c < s.channels; c++)
    for (int64_t i = 0; i < taps; i++)
      dst[c * taps + i] = (float)total[(c / LANES * taps + i) * LANES + c % LANES];
  free(total);
  free(d.partial);
}
