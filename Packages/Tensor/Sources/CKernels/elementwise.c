#include <stdlib.h>

#include "CKernels.h"
#include "arithmetic.h"

enum { GRAIN = 1 << 14 };

typedef struct {
  void *dst;
  const void *a, *b;
  float factor;
  bool relu;
} operands;

MULTIVERSIONED static void widen(void *context, int64_t begin, int64_t end) {
  const operands *o = context;
  float *restrict dst = o->dst;
  const bfloat *restrict src = o->a;
  for (int64_t i = begin; i < end; i++) dst[i] = to_float_bfloat(src[i]);
}

MULTIVERSIONED static void narrow(void *context, int64_t begin, int64_t end) {
  const operands *o = context;
  bfloat *restrict dst = o->dst;
  const float *restrict src = o->a;
  for (int64_t i = begin; i < end; i++) dst[i] = from_float_bfloat(src[i]);
}

void ck_float_from_bfloat(float *dst, const uint16_t *src, size_t count) {
  operands o = {.dst = dst, .a = src};
  ck_parallel((int64_t)count, GRAIN, widen, &o);
}

void ck_bfloat_from_float(uint16_t *dst, const float *src, size_t count) {
  operands o = {.dst = dst, .a = src};
  ck_parallel((int64_t)count, GRAIN, narrow, &o);
}

// Defines `name_float` and `name_bfloat`, which set dst[i] to `expression` of x = a[i], y = b[i].
#define ELEMENTWISE_OF(type, name, prologue, expression)                                 \
  MULTIVERSIONED static void name##_##type(void *context, int64_t begin, int64_t end) {  \
    const operands *o = context;                                                         \
    type *dst = o->dst;                                                                  \
    const type *a = o->a, *b = o->b;                                                     \
    float factor = o->factor;                                                            \
    (void)factor;                                                                        \
    for (int64_t i = begin; i < end; i++) {                                              \
      float x = to_float_##type(a[i]);                                                   \
      prologue;                                                                          \
      dst[i] = from_float_##type(expression);                                            \
    }                                                                                    \
  }
#define ELEMENTWISE(name, prologue, expression)          \
  ELEMENTWISE_OF(float, name, prologue, expression)      \
  ELEMENTWISE_OF(bfloat, name, prologue, expression)
#define ONE (void)b
#define TWO(type) float y = to_float_##type(b[i])
#define ELEMENTWISE_TWO(name, expression)            \
  ELEMENTWISE_OF(float, name, TWO(float), expression) \
  ELEMENTWISE_OF(bfloat, name, TWO(bfloat), expression)

ELEMENTWISE_TWO(add, x + y)
// Asked the other way round, a NaN would become 0 and a diverged network look sound.
ELEMENTWISE_TWO(add_relu, x + y <= 0 ? 0 : x + y)
ELEMENTWISE_TWO(multiply, x *y)
ELEMENTWISE(scale, ONE, factor *x)
ELEMENTWISE(leaky_relu, ONE, x > 0 ? x : factor * x)
ELEMENTWISE_TWO(leaky_relu_gradient, y > 0 ? x : factor * x)
ELEMENTWISE(sigmoid, ONE, 1.0f / (1.0f + fast_exp(-x)))
ELEMENTWISE_TWO(sigmoid_gradient, x *y *(1 - y))

