// Batch normalisation with ReLU in the same pass, forward and backward, over row-major or
// channel-blocked tensors. oneDNN has both, but its threads wait for each other inside the kernel,
// spinning: where a processor has other work to do, a step takes many times as long.
//
// Elements are walked in flat runs of 16 lanes; lane j belongs to channel j mod block of its block.
#include <math.h>
#include <stdlib.h>

#include "CKernels.h"
#include "arithmetic.h"

enum { LANES = 16, SEGMENT = 8192 };  // a segment stays in the first cache while it is read twice

typedef struct {
  void *dst;
  const void *src, *gradient;
  float *partial;           // [image][block][segment][2][16]
  float *first, *second;    // per channel: mean and variance, or Σ gradient and Σ gradient · (x - mean)
  const float *factor, *summand, *mean, *a, *b;  // per channel
  bool relu;
  ck_layout layout;
  int64_t blocks, run, segments;  // run: elements of one block of one image
} norm_work;

static norm_work make_work(ck_layout l) {
  int64_t blocks = (l.channels + l.block - 1) / l.block, run = l.area * l.block;
  return (norm_work){
      .layout = l, .blocks = blocks, .run = run, .segments = (run + SEGMENT - 1) / SEGMENT};
}

/// The values of a block's channels, per lane; 0 where there is no channel.
INLINE void spread(const norm_work *n, const float *values, int64_t block, float *lanes) {
  for (int j = 0; j < LANES; j++) {
    int64_t channel = block * n->layout.block + j % n->layout.block;
    lanes[j] = values && channel < n->layout.channels ? values[channel] : 0;
  }
}

