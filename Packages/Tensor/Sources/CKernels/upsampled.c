// What follows the last feature map at full resolution, without ever writing it: the enlarged
// scores exist one row at a time, in cache.
#include "upsampled.h"

typedef struct {
  void *gradient;
  gradient_parts parts;
  ck_upsampling size;
  float scale;
} gather_work;

/// Adds up, for each source row, what its own task and the one above it gave.
#define GATHER_OF(type)                                                                    \
  MULTIVERSIONED static void gather_##type(void *context, int64_t begin, int64_t end) {     \
    const gather_work *g = context;                                                        \
    ck_upsampling s = g->size;                                                             \
    for (int64_t task = begin; task < end; task++) {                                       \
      int64_t image = task / s.h, row = task % s.h;                                        \
      int64_t blocks = (s.c + s.block - 1) / s.block;                                      \
      for (int64_t k = 0; k < blocks * s.block; k++) {                                     \
        int64_t plane = image * blocks + k / s.block;                                      \
        type *dst = (type *)g->gradient + (plane * s.h + row) * s.w * s.block + k % s.block; \
        if (k >= s.c) {                                                                    \
          for (int64_t x = 0; x < s.w; x++) dst[x * s.block] = 0;                          \
          continue;                                                                        \
        }                                                                                  \
        const float *low = g->parts.low + (task * s.c + k) * s.w;                          \
        const float *above =                                                               \
            row > 0 ? g->parts.high + ((task - 1) * s.c + k) * s.w : NULL;                 \
        /* The last row's task has no row below it: its high part is its own. */           \
        const float *own =                                                                 \
            row == s.h - 1 ? g->parts.high + (task * s.c + k) * s.w : NULL;                \
        for (int64_t x = 0; x < s.w; x++)                                                  \
          dst[x * s.block] = from_float_##type(                                            \
              (low[x] + (above ? above[x] : 0) + (own ? own[x] : 0)) * g->scale);          \
      }                                                                                    \
    }                                                                                      \
  }
GATHER_OF(float)
GATHER_OF(bfloat)

void ck_gather_parts(
    void *gradient, gradient_parts parts, ck_upsampling size, float scale, bool bf16) {
  gather_work g = {gradient, parts, size, scale};
  ck_parallel(size.n * size.h, 1, bf16 ? gather_bfloat : gather_float, &g);
}

typedef struct {
  enlargement scores;
  uint8_t *label;
  float *confidence;
  bool normalise;
} argmax_work;

MULTIVERSIONED static void argmax(void *context, int64_t begin, int64_t end) {
  const argmax_work *p = context;
  ck_upsampling s = p->scores.size;
  float *tall = malloc((size_t)(tall_count(s) + (s.c + 3) * s.width) * sizeof(float));
  float *wide = tall + tall_count(s), *restrict top = wide + s.c * s.width, *restrict sum = top + s.width;
  int32_t *restrict best = (int32_t *)(sum + s.width);
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.height, y = task % s.height;
    enlarge_row(&p->scores, image, y, tall, wide);
    for (int64_t x = 0; x < s.width; x++) {
      top[x] = wide[x];
      best[x] = 0;
    }
    for (int64_t k = 1; k < s.c; k++) {
      const float *restrict row = wide + k * s.width;
      for (int64_t x = 0; x < s.width; x++) {
        float v = row[x];
        best[x] = v > top[x] ? (int32_t)k : best[x];
        top[x] = v > top[x] ? v : top[x];
      }
    }
    uint8_t *restrict label = p->label + task * s.width;
    for (int64_t x = 0; x < s.width; x++) label[x] = (uint8_t)best[x];
    float *restrict confidence = p->confidence + task * s.width;
    if (p->normalise) {
      for (int64_t x = 0; x < s.width; x++) sum[x] = 0;
      for (int64_t k = 0; k < s.c; k++) {
        const float *restrict row = wide + k * s.width;
        for (int64_t x = 0; x < s.width; x++) sum[x] += fast_exp(row[x] - top[x]);
      }
      for (int64_t x = 0; x < s.width; x++) confidence[x] = 1.0f / sum[x];
    } else {
      for (int64_t x = 0; x < s.width; x++) confidence[x] = top[x];
    }
  }
  free(tall);
}

void ck_upsampled_argmax(
    uint8_t *label, float *confidence, const void *scores, ck_upsampling s, bool normalise,
    bool bf16) {
  argmax_work p = {make_enlargement(scores, s, bf16), label, confidence, normalise};
  ck_parallel(s.n * s.height, 1, argmax, &p);
  free_enlargement(p.scores);
}
