// Losses on enlarged logits and the gradient by the logits as they are, in one pass.
#include "upsampled.h"

typedef struct {
  enlargement logits;
  const uint8_t *labels;
  float target;
  bool needs_gradient;
  gradient_parts parts;
  double *losses;
  int64_t *counts;
} loss_work;

MULTIVERSIONED static void cross_entropy(void *context, int64_t begin, int64_t end) {
  const loss_work *p = context;
  ck_upsampling s = p->logits.size;
  int64_t plane = s.c * s.width;
  float *tall = malloc((size_t)(tall_count(s) + 3 * plane + 3 * s.width) * sizeof(float));
  float *wide = tall + tall_count(s), *sums = wide + plane, *restrict top = sums + 2 * plane,
        *restrict sum = top + s.width, *restrict picked = sum + s.width;
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.h, first, last;
    rows_of(&p->logits, task % s.h, &first, &last);
    if (p->needs_gradient)
      for (int64_t i = 0; i < 2 * plane; i++) sums[i] = 0;
    double loss = 0;
    int64_t count = 0;
    for (int64_t y = first; y < last; y++) {
      const uint8_t *restrict labels = p->labels + (image * s.height + y) * s.width;
      enlarge_row(&p->logits, image, y, tall, wide);
      for (int64_t x = 0; x < s.width; x++) top[x] = wide[x];
      for (int64_t k = 1; k < s.c; k++) {
        const float *restrict row = wide + k * s.width;
        for (int64_t x = 0; x < s.width; x++) top[x] = row[x] > top[x] ? row[x] : top[x];
      }
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
      for (int64_t x = 0; x < s.width; x++) {
        float counted = labels[x] < s.c ? 1.0f : 0.0f;
        // Logits first: their difference is small and exact where they are large and close.
        picked[x] = counted * ((top[x] - picked[x]) + fast_log(sum[x]));
        sum[x] = counted / sum[x];  // now the probabilities' factor; 0 where ignored
      }
      float row_loss = 0;
      for (int64_t x = 0; x < s.width; x++) {
        row_loss += picked[x];
        count += labels[x] < s.c;
      }
      loss += row_loss;
      if (!p->needs_gradient) continue;
      float weight = p->logits.rows.weight[y];
      for (int64_t k = 0; k < s.c; k++) {
        float *restrict row = wide + k * s.width;
        for (int64_t x = 0; x < s.width; x++)
          row[x] = row[x] * sum[x] - (labels[x] == k ? 1.0f : 0.0f);
        add_row(row, weight, s.width, sums + k * s.width, sums + plane + k * s.width);
      }
    }
    if (p->needs_gradient) finish_parts(&p->logits, task, sums, p->parts);
    p->losses[task] = loss;
    p->counts[task] = count;
  }
  free(tall);
}

/// One channel: max(x, 0) - x·z + ln(1 + e^-|x|), and its derivative σ(x) - z.
MULTIVERSIONED static void binary_cross_entropy(void *context, int64_t begin, int64_t end) {
  const loss_work *p = context;
  ck_upsampling s = p->logits.size;
  float *tall = malloc((size_t)(tall_count(s) + 4 * s.width) * sizeof(float));
  float *restrict wide = tall + tall_count(s), *restrict losses = wide + s.width, *sums = losses + s.width;
  for (int64_t task = begin; task < end; task++) {
    int64_t image = task / s.h, first, last;
    rows_of(&p->logits, task % s.h, &first, &last);
    for (int64_t i = 0; i < 2 * s.width; i++) sums[i] = 0;
    double loss = 0;
    for (int64_t y = first; y < last; y++) {
      enlarge_row(&p->logits, image, y, tall, wide);
      for (int64_t x = 0; x < s.width; x++) {
        float v = wide[x], e = fast_exp(v < 0 ? v : -v);
        losses[x] = (v > 0 ? v : 0) - v * p->target + fast_log1p(e);
        wide[x] = (v > 0 ? 1.0f : e) / (1.0f + e) - p->target;
      }
      float row_loss = 0;
      for (int64_t x = 0; x < s.width; x++) row_loss += losses[x];
      loss += row_loss;
      if (p->needs_gradient)
        add_row(wide, p->logits.rows.weight[y], s.width, sums, sums + s.width);
    }
    if (p->needs_gradient) finish_parts(&p->logits, task, sums, p->parts);
    p->losses[task] = loss;
  }
  free(tall);
}

/// Runs the body over all source rows, and returns the mean over what was counted.
static double mean_loss(
    loss_work *p, void *gradient, void (*body)(void *, int64_t, int64_t)) {
  ck_upsampling s = p->logits.size;
  int64_t tasks = s.n * s.h;
  p->losses = malloc((size_t)tasks * (sizeof(double) + sizeof(int64_t)));
  p->counts = (int64_t *)(p->losses + tasks);
  p->needs_gradient = gradient != NULL;
  if (gradient) p->parts = make_parts(s);
  ck_parallel(tasks, 1, body, p);
  double loss = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < tasks; i++) {
    loss += p->losses[i];
    if (p->labels) count += p->counts[i];
  }
  if (!p->labels) count = s.n * s.height * s.width;
  // A crop without a labelled pixel costs nothing, rather than 0 / 0.
  double share = count == 0 ? 0 : 1 / (double)count;
  if (gradient) {
    ck_gather_parts(gradient, p->parts, s, (float)share, p->logits.bf16);
    free_parts(p->parts);
  }
  free(p->losses);
  free_enlargement(p->logits);
  return loss * share;
}

double ck_upsampled_cross_entropy(
    void *gradient, const void *logits, const uint8_t *labels, ck_upsampling s, bool bf16) {
  loss_work p = {.logits = make_enlargement(logits, s, bf16), .labels = labels};
  return mean_loss(&p, gradient, cross_entropy);
}

double ck_upsampled_binary_cross_entropy(
    void *gradient, const void *logits, float target, ck_upsampling s, bool bf16) {
  loss_work p = {.logits = make_enlargement(logits, s, bf16), .target = target};
  return mean_loss(&p, gradient, binary_cross_entropy);
}
