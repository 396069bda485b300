// What follows the last feature map at full resolution, without ever writing it: the enlarged
// logits exist one row at a time, in cache.
#include <math.h>
#include <stdlib.h>

#include "CKernels.h"
#include "arithmetic.h"

/// Where output element i lies between input elements `low` and `high`: weight of `high`.
typedef struct {
  int32_t *low, *high;
  float *weight;
} taps;

static taps make_taps(int64_t from, int64_t to) {
  taps t = {
      malloc((size_t)to * sizeof(int32_t)), malloc((size_t)to * sizeof(int32_t)),
      malloc((size_t)to * sizeof(float))};
  for (int64_t i = 0; i < to; i++) {
    double position = ((double)i + 0.5) * (double)from / (double)to - 0.5;
    if (position < 0) position = 0;
    int64_t low = (int64_t)position;
    t.low[i] = (int32_t)low;
    t.high[i] = (int32_t)(low + 1 < from ? low + 1 : from - 1);
    t.weight[i] = (float)(position - (double)low);
  }
  return t;
}

static void free_taps(taps t) {
  free(t.low);
  free(t.high);
  free(t.weight);
}

typedef struct {
  ck_upsampling size;
  taps rows, columns;
  const void *source;
  bool bf16;
  // Cross-entropy
  const uint8_t *labels;
  float *low_part, *high_part;  // gradient by the rows `low` and `high` of each segment
  double *losses;
  int64_t *counts;
  // Argmax
  uint8_t *label;
  float *confidence;
  bool normalise;
} pixel_work;

/// One enlarged row of all channels: `tall` holds the vertical blend [c][w], `wide` the result.
INLINE void enlarge_row(
    const pixel_work *p, int64_t image, int64_t y, float *restrict tall, float *restrict wide) {
  ck_upsampling s = p->size;
  int64_t low = p->rows.low[y], high = p->rows.high[y];
  float weight = p->rows.weight[y];
  for (int64_t k = 0; k < s.c; k++) {
    int64_t plane = (image * s.c + k) * s.h;
    if (p->bf16) {
      const bfloat *a = (const bfloat *)p->source + (plane + low) * s.w;
      const bfloat *b = (const bfloat *)p->source + (plane + high) * s.w;
      for (int64_t x = 0; x < s.w; x++)
        tall[x] = to_float_bfloat(a[x]) * (1 - weight) + to_float_bfloat(b[x]) * weight;
    } else {
      const float *a = (const float *)p->source + (plane + low) * s.w;
      const float *b = (const float *)p->source + (plane + high) * s.w;
      for (int64_t x = 0; x < s.w; x++) tall[x] = a[x] * (1 - weight) + b[x] * weight;
    }
    float *restrict out = wide + k * s.width;
    const int32_t *restrict left = p->columns.low, *restrict right = p->columns.high;
    const float *restrict blend = p->columns.weight;
    for (int64_t x = 0; x < s.width; x++)
      out[x] = tall[left[x]] * (1 - blend[x]) + tall[right[x]] * blend[x];
  }
}

INLINE void row_maximum(const float *restrict wide, int64_t c, int64_t width, float *restrict top) {
  for (int64_t x = 0; x < width; x++) top[x] = wide[x];
  for (int64_t k = 1; k < c; k++)
    for (int64_t x = 0; x < width; x++) {
      float v = wide[k * width + x];
      top[x] = v > top[x] ? v : top[x];
    }
}

// A task is one (image, source row): the output rows that begin at that row. It alone writes that
// row's parts of the gradient, so threads never meet and the sums' order is fixed.
MULTIVERSIONED static void cross_entropy(void *context, int64_t begin, int64_t end) {
  const pixel_work *p = context;
  ck_upsampling s = p->size;
  float *tall = malloc((size_t)(s.w + (s.c + 3) * s.width) * sizeof(float));
  float *wide = tall + s.w, *top = wide + s.c * s.width, *sum = top + s.width,
        *picked = sum + s.width;
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.h, source_row = task % s.h;
    float *low_part = p->low_part ? p->low_part + task * s.c * s.w : NULL;
    float *high_part = p->high_part ? p->high_part + task * s.c * s.w : NULL;
    if (low_part)
      for (int64_t i = 0; i < s.c * s.w; i++) low_part[i] = high_part[i] = 0;
    double loss = 0;
    int64_t count = 0;
    for (int64_t y = 0; y < s.height; y++) {
      if (p->rows.low[y] != source_row) continue;
      const uint8_t *labels = p->labels + (image * s.height + y) * s.width;
      enlarge_row(p, image, y, tall, wide);
      row_maximum(wide, s.c, s.width, top);
      for (int64_t x = 0; x < s.width; x++) {
        picked[x] = labels[x] < s.c ? wide[labels[x] * s.width + x] : 0;
        sum[x] = 0;
      }
      for (int64_t k = 0; k < s.c; k++) {
        float *restrict row = wide + k * s.width;
        for (int64_t x = 0; x < s.width; x++) {
          float e = fast_exp(row[x] - top[x]);
          row[x] = e;
          sum[x] += e;
        }
      }
      float row_loss = 0;
      int64_t row_count = 0;
      for (int64_t x = 0; x < s.width; x++) {
        float counted = labels[x] < s.c ? 1.0f : 0.0f;
        // Logits first: their difference is small and exact where they are large and close.
        row_loss += counted * ((top[x] - picked[x]) + fast_log(sum[x]));
        row_count += labels[x] < s.c;
        sum[x] = counted / sum[x];  // now the probabilities' factor; 0 where ignored
      }
      loss += row_loss;
      count += row_count;
      if (!low_part) continue;
      float weight = p->rows.weight[y];
      for (int64_t k = 0; k < s.c; k++) {
        float *restrict row = wide + k * s.width;
        for (int64_t x = 0; x < s.width; x++)
          row[x] = row[x] * sum[x] - (labels[x] == k ? 1.0f : 0.0f);
        for (int64_t x = 0; x < s.w; x++) tall[x] = 0;
        for (int64_t x = 0; x < s.width; x++) {
          float blend = p->columns.weight[x];
          tall[p->columns.low[x]] += row[x] * (1 - blend);
          tall[p->columns.high[x]] += row[x] * blend;
        }
        float *restrict low = low_part + k * s.w, *restrict high = high_part + k * s.w;
        for (int64_t x = 0; x < s.w; x++) {
          low[x] += tall[x] * (1 - weight);
          high[x] += tall[x] * weight;
        }
      }
    }
    p->losses[task] = loss;
    p->counts[task] = count;
  }
  free(tall);
}

