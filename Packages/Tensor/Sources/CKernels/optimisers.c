#include <math.h>

#include "CKernels.h"
#include "arithmetic.h"

enum { GRAIN = 1 << 14 };

typedef struct {
  float *p, *first, *second;
  const float *g;
  float rate, beta1, beta2, epsilon, decay, gradient_scale, correction;
} step_work;

MULTIVERSIONED static void sgd(void *context, int64_t begin, int64_t end) {
  const step_work *s = context;
  float *restrict p = s->p, *restrict v = s->first;
  const float *restrict g = s->g;
  for (int64_t i = begin; i < end; i++) {
    v[i] = s->beta1 * v[i] + (g[i] * s->gradient_scale + s->decay * p[i]);
    p[i] -= s->rate * v[i];
  }
}

MULTIVERSIONED static void adam(void *context, int64_t begin, int64_t end) {
  const step_work *s = context;
  float *restrict p = s->p, *restrict m = s->first, *restrict v = s->second;
  const float *restrict g = s->g;
  for (int64_t i = begin; i < end; i++) {
    float gradient = g[i] * s->gradient_scale + s->decay * p[i];
    m[i] = s->beta1 * m[i] + (1 - s->beta1) * gradient;
    v[i] = s->beta2 * v[i] + (1 - s->beta2) * gradient * gradient;
    p[i] -= s->rate * m[i] / (sqrtf(v[i]) * s->correction + s->epsilon);
  }
}

void ck_sgd(
    float *parameter, float *velocity, const float *gradient, size_t count, float rate,
    float momentum, float decay, float gradient_scale) {
  step_work s = {
      .p = parameter, .first = velocity, .g = gradient, .rate = rate, .beta1 = momentum,
      .decay = decay, .gradient_scale = gradient_scale};
  ck_parallel((int64_t)count, GRAIN, sgd, &s);
}

void ck_adam(
    float *parameter, float *mean, float *square, const float *gradient, size_t count, float rate,
    float beta1, float beta2, float epsilon, float decay, float gradient_scale, int64_t step) {
  double first = 1 - pow(beta1, (double)step), second = 1 - pow(beta2, (double)step);
  step_work s = {
      .p = parameter, .first = mean, .second = square, .g = gradient,
      .rate = (float)(rate / first), .beta1 = beta1, .beta2 = beta2, .epsilon = epsilon,
      .decay = decay, .gradient_scale = gradient_scale, .correction = (float)(1 / sqrt(second))};
  ck_parallel((int64_t)count, GRAIN, adam, &s);
}