#define RUN(name, ...)                                                                   \
  operands o = {__VA_ARGS__};                                                            \
  ck_parallel((int64_t)count, GRAIN, bf16 ? name##_bfloat : name##_float, &o)

void ck_add(void *dst, const void *a, const void *b, size_t count, bool relu, bool bf16) {
  operands o = {.dst = dst, .a = a, .b = b};
  void (*body)(void *, int64_t, int64_t) =
      relu ? (bf16 ? add_relu_bfloat : add_relu_float) : (bf16 ? add_bfloat : add_float);
  ck_parallel((int64_t)count, GRAIN, body, &o);
}

void ck_multiply(void *dst, const void *a, const void *b, size_t count, bool bf16) {
  RUN(multiply, .dst = dst, .a = a, .b = b);
}

void ck_scale(void *dst, const void *src, float factor, size_t count, bool bf16) {
  RUN(scale, .dst = dst, .a = src, .factor = factor);
}

void ck_leaky_relu(void *dst, const void *src, float slope, size_t count, bool bf16) {
  RUN(leaky_relu, .dst = dst, .a = src, .factor = slope);
}

void ck_leaky_relu_gradient(
    void *dst, const void *gradient, const void *y, float slope, size_t count, bool bf16) {
  RUN(leaky_relu_gradient, .dst = dst, .a = gradient, .b = y, .factor = slope);
}

void ck_sigmoid(void *dst, const void *src, size_t count, bool bf16) {
  RUN(sigmoid, .dst = dst, .a = src);
}

void ck_sigmoid_gradient(
    void *dst, const void *gradient, const void *y, size_t count, bool bf16) {
  RUN(sigmoid_gradient, .dst = dst, .a = gradient, .b = y);
}

// MARK: - Reductions: one partial sum per chunk, added up in the chunks' order

enum { CHUNK = 1 << 14 };

typedef struct {
  double *partial;
  const void *src;
  int64_t count;
  float target;
  void *gradient;
  bool squared;
} reduction;

#define CHUNKS_BEGIN                                          \
  const reduction *r = context;                               \
  for (int64_t chunk = begin; chunk < end; chunk++) {         \
    int64_t first = chunk * CHUNK, last = first + CHUNK;      \
    if (last > r->count) last = r->count;

#define SUM_OF(type)                                                                \
  MULTIVERSIONED static void sum_##type(void *context, int64_t begin, int64_t end) { \
    CHUNKS_BEGIN                                                                    \
      const type *src = r->src;                                                     \
      double total[8] = {0};                                                        \
      for (int64_t i = first; i < last; i += 8)                                     \
        for (int64_t j = 0; j < 8 && i + j < last; j++) {                           \
          double x = to_float_##type(src[i + j]);                                   \
          total[j] += r->squared ? x * x : x;                                       \
        }                                                                           \
      double sum = 0;                                                               \
      for (int j = 0; j < 8; j++) sum += total[j];                                  \
      r->partial[chunk] = sum;                                                      \
    }                                                                               \
  }
SUM_OF(float)
SUM_OF(bfloat)

// max(x, 0) - x·z + ln(1 + e^-|x|), and its derivative σ(x) - z.
#define BCE_OF(type)                                                                \
  MULTIVERSIONED static void bce_##type(void *context, int64_t begin, int64_t end) { \
    CHUNKS_BEGIN                                                                    \
      const type *src = r->src;                                                     \
      type *gradient = r->gradient;                                                 \
      double sum = 0;                                                               \
      for (int64_t i = first; i < last; i++) {                                      \
        float x = to_float_##type(src[i]), magnitude = x < 0 ? -x : x;              \
        float e = fast_exp(-magnitude);                                             \
        sum += (x > 0 ? x : 0) - x * r->target + fast_log1p(e);                     \
        if (gradient)                                                               \
          gradient[i] =                                                             \
              from_float_##type((x > 0 ? 1.0f : e) / (1.0f + e) - r->target);       \
      }                                                                             \
      r->partial[chunk] = sum;                                                      \
    }                                                                               \
  }
BCE_OF(float)
BCE_OF(bfloat)

static double reduce(reduction *r, size_t count, void (*body)(void *, int64_t, int64_t)) {
  int64_t chunks = ((int64_t)count + CHUNK - 1) / CHUNK;
  if (!chunks) return 0;
  r->count = (int64_t)count;
  r->partial = malloc((size_t)chunks * sizeof(double));
  ck_parallel(chunks, 1, body, r);
  double total = 0;
  for (int64_t i = 0; i < chunks; i++) total += r->partial[i];
  free(r->partial);
  return total;
}

double ck_sum(const void *src, size_t count, bool squared, bool bf16) {
  reduction r = {.src = src, .squared = squared};
  return reduce(&r, count, bf16 ? sum_bfloat : sum_float);
}

double ck_binary_cross_entropy(
    void *gradient, const void *logits, float target, size_t count, bool bf16) {
  reduction r = {.src = logits, .gradient = gradient, .target = target};
  return reduce(&r, count, bf16 ? bce_bfloat : bce_float);
}
