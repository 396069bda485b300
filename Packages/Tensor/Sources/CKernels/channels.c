#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "arithmetic.h"

typedef struct {
  void *dst;
  const void *src, *other;
  const float *factor;
  float scale;
  int64_t pitch;
  ck_layout layout;
} channel_work;

// A task is one (image, block of channels): `area` runs of `block` elements.
#define TASKS_BEGIN                                                                  \
  const channel_work *work = context;                                                \
  int64_t area = work->layout.area, channels = work->layout.channels;                \
  int64_t block = work->layout.block, blocks = (channels + block - 1) / block;       \
  for (int64_t task = begin; task < end; task++) {                                   \
    int64_t image = task / blocks, first = task % blocks * block;                    \
    int64_t offset = task * area * block;                                            \
    int64_t used = channels - first < block ? channels - first : block;              \
    (void)offset;

#define LOAD_FACTORS                                                                 \
  float factors[16] = {0};                                                           \
  for (int64_t j = 0; j < used; j++) factors[j] = work->factor[image * work->pitch + first + j];

#define CHANNELS_OF(type)                                                             \
  MULTIVERSIONED static void scale_##type(void *context, int64_t begin, int64_t end) { \
    TASKS_BEGIN                                                                       \
      LOAD_FACTORS                                                                    \
      const type *src = (const type *)work->src + offset;                             \
      type *dst = (type *)work->dst + offset;                                         \
      if (block == 1) {                                                               \
        for (int64_t i = 0; i < area; i++)                                            \
          dst[i] = from_float_##type(to_float_##type(src[i]) * factors[0]);           \
      } else {                                                                        \
        for (int64_t i = 0; i < area; i++)                                            \
          for (int64_t j = 0; j < block; j++)                                         \
            dst[i * block + j] =                                                      \
                from_float_##type(to_float_##type(src[i * block + j]) * factors[j]);  \
      }                                                                               \
    }                                                                                 \
  }                                                                                   \
  MULTIVERSIONED static void fill_##type(void *context, int64_t begin, int64_t end) {  \
    TASKS_BEGIN                                                                       \
      LOAD_FACTORS                                                                    \
      type *dst = (type *)work->dst + offset;                                         \
      type values[16];                                                                \
      for (int j = 0; j < 16; j++) values[j] = from_float_##type(factors[j]);         \
      for (int64_t i = 0; i < area; i++)                                              \
        for (int64_t j = 0; j < block; j++) dst[i * block + j] = values[j];           \
    }                                                                                 \
  }
CHANNELS_OF(float)
CHANNELS_OF(bfloat)

// Σ src · other per lane: rows of float32 sums, added up in double: exact enough, and fast. Always called
// with a constant number of lanes, so that they are registers.
#define SUM_OF(type)                                                                  \
  INLINE void sum_lanes_##type(                                                       \
      const type *restrict src, const type *restrict other, int64_t count, int lanes, \
      double *restrict total) {                                                       \
    for (int64_t start = 0; start < count; start += 256 * lanes) {                    \
      int64_t stop = start + 256 * lanes < count ? start + 256 * lanes : count;       \
      float partial[16] = {0};                                                        \
      int64_t i = start;                                                              \
      if (other)                                                                      \
        for (; i + lanes <= stop; i += lanes)                                         \
          for (int j = 0; j < lanes; j++)                                             \
            partial[j] += to_float_##type(src[i + j]) * to_float_##type(other[i + j]); \
      else                                                                            \
        for (; i + lanes <= stop; i += lanes)                                         \
          for (int j = 0; j < lanes; j++) partial[j] += to_float_##type(src[i + j]);  \
      for (int j = 0; i + j < stop; j++)                                              \
        partial[j] +=                                                                 \
            to_float_##type(src[i + j]) * (other ? to_float_##type(other[i + j]) : 1.0f); \
      for (int j = 0; j < lanes; j++) total[j] += partial[j];                         \
    }                                                                                 \
  }                                                                                   \
  MULTIVERSIONED static void sum_##type(void *context, int64_t begin, int64_t end) {   \
    TASKS_BEGIN                                                                       \
      const type *src = (const type *)work->src + offset;                             \
      const type *other = work->other ? (const type *)work->other + offset : NULL;    \
      double total[16] = {0};                                                         \
      int64_t count = area * block;                                                   \
      if (block == 8)                                                                 \
        sum_lanes_##type(src, other, count, 8, total);                                \
      else                                                                            \
        sum_lanes_##type(src, other, count, 16, total);                               \
      float *dst = (float *)work->dst + image * work->pitch + first;                  \
      if (block == 1) {                                                               \
        for (int j = 1; j < 16; j++) total[0] += total[j];                            \
        dst[0] = (float)(total[0] * work->scale);                                     \
      } else {                                                                        \
        int64_t all = work->pitch > channels ? block : used;                          \
        for (int64_t j = 0; j < all; j++) dst[j] = (float)(total[j] * work->scale);   \
      }                                                                               \
    }                                                                                 \
  }
SUM_OF(float)
SUM_OF(bfloat)

static void run(channel_work *work, void (*body)(void *, int64_t, int64_t)) {
  ck_layout l = work->layout;
  ck_parallel(l.n * ((l.channels + l.block - 1) / l.block), 1, body, work);
}

void ck_scale_channels(
    void *dst, const void *src, const float *factor, int64_t pitch, ck_layout layout, bool bf16) {
  channel_work work = {
      .dst = dst, .src = src, .factor = factor, .pitch = pitch, .layout = layout};
  run(&work, bf16 ? scale_bfloat : scale_float);
}

