#include <math.h>

#include "upsampled.h"

// The class of every pixel of enlarged scores, without enlarging them where it is plain: between four
// neighbouring source pixels all scores are blended with the same weights, so a class that is the
// largest at each of the four is so between them (rounding keeps the order, too).

typedef struct {
  enlargement scores;
  uint8_t *label;
  uint8_t *corner;  // [n][h][w]: the class at every source pixel
  int64_t *runs;    // where each run of columns with one lower neighbour begins, and the end of the last
  int64_t run_count;
} labels_work;

INLINE float value(const enlargement *e, int64_t index) {
  return e->bf16 ? to_float_bfloat(((const bfloat *)e->source)[index])
                 : ((const float *)e->source)[index];
}

/// From a pixel's first channel to channel k.
INLINE int64_t channel(ck_upsampling s, int64_t k) {
  return k / s.block * s.h * s.w * s.block + k % s.block;
}

/// Where the first channel of a source pixel lies.
INLINE int64_t place(ck_upsampling s, int64_t image, int64_t y, int64_t x) {
  int64_t blocks = (s.c + s.block - 1) / s.block;
  return (image * blocks * s.h * s.w + y * s.w + x) * s.block;
}

MULTIVERSIONED static void corners(void *context, int64_t begin, int64_t end) {
  const labels_work *p = context;
  ck_upsampling s = p->scores.size;
  for (int64_t row = begin; row < end; row++)
    for (int64_t x = 0; x < s.w; x++) {
      int64_t start = place(s, row / s.h, row % s.h, x);
      float top = value(&p->scores, start);
      int64_t best = 0;
      for (int64_t k = 1; k < s.c; k++) {
        float v = value(&p->scores, start + channel(s, k));
        best = v > top ? k : best;
        top = v > top ? v : top;
      }
      p->corner[row * s.w + x] = (uint8_t)best;
    }
}

enum { RUN = 8 };  // pixels that are compared at a time

/// Pixels [x, end) of row y, all between the same four source pixels.
INLINE void compare(const labels_work *p, int64_t image, int64_t y, int64_t x, int64_t end, uint8_t *label) {
  const enlargement *e = &p->scores;
  ck_upsampling s = e->size;
  int64_t up = e->rows.low[y], down = e->rows.high[y], left = e->columns.low[x], right = e->columns.high[x];
  int64_t a = place(s, image, up, left), b = place(s, image, down, left);
  int64_t c = place(s, image, up, right), d = place(s, image, down, right);
  float weight = e->rows.weight[y];
  for (; x < end; x += RUN) {
    int64_t count = end - x < RUN ? end - x : RUN;
    float top[RUN], blend[RUN];
    int32_t best[RUN];
    for (int64_t j = 0; j < RUN; j++) {
      blend[j] = e->columns.weight[x + (j < count ? j : 0)];
      top[j] = -INFINITY;
      best[j] = 0;
    }
    for (int64_t k = 0; k < s.c; k++) {
      int64_t at = channel(s, k);
      float low = value(e, a + at) * (1 - weight) + value(e, b + at) * weight;
      float high = value(e, c + at) * (1 - weight) + value(e, d + at) * weight;
      for (int64_t j = 0; j < RUN; j++) {
        float v = low * (1 - blend[j]) + high * blend[j];
        best[j] = v > top[j] ? (int32_t)k : best[j];
        top[j] = v > top[j] ? v : top[j];
      }
    }
    for (int64_t j = 0; j < count; j++) label[x + j] = (uint8_t)best[j];
  }
}

MULTIVERSIONED static void labels(void *context, int64_t begin, int64_t end) {
  const labels_work *p = context;
  const enlargement *e = &p->scores;
  ck_upsampling s = e->size;
  for (int64_t row = begin; row < end; row++) {
    int64_t image = row / s.height, y = row % s.height;
    const uint8_t *up = p->corner + (image * s.h + e->rows.low[y]) * s.w;
    const uint8_t *down = p->corner + (image * s.h + e->rows.high[y]) * s.w;
    uint8_t *label = p->label + row * s.width;
    for (int64_t run = 0; run < p->run_count; run++) {
      int64_t x = p->runs[run], stop = p->runs[run + 1];
      int64_t left = e->columns.low[x], right = e->columns.high[x];
      uint8_t class = up[left];
      if (class == up[right] && class == down[left] && class == down[right])
        memset(label + x, class, (size_t)(stop - x));
      else
        compare(p, image, y, x, stop, label);
    }
  }
}

void ck_upsampled_labels(uint8_t *label, const void *scores, ck_upsampling s, bool bf16) {
  labels_work p = {
      make_enlargement(scores, s, bf16), label, malloc((size_t)(s.n * s.h * s.w)),
      malloc((size_t)(s.w + 1) * sizeof(int64_t)), 0};
  for (int64_t x = 0; x < s.width; x++)
    if (x == 0 || p.scores.columns.low[x] != p.scores.columns.low[x - 1]) p.runs[p.run_count++] = x;
  p.runs[p.run_count] = s.width;
  ck_parallel(s.n * s.h, 1, corners, &p);
  ck_parallel(s.n * s.height, 1, labels, &p);
  free(p.corner);
  free(p.runs);
  free_enlargement(p.scores);
}