#define SEGMENTS_BEGIN                                                              \
  const norm_work *n = context;                                                     \
  for (int64_t task = begin; task < end; task++) {                                  \
    int64_t segment = task % n->segments, plane = task / n->segments;               \
    int64_t block = plane % n->blocks;                                              \
    int64_t offset = plane * n->run + segment * SEGMENT;                            \
    int64_t count = n->run - segment * SEGMENT;                                     \
    if (count > SEGMENT) count = SEGMENT;                                           \
    int64_t whole = count / LANES * LANES;                                          \
    (void)block;                                                                    \
    (void)whole;

/// Runs the statements for every element i of a segment with its lane j.
#define EACH_ELEMENT(...)                                                           \
  for (int64_t start = 0; start < whole; start += LANES)                            \
    for (int j = 0; j < LANES; j++) {                                               \
      int64_t i = start + j;                                                        \
      __VA_ARGS__;                                                                  \
    }                                                                               \
  for (int64_t i = whole; i < count; i++) {                                         \
    int j = (int)(i - whole);                                                       \
    __VA_ARGS__;                                                                    \
  }

#define NORMALISATION_OF(type)                                                      \
  MULTIVERSIONED static void moments_##type(void *context, int64_t begin, int64_t end) { \
    SEGMENTS_BEGIN                                                                  \
      const type *restrict x = (const type *)n->src + offset;                       \
      float sum[LANES] = {0}, square[LANES] = {0}, mean[LANES];                     \
      EACH_ELEMENT(sum[j] += to_float_##type(x[i]))                                 \
      for (int j = 0; j < LANES; j++) {                                             \
        int64_t elements = count / LANES + (j < count - whole);                     \
        mean[j] = elements ? sum[j] / (float)elements : 0;                          \
      }                                                                             \
      EACH_ELEMENT(float d = to_float_##type(x[i]) - mean[j]; square[j] += d * d)   \
      float *restrict out = n->partial + task * 2 * LANES;                          \
      for (int j = 0; j < LANES; j++) {                                             \
        out[j] = sum[j];                                                            \
        out[LANES + j] = square[j];                                                 \
      }                                                                             \
    }                                                                               \
  }                                                                                 \
  MULTIVERSIONED static void apply_##type(void *context, int64_t begin, int64_t end) { \
    SEGMENTS_BEGIN                                                                  \
      const type *restrict x = (const type *)n->src + offset;                       \
      type *restrict y = (type *)n->dst + offset;                                   \
      float factor[LANES], summand[LANES];                                          \
      spread(n, n->factor, block, factor);                                          \
      spread(n, n->summand, block, summand);                                        \
      if (n->relu) {                                                                \
        EACH_ELEMENT(float v = to_float_##type(x[i]) * factor[j] + summand[j];      \
                     y[i] = from_float_##type(v <= 0 ? 0 : v))                      \
      } else {                                                                      \
        EACH_ELEMENT(                                                               \
            y[i] = from_float_##type(to_float_##type(x[i]) * factor[j] + summand[j])) \
      }                                                                             \
    }                                                                               \
  }                                                                                 \
  MULTIVERSIONED static void products_##type(void *context, int64_t begin, int64_t end) { \
    SEGMENTS_BEGIN                                                                  \
      const type *restrict x = (const type *)n->src + offset;                       \
      const type *restrict g = (const type *)n->gradient + offset;                  \
      float factor[LANES], summand[LANES], mean[LANES];                             \
      float sum[LANES] = {0}, product[LANES] = {0};                                 \
      spread(n, n->factor, block, factor);                                          \
      spread(n, n->summand, block, summand);                                        \
      spread(n, n->mean, block, mean);                                              \
      if (n->relu) {                                                                \
        EACH_ELEMENT(float v = to_float_##type(x[i]), s = to_float_##type(g[i]);    \
                     s = v * factor[j] + summand[j] > 0 ? s : 0; sum[j] += s;       \
                     product[j] += s * (v - mean[j]))                               \
      } else {                                                                      \
        EACH_ELEMENT(float v = to_float_##type(x[i]), s = to_float_##type(g[i]);    \
                     sum[j] += s; product[j] += s * (v - mean[j]))                  \
      }                                                                             \
      float *restrict out = n->partial + task * 2 * LANES;                          \
      for (int j = 0; j < LANES; j++) {                                             \
        out[j] = sum[j];                                                            \
        out[LANES + j] = product[j];                                                \
      }                                                                             \
    }                                                                               \
  }                                                                                 \
  MULTIVERSIONED static void slope_##type(void *context, int64_t begin, int64_t end) { \
    SEGMENTS_BEGIN                                                                  \
      const type *restrict x = (const type *)n->src + offset;                       \
      const type *restrict g = (const type *)n->gradient + offset;                  \
      type *restrict dst = (type *)n->dst + offset;                                 \
      float factor[LANES], summand[LANES], a[LANES], b[LANES];                      \
      spread(n, n->factor, block, factor);                                          \
      spread(n, n->summand, block, summand);                                        \
      spread(n, n->a, block, a);                                                    \
      spread(n, n->b, block, b);                                                    \
      if (n->relu) {                                                                \
        EACH_ELEMENT(float v = to_float_##type(x[i]), s = to_float_##type(g[i]);    \
                     s = v * factor[j] + summand[j] > 0 ? s : 0;                    \
                     dst[i] = from_float_##type(factor[j] * s + (a[j] * v + b[j]))) \
      } else {                                                                      \
        EACH_ELEMENT(float v = to_float_##type(x[i]), s = to_float_##type(g[i]);    \
                     dst[i] = from_float_##type(factor[j] * s + (a[j] * v + b[j]))) \
      }                                                                             \
    }                                                                               \
  }
NORMALISATION_OF(float)
NORMALISATION_OF(bfloat)

/// Per channel, from the segments in their order: Σ of both partial sums, or mean and variance.
static void combine(const norm_work *n, bool moments) {
  ck_layout l = n->layout;
  double total = (double)l.n * (double)l.area;
  for (int64_t block = 0; block < n->blocks; block++) {
    double first[LANES] = {0}, second[LANES] = {0};
    double channel_first[LANES] = {0}, channel_second[LANES] = {0};
    for (int pass = 0; pass < 2; pass++) {
      for (int64_t image = 0; image < l.n; image++)
        for (int64_t s = 0; s < n->segments; s++) {
          const float *p =
              n->partial + ((image * n->blocks + block) * n->segments + s) * 2 * LANES;
          if (pass == 0) {
            for (int j = 0; j < LANES; j++) first[j] += p[j];
          } else if (!moments) {
            for (int j = 0; j < LANES; j++) second[j] += p[LANES + j];
          } else {
            int64_t count = n->run - s * SEGMENT < SEGMENT ? n->run - s * SEGMENT : SEGMENT;
            for (int j = 0; j < LANES; j++) {
              int64_t elements = count / LANES + (j < count % LANES);
              // Squares about the segment's mean, moved to the channel's.
              double d = elements ? p[j] / (double)elements - channel_first[j % l.block] : 0;
              second[j] += p[LANES + j] + (double)elements * d * d;
            }
          }
        }
      if (pass == 0)
        for (int j = 0; j < LANES; j++)
          channel_first[j % l.block] += first[j] / (moments ? total : 1);
    }
    for (int j = 0; j < LANES; j++)
      channel_second[j % l.block] += second[j] / (moments ? total : 1);
    for (int j = 0; j < l.block && block * l.block + j < l.channels; j++) {
      n->first[block * l.block + j] = (float)channel_first[j];
      n->second[block * l.block + j] = (float)channel_second[j];
    }
  }
}