void ck_sum_channels(
    float *dst, int64_t pitch, const void *src, const void *other, float scale, ck_layout layout,
    bool bf16) {
  channel_work work = {
      .dst = dst, .src = src, .other = other, .scale = scale, .pitch = pitch, .layout = layout};
  run(&work, bf16 ? sum_bfloat : sum_float);
}

void ck_fill_channels(
    void *dst, const float *value, int64_t pitch, ck_layout layout, bool bf16) {
  channel_work work = {.dst = dst, .factor = value, .pitch = pitch, .layout = layout};
  run(&work, bf16 ? fill_bfloat : fill_float);
}

void ck_clear_padding(void *dst, ck_layout l, bool bf16) {
  int64_t blocks = (l.channels + l.block - 1) / l.block, used = l.channels % l.block;
  size_t size = bf16 ? sizeof(bfloat) : sizeof(float);
  if (used == 0) return;
  for (int64_t image = 0; image < l.n; image++)
    for (int64_t i = 0; i < l.area; i++) {
      int64_t pixel = ((image * blocks + blocks - 1) * l.area + i) * l.block;
      memset((char *)dst + (size_t)(pixel + used) * size, 0, (size_t)(l.block - used) * size);
    }
}

// MARK: - Softmax over the channels of row-major tensors, in strips of pixels that stay in cache

enum { STRIP = 512 };

typedef struct {
  void *dst;
  const void *a, *b;
  int64_t c, area, strips;
  bool log;
} softmax_work;

#define STRIPS_BEGIN(type)                                                            \
  const softmax_work *work = context;                                                 \
  int64_t area = work->area, c = work->c;                                             \
  for (int64_t task = begin; task < end; task++) {                                    \
    int64_t first = task % work->strips * STRIP;                                      \
    int64_t length = area - first < STRIP ? area - first : STRIP;                     \
    int64_t offset = task / work->strips * c * area + first;                          \
    const type *a = (const type *)work->a + offset;                                   \
    type *dst = (type *)work->dst + offset;

#define SOFTMAX_OF(type)                                                                 \
  MULTIVERSIONED static void softmax_##type(void *context, int64_t begin, int64_t end) {  \
    STRIPS_BEGIN(type)                                                                   \
      float largest[STRIP], sum[STRIP];                                                  \
      for (int64_t i = 0; i < length; i++) largest[i] = to_float_##type(a[i]);           \
      for (int64_t k = 1; k < c; k++)                                                    \
        for (int64_t i = 0; i < length; i++) {                                           \
          float x = to_float_##type(a[k * area + i]);                                    \
          largest[i] = x > largest[i] ? x : largest[i];                                  \
        }                                                                                \
      for (int64_t i = 0; i < length; i++) sum[i] = 0;                                   \
      for (int64_t k = 0; k < c; k++)                                                    \
        for (int64_t i = 0; i < length; i++)                                             \
          sum[i] += fast_exp(to_float_##type(a[k * area + i]) - largest[i]);             \
      for (int64_t i = 0; i < length; i++)                                               \
        sum[i] = work->log ? fast_log(sum[i]) : 1.0f / sum[i];                           \
      for (int64_t k = 0; k < c; k++)                                                    \
        for (int64_t i = 0; i < length; i++) {                                           \
          float x = to_float_##type(a[k * area + i]);                                    \
          dst[k * area + i] = from_float_##type(                                         \
              work->log ? (x - largest[i]) - sum[i] : fast_exp(x - largest[i]) * sum[i]); \
        }                                                                                \
    }                                                                                    \
  }                                                                                      \
  MULTIVERSIONED static void softmax_gradient_##type(                                    \
      void *context, int64_t begin, int64_t end) {                                       \
    STRIPS_BEGIN(type)                                                                   \
      const type *y = (const type *)work->b + offset;                                    \
      float sum[STRIP];                                                                  \
      for (int64_t i = 0; i < length; i++) sum[i] = 0;                                   \
      for (int64_t k = 0; k < c; k++)                                                    \
        for (int64_t i = 0; i < length; i++)                                             \
          sum[i] += to_float_##type(a[k * area + i]) *                                   \
                    (work->log ? 1.0f : to_float_##type(y[k * area + i]));               \
      for (int64_t k = 0; k < c; k++)                                                    \
        for (int64_t i = 0; i < length; i++) {                                           \
          float g = to_float_##type(a[k * area + i]), v = to_float_##type(y[k * area + i]); \
          dst[k * area + i] =                                                            \
              from_float_##type(work->log ? g - fast_exp(v) * sum[i] : v * (g - sum[i])); \
        }                                                                                \
    }                                                                                    \
  }
SOFTMAX_OF(float)
SOFTMAX_OF(bfloat)

void ck_softmax(
    void *dst, const void *src, int64_t n, int64_t c, int64_t area, bool log, bool bf16) {
  int64_t strips = (area + STRIP - 1) / STRIP;
  softmax_work work = {.dst = dst, .a = src, .c = c, .area = area, .strips = strips, .log = log};
  ck_parallel(n * strips, 1, bf16 ? softmax_bfloat : softmax_float, &work);
}

void ck_softmax_gradient(
    void *dst, const void *gradient, const void *y, int64_t n, int64_t c, int64_t area, bool log,
    bool bf16) {
  int64_t strips = (area + STRIP - 1) / STRIP;
  softmax_work work = {
      .dst = dst, .a = gradient, .b = y, .c = c, .area = area, .strips = strips, .log = log};
  ck_parallel(n * strips, 1, bf16 ? softmax_gradient_bfloat : softmax_gradient_float, &work);
}