typedef struct {
  float *gradient;
  const float *low_part, *high_part;
  ck_upsampling size;
} gather_work;

/// Adds up, for each source row, what its own segment and the one above it gave.
MULTIVERSIONED static void gather(void *context, int64_t begin, int64_t end) {
  const gather_work *g = context;
  ck_upsampling s = g->size;
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.h, row = task % s.h;
    for (int64_t k = 0; k < s.c; k++) {
      float *dst = g->gradient + ((image * s.c + k) * s.h + row) * s.w;
      const float *low = g->low_part + (task * s.c + k) * s.w;
      const float *above = row > 0 ? g->high_part + ((task - 1) * s.c + k) * s.w : NULL;
      // The last row's segment has no row below it: its high part is its own.
      const float *own = row == s.h - 1 ? g->high_part + (task * s.c + k) * s.w : NULL;
      for (int64_t x = 0; x < s.w; x++)
        dst[x] = low[x] + (above ? above[x] : 0) + (own ? own[x] : 0);
    }
  }
}

double ck_upsampled_cross_entropy(
    float *gradient, const void *logits, const uint8_t *labels, ck_upsampling s, int64_t *counted,
    bool bf16) {
  int64_t tasks = s.n * s.h;
  size_t part = (size_t)(tasks * s.c * s.w);
  pixel_work p = {
      .size = s, .rows = make_taps(s.h, s.height), .columns = make_taps(s.w, s.width),
      .source = logits, .bf16 = bf16, .labels = labels,
      .low_part = gradient ? malloc(2 * part * sizeof(float)) : NULL,
      .losses = malloc((size_t)tasks * sizeof(double)),
      .counts = malloc((size_t)tasks * sizeof(int64_t))};
  p.high_part = gradient ? p.low_part + part : NULL;
  ck_parallel(tasks, 1, cross_entropy, &p);
  if (gradient) {
    gather_work g = {gradient, p.low_part, p.high_part, s};
    ck_parallel(tasks, 1, gather, &g);
  }
  double loss = 0;
  *counted = 0;
  for (int64_t i = 0; i < tasks; i++) {
    loss += p.losses[i];
    *counted += p.counts[i];
  }
  free(p.low_part);
  free(p.losses);
  free(p.counts);
  free_taps(p.rows);
  free_taps(p.columns);
  return loss;
}

MULTIVERSIONED static void argmax(void *context, int64_t begin, int64_t end) {
  const pixel_work *p = context;
  ck_upsampling s = p->size;
  float *tall = malloc((size_t)(s.w + (s.c + 3) * s.width) * sizeof(float));
  float *wide = tall + s.w, *top = wide + s.c * s.width, *sum = top + s.width;
  int32_t *best = (int32_t *)(sum + s.width);
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.height, y = task % s.height;
    enlarge_row(p, image, y, tall, wide);
    for (int64_t x = 0; x < s.width; x++) {
      top[x] = wide[x];
      best[x] = 0;
    }
    for (int64_t k = 1; k < s.c; k++)
      for (int64_t x = 0; x < s.width; x++) {
        float v = wide[k * s.width + x];
        best[x] = v > top[x] ? (int32_t)k : best[x];
        top[x] = v > top[x] ? v : top[x];
      }
    uint8_t *label = p->label + task * s.width;
    for (int64_t x = 0; x < s.width; x++) label[x] = (uint8_t)best[x];
    if (!p->confidence) continue;
    float *confidence = p->confidence + task * s.width;
    if (p->normalise) {
      for (int64_t x = 0; x < s.width; x++) sum[x] = 0;
      for (int64_t k = 0; k < s.c; k++)
        for (int64_t x = 0; x < s.width; x++) sum[x] += fast_exp(wide[k * s.width + x] - top[x]);
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
  pixel_work p = {
      .size = s, .rows = make_taps(s.h, s.height), .columns = make_taps(s.w, s.width),
      .source = scores, .bf16 = bf16, .label = label, .confidence = confidence,
      .normalise = normalise};
  ck_parallel(s.n * s.height, 1, argmax, &p);
  free_taps(p.rows);
  free_taps(p.columns);
}