static void run(norm_work *n, void (*body)(void *, int64_t, int64_t)) {
  ck_parallel(n->layout.n * n->blocks * n->segments, 1, body, n);
}

static float *make_partial(const norm_work *n) {
  return malloc((size_t)(n->layout.n * n->blocks * n->segments * 2 * LANES) * sizeof(float));
}

void ck_batch_moments(float *mean, float *variance, const void *src, ck_layout layout, bool bf16) {
  norm_work n = make_work(layout);
  n.src = src;
  n.first = mean;
  n.second = variance;
  n.partial = make_partial(&n);
  run(&n, bf16 ? moments_bfloat : moments_float);
  combine(&n, true);
  free(n.partial);
}

/// x · factor + summand is the normalised x.
static float *make_coefficients(
    const float *mean, const float *variance, const float *scale, const float *shift,
    float epsilon, int64_t channels) {
  float *factor = malloc((size_t)(4 * channels) * sizeof(float)), *summand = factor + channels;
  for (int64_t c = 0; c < channels; c++) {
    factor[c] = scale[c] / sqrtf(variance[c] + epsilon);
    summand[c] = shift[c] - mean[c] * factor[c];
  }
  return factor;
}

void ck_batch_norm(
    void *dst, const void *src, const float *mean, const float *variance, const float *scale,
    const float *shift, float epsilon, bool relu, ck_layout layout, bool bf16) {
  norm_work n = make_work(layout);
  float *factor =
      make_coefficients(mean, variance, scale, shift, epsilon, layout.channels);
  n.dst = dst;
  n.src = src;
  n.relu = relu;
  n.factor = factor;
  n.summand = factor + layout.channels;
  run(&n, bf16 ? apply_bfloat : apply_float);
  free(factor);
}

void ck_batch_norm_gradient(
    void *dst, float *scale_gradient, float *shift_gradient, const void *gradient,
    const void *src, const float *mean, const float *variance, const float *scale,
    const float *shift, float epsilon, bool relu, ck_layout layout, bool bf16) {
  int64_t channels = layout.channels;
  norm_work n = make_work(layout);
  float *factor = make_coefficients(mean, variance, scale, shift, epsilon, channels);
  float *a = factor + 2 * channels, *b = factor + 3 * channels;
  n.dst = dst;
  n.src = src;
  n.gradient = gradient;
  n.relu = relu;
  n.factor = factor;
  n.summand = factor + channels;
  n.mean = mean;
  n.first = shift_gradient;
  n.second = scale_gradient;
  n.partial = make_partial(&n);
  run(&n, bf16 ? products_bfloat : products_float);
  combine(&n, false);
  free(n.partial);
  double total = (double)layout.n * (double)layout.area;
  for (int64_t c = 0; c < channels; c++) {
    double deviation = sqrt((double)variance[c] + (double)epsilon);
    double product = scale_gradient[c] / (deviation * deviation * total);
    // factor · (g - Σg / M - (x - mean) · product), as factor · g + a · x + b
    a[c] = (float)(-factor[c] * product);
    b[c] = (float)(factor[c] * (mean[c] * product - shift_gradient[c] / total));
    scale_gradient[c] = (float)(scale_gradient[c] / deviation);
  }
  n.a = a;
  n.b = b;
  run(&n, bf16 ? slope_bfloat : slope_float);
  free(factor);
}
