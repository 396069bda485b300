// What kernels over enlarged scores share: one row of all channels at a time, in cache.
#ifndef upsampled_h
#define upsampled_h

#include <stdlib.h>

#include "CKernels.h"
#include "arithmetic.h"
#include "taps.h"

typedef struct {
  ck_upsampling size;
  taps rows, columns;
  const void *source;
  bool bf16;
} enlargement;

INLINE enlargement make_enlargement(const void *source, ck_upsampling s, bool bf16) {
  return (enlargement){
      s, make_taps(s.h, s.height), make_taps(s.w, s.width), source, bf16};
}

INLINE void free_enlargement(enlargement e) {
  free_taps(e.rows);
  free_taps(e.columns);
}

enum { EIGHTH = 8 };  // the scale of the network's logits, for which the compiler unrolls

/// Blends between the elements of `narrow`, which lie `step` apart, `wide[x]` between low and high
/// of x.
INLINE void widen_row(
    const enlargement *e, const float *narrow, int64_t step, float *restrict wide) {
  int64_t w = e->size.w, width = e->size.width;
  const float *restrict blend = e->columns.weight;
  if (width == EIGHTH * w && w > 1) {
    // Between the centres of two neighbours lie eight elements whose weights are always the same.
    const float *restrict phase = blend + EIGHTH / 2;
    for (int64_t x = 0; x < EIGHTH / 2; x++) wide[x] = narrow[0];
    for (int64_t i = 0; i + 1 < w; i++) {
      float a = narrow[i * step], b = narrow[(i + 1) * step];
      float *restrict out = wide + EIGHTH / 2 + i * EIGHTH;
      for (int64_t j = 0; j < EIGHTH; j++) out[j] = a * (1 - phase[j]) + b * phase[j];
    }
    for (int64_t x = width - EIGHTH / 2; x < width; x++) wide[x] = narrow[(w - 1) * step];
    return;
  }
  const int32_t *restrict left = e->columns.low, *restrict right = e->columns.high;
  for (int64_t x = 0; x < width; x++)
    wide[x] = narrow[left[x] * step] * (1 - blend[x]) + narrow[right[x] * step] * blend[x];
}

/// The transpose of widen_row: adds to `narrow` what `wide` gives to it.
INLINE void narrow_row(const enlargement *e, const float *wide, float *restrict narrow) {
  int64_t w = e->size.w, width = e->size.width;
  const float *restrict blend = e->columns.weight;
  if (width == EIGHTH * w && w > 1) {
    const float *restrict phase = blend + EIGHTH / 2;
    const float *end = wide + width - EIGHTH / 2;
    narrow[0] += (wide[0] + wide[1]) + (wide[2] + wide[3]);
    narrow[w - 1] += (end[0] + end[1]) + (end[2] + end[3]);
    for (int64_t i = 0; i + 1 < w; i++) {
      const float *in = wide + EIGHTH / 2 + i * EIGHTH;
      float a[EIGHTH], b[EIGHTH];
      for (int j = 0; j < EIGHTH; j++) {
        a[j] = in[j] * (1 - phase[j]);
        b[j] = in[j] * phase[j];
      }
      narrow[i] += ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
      narrow[i + 1] += ((b[0] + b[1]) + (b[2] + b[3])) + ((b[4] + b[5]) + (b[6] + b[7]));
    }
    return;
  }
  for (int64_t x = 0; x < width; x++) {
    narrow[e->columns.low[x]] += wide[x] * (1 - blend[x]);
    narrow[e->columns.high[x]] += wide[x] * blend[x];
  }
}

/// Floats that enlarge_row wants as `tall`.
INLINE int64_t tall_count(ck_upsampling s) { return s.w * s.block; }

/// Row y of all channels of an image, enlarged: `tall` holds the vertical blend of one block.
INLINE void enlarge_row(
    const enlargement *e, int64_t image, int64_t y, float *restrict tall, float *restrict wide) {
  ck_upsampling s = e->size;
  int64_t low = e->rows.low[y], high = e->rows.high[y];
  int64_t blocks = (s.c + s.block - 1) / s.block, row = s.w * s.block;
  float weight = e->rows.weight[y];
  for (int64_t block = 0; block < blocks; block++) {
    int64_t plane = (image * blocks + block) * s.h;
    if (e->bf16) {
      const bfloat *a = (const bfloat *)e->source + (plane + low) * row;
      const bfloat *b = (const bfloat *)e->source + (plane + high) * row;
      for (int64_t x = 0; x < row; x++)
        tall[x] = to_float_bfloat(a[x]) * (1 - weight) + to_float_bfloat(b[x]) * weight;
    } else {
      const float *a = (const float *)e->source + (plane + low) * row;
      const float *b = (const float *)e->source + (plane + high) * row;
      for (int64_t x = 0; x < row; x++) tall[x] = a[x] * (1 - weight) + b[x] * weight;
    }
    int64_t first = block * s.block, used = s.c - first < s.block ? s.c - first : s.block;
    for (int64_t j = 0; j < used; j++)
      widen_row(e, tall + j, s.block, wide + (first + j) * s.width);
  }
}

/// Enlarged rows from `first` to before `last` are those whose lower neighbour is `source_row`.
INLINE void rows_of(const enlargement *e, int64_t source_row, int64_t *first, int64_t *last) {
  int64_t y = 0;
  while (y < e->size.height && e->rows.low[y] < source_row) y++;
  *first = y;
  while (y < e->size.height && e->rows.low[y] == source_row) y++;
  *last = y;
}

/// The gradient by the scores, gathered while rows go by: a task is one (image, source row), the
/// enlarged rows that begin at that row. It alone writes that row's parts, so threads never meet
/// and the sums' order is fixed. Rows are added up at full width and made narrow once a task.
typedef struct {
  float *low, *high;  // [task][c][w], by the source row and the one below it
} gradient_parts;

INLINE gradient_parts make_parts(ck_upsampling s) {
  size_t count = (size_t)(s.n * s.h * s.c * s.w);
  float *parts = malloc(2 * count * sizeof(float));
  return (gradient_parts){parts, parts + count};
}

INLINE void free_parts(gradient_parts parts) { free(parts.low); }

/// Adds one channel's row of gradients to the sums at full width.
INLINE void add_row(
    const float *restrict row, float weight, int64_t width, float *restrict low,
    float *restrict high) {
  for (int64_t x = 0; x < width; x++) {
    low[x] += row[x] * (1 - weight);
    high[x] += row[x] * weight;
  }
}

/// Makes a task's sums, [low, high][c][width], narrow.
INLINE void finish_parts(
    const enlargement *e, int64_t task, const float *sums, gradient_parts parts) {
  ck_upsampling s = e->size;
  for (int64_t k = 0; k < s.c; k++) {
    float *low = parts.low + (task * s.c + k) * s.w, *high = parts.high + (task * s.c + k) * s.w;
    for (int64_t x = 0; x < s.w; x++) low[x] = high[x] = 0;
    narrow_row(e, sums + k * s.width, low);
    narrow_row(e, sums + (s.c + k) * s.width, high);
  }
}

/// The parts of all tasks as the gradient, times `scale`, in the scores' type and layout.
void ck_gather_parts(
    void *gradient, gradient_parts parts, ck_upsampling size, float scale, bool bf16);

#endif
