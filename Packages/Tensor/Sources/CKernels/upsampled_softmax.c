// Probabilities at full size from logits that are enlarged on the way, and back.
#include "upsampled.h"

typedef struct {
  enlargement logits;
  void *dst;
  const void *gradient, *output;
  gradient_parts parts;
} softmax_work;

#define SOFTMAX_OF(type)                                                                    \
  MULTIVERSIONED static void softmax_##type(void *context, int64_t begin, int64_t end) {     \
    const softmax_work *p = context;                                                        \
    ck_upsampling s = p->logits.size;                                                       \
    float *tall = malloc((size_t)(tall_count(s) + (s.c + 2) * s.width) * sizeof(float));              \
    float *wide = tall + tall_count(s), *restrict top = wide + s.c * s.width;                         \
    float *restrict sum = top + s.width;                                                    \
    for (int64_t task = begin; task < end; task++) {                                        \
      int64_t image = task / s.height, y = task % s.height;                                 \
      enlarge_row(&p->logits, image, y, tall, wide);                                        \
      for (int64_t x = 0; x < s.width; x++) {                                               \
        top[x] = wide[x];                                                                   \
        sum[x] = 0;                                                                         \
      }                                                                                     \
      for (int64_t k = 1; k < s.c; k++) {                                                   \
        const float *restrict row = wide + k * s.width;                                     \
        for (int64_t x = 0; x < s.width; x++) top[x] = row[x] > top[x] ? row[x] : top[x];   \
      }                                                                                     \
      for (int64_t k = 0; k < s.c; k++) {                                                   \
        float *restrict row = wide + k * s.width;                                           \
        for (int64_t x = 0; x < s.width; x++) {                                             \
          row[x] = fast_exp(row[x] - top[x]);                                               \
          sum[x] += row[x];                                                                 \
        }                                                                                   \
      }                                                                                     \
      for (int64_t x = 0; x < s.width; x++) sum[x] = 1.0f / sum[x];                         \
      for (int64_t k = 0; k < s.c; k++) {                                                   \
        const float *restrict row = wide + k * s.width;                                     \
        type *restrict dst = (type *)p->dst + ((image * s.c + k) * s.height + y) * s.width; \
        for (int64_t x = 0; x < s.width; x++) dst[x] = from_float_##type(row[x] * sum[x]);  \
      }                                                                                     \
    }                                                                                       \
    free(tall);                                                                             \
  }                                                                                         \
  MULTIVERSIONED static void gradient_##type(void *context, int64_t begin, int64_t end) {    \
    const softmax_work *p = context;                                                        \
    ck_upsampling s = p->logits.size;                                                       \
    int64_t plane = s.c * s.width, step = s.height * s.width;                               \
    float *sums = malloc((size_t)(2 * plane + 2 * s.width) * sizeof(float));                \
    float *restrict dot = sums + 2 * plane, *restrict row = dot + s.width;                  \
    for (int64_t task = begin; task < end; task++) {                                        \
      int64_t image = task / s.h, first, last;                                              \
      rows_of(&p->logits, task % s.h, &first, &last);                                       \
      for (int64_t i = 0; i < 2 * plane; i++) sums[i] = 0;                                  \
      for (int64_t at = first; at < last; at++) {                                           \
        const type *restrict g =                                                            \
            (const type *)p->gradient + image * s.c * step + at * s.width;                  \
        const type *restrict y = (const type *)p->output + image * s.c * step + at * s.width; \
        float weight = p->logits.rows.weight[at];                                           \
        for (int64_t x = 0; x < s.width; x++) dot[x] = 0;                                   \
        for (int64_t k = 0; k < s.c; k++)                                                   \
          for (int64_t x = 0; x < s.width; x++)                                             \
            dot[x] += to_float_##type(g[k * step + x]) * to_float_##type(y[k * step + x]);  \
        for (int64_t k = 0; k < s.c; k++) {                                                 \
          for (int64_t x = 0; x < s.width; x++)                                             \
            row[x] = to_float_##type(y[k * step + x]) *                                     \
                     (to_float_##type(g[k * step + x]) - dot[x]);                           \
          add_row(row, weight, s.width, sums + k * s.width, sums + plane + k * s.width);    \
        }                                                                                   \
      }                                                                                     \
      finish_parts(&p->logits, task, sums, p->parts);                                       \
    }                                                                                       \
    free(sums);                                                                             \
  }
SOFTMAX_OF(float)
SOFTMAX_OF(bfloat)

void ck_upsampled_softmax(void *dst, const void *logits, ck_upsampling s, bool bf16) {
  softmax_work p = {.logits = make_enlargement(logits, s, bf16), .dst = dst};
  ck_parallel(s.n * s.height, 1, bf16 ? softmax_bfloat : softmax_float, &p);
  free_enlargement(p.logits);
}

void ck_upsampled_softmax_gradient(
    void *dst, const void *gradient, const void *output, ck_upsampling s, bool bf16) {
  softmax_work p = {
      .logits = make_enlargement(NULL, s, bf16), .gradient = gradient, .output = output,
      .parts = make_parts(s)};
  ck_parallel(s.n * s.h, 1, bf16 ? gradient_bfloat : gradient_float, &p);
  ck_gather_parts(dst, p.parts, s, 1, bf16);
  free_parts(p.parts);
  free_enlargement(p.logits);
}
