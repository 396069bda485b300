// A 3x3 convolution over an enlarged map, made from nine 1x1 convolutions over the map before it is
// enlarged: both act linearly, one across the channels, the other within them. What is left to do here
// is to enlarge the nine products, shift each by its place in the window and add them up.
//
// Channels lie in blocks of LANES: [N][block][pixel][LANES], those of the products
// [N][place][block][pixel][LANES].
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "arithmetic.h"
#include "taps.h"

enum { PLACES = 9, MAX_MAPS = 4 };

typedef struct {
  const void *products;
  int64_t h, w;
  taps rows, columns;
} enlarged_map;

typedef struct {
  void *dst;
  const void *gradient;
  int64_t blocks, height, width;
  int count;
  bool relu;
  enlarged_map maps[MAX_MAPS];
} shifted_work;

// A task is one row of one block of output channels.
#define SUM_OF(type, LANES)                                                                \
  MULTIVERSIONED static void sum_##type##_##LANES(void *context, int64_t begin, int64_t end) { \
    const shifted_work *s = context;                                                       \
    int64_t widest = 0, height = s->height, width = s->width;                              \
    for (int m = 0; m < s->count; m++) widest = s->maps[m].w > widest ? s->maps[m].w : widest; \
    float *out = malloc((size_t)(width + 3 * widest) * LANES * sizeof(float));             \
    float *tall = out + width * LANES;                                                     \
    for (int64_t task = begin; task < end; task++) {                                       \
      int64_t y = task % height, block = task / height % s->blocks;                        \
      int64_t image = task / height / s->blocks;                                           \
      type *dst = (type *)s->dst + task * width * LANES;                                   \
      for (int64_t i = 0; i < width * LANES; i++) out[i] = to_float_##type(dst[i]);        \
      for (int m = 0; m < s->count; m++) {                                                 \
        const enlarged_map *map = &s->maps[m];                                             \
        int64_t row = map->w * LANES;                                                      \
        memset(tall, 0, (size_t)(3 * row) * sizeof(float));                                \
        for (int64_t dy = 0; dy < 3; dy++) {                                               \
          int64_t at = y + dy - 1;                                                         \
          if (at < 0 || at >= height) continue;                                            \
          float high = map->rows.weight[at], low = 1 - high;                               \
          for (int64_t dx = 0; dx < 3; dx++) {                                             \
            const type *plane =                                                            \
                (const type *)map->products +                                              \
                ((image * PLACES + dy * 3 + dx) * s->blocks + block) * map->h * row;       \
            const type *a = plane + map->rows.low[at] * row;                               \
            const type *b = plane + map->rows.high[at] * row;                              \
            float *restrict sum = tall + dx * row;                                         \
            for (int64_t i = 0; i < row; i++)                                              \
              sum[i] += to_float_##type(a[i]) * low + to_float_##type(b[i]) * high;        \
          }                                                                                \
        }                                                                                  \
        for (int64_t dx = 0; dx < 3; dx++)                                                 \
          for (int64_t x = dx == 0; x < width - (dx == 2); x++) {                          \
            int64_t at = x + dx - 1;                                                       \
            float high = map->columns.weight[at], low = 1 - high;                          \
            const float *restrict a = tall + dx * row + map->columns.low[at] * LANES;      \
            const float *restrict b = tall + dx * row + map->columns.high[at] * LANES;     \
            float *restrict sum = out + x * LANES;                                         \
            for (int j = 0; j < LANES; j++) sum[j] += a[j] * low + b[j] * high;            \
          }                                                                                \
      }                                                                                    \
      if (s->relu)                                                                         \
        for (int64_t i = 0; i < width * LANES; i++) out[i] = out[i] <= 0 ? 0 : out[i];     \
      for (int64_t i = 0; i < width * LANES; i++) dst[i] = from_float_##type(out[i]);      \
    }                                                                                      \
    free(out);                                                                             \
  }
SUM_OF(float, 8)
SUM_OF(float, 16)
SUM_OF(bfloat, 8)
SUM_OF(bfloat, 16)

// A task is one row of one block of the map, in all nine places: it alone writes them, so threads
// never meet and the sums' order is fixed.
#define GRADIENT_OF(type, LANES)                                                           \
  MULTIVERSIONED static void gradient_##type##_##LANES(void *context, int64_t begin, int64_t end) { \
    const shifted_work *s = context;                                                       \
    const enlarged_map *map = &s->maps[0];                                                 \
    int64_t height = s->height, width = s->width, row = map->w * LANES;                    \
    float *places = malloc((size_t)(12 * row) * sizeof(float)), *narrow = places + 9 * row; \
    for (int64_t task = begin; task < end; task++) {                                       \
      int64_t r = task % map->h, block = task / map->h % s->blocks;                        \
      int64_t image = task / map->h / s->blocks;                                           \
      memset(places, 0, (size_t)(9 * row) * sizeof(float));                                \
      int64_t first = 0, last = height - 1; /* the enlarged rows made from row r */        \
      while (map->rows.high[first] < r) first++;                                           \
      while (map->rows.low[last] > r) last--;                                              \
      for (int64_t y = first > 0 ? first - 1 : 0; y < height && y <= last + 1; y++) {      \
        const type *g = (const type *)s->gradient +                                        \
                        ((image * s->blocks + block) * height + y) * width * LANES;        \
        memset(narrow, 0, (size_t)(3 * row) * sizeof(float));                              \
        for (int64_t dx = 0; dx < 3; dx++)                                                 \
          for (int64_t x = dx == 0; x < width - (dx == 2); x++) {                          \
            int64_t at = x + dx - 1;                                                       \
            float high = map->columns.weight[at], low = 1 - high;                          \
            float *a = narrow + dx * row + map->columns.low[at] * LANES;                   \
            float *b = narrow + dx * row + map->columns.high[at] * LANES;                  \
            for (int j = 0; j < LANES; j++) a[j] += to_float_##type(g[x * LANES + j]) * low; \
            for (int j = 0; j < LANES; j++) b[j] += to_float_##type(g[x * LANES + j]) * high; \
          }                                                                                \
        for (int64_t dy = 0; dy < 3; dy++) {                                               \
          int64_t at = y + dy - 1;                                                         \
          if (at < first || at > last) continue;                                           \
          float weight = (map->rows.low[at] == r ? 1 - map->rows.weight[at] : 0) +         \
                         (map->rows.high[at] == r ? map->rows.weight[at] : 0);             \
          float *restrict sum = places + dy * 3 * row;                                     \
          const float *restrict part = narrow;                                             \
          for (int64_t i = 0; i < 3 * row; i++) sum[i] += part[i] * weight;                \
        }                                                                                  \
      }                                                                                    \
      for (int64_t place = 0; place < PLACES; place++) {                                   \
        type *dst = (type *)s->dst +                                                       \
                    (((image * PLACES + place) * s->blocks + block) * map->h + r) * row;   \
        for (int64_t i = 0; i < row; i++) dst[i] = from_float_##type(places[place * row + i]); \
      }                                                                                    \
    }                                                                                      \
    free(places);                                                                          \
  }
GRADIENT_OF(float, 8)
GRADIENT_OF(float, 16)
GRADIENT_OF(bfloat, 8)
GRADIENT_OF(bfloat, 16)

static enlarged_map make_map(const void *products, ck_upsampling s) {
  return (enlarged_map){
      products, s.h, s.w, make_taps(s.h, s.height), make_taps(s.w, s.width)};
}

static void free_map(enlarged_map map) {
  free_taps(map.rows);
  free_taps(map.columns);
}

void ck_add_shifted(
    void *dst, int count, const void *const *products, const ck_upsampling *sizes, bool relu,
    bool bf16) {
  shifted_work s = {
      .dst = dst, .blocks = sizes[0].c / sizes[0].block, .height = sizes[0].height,
      .width = sizes[0].width, .count = count, .relu = relu};
  for (int m = 0; m < count; m++) s.maps[m] = make_map(products[m], sizes[m]);
  void (*sum)(void *, int64_t, int64_t) = sizes[0].block == 8 ? (bf16 ? sum_bfloat_8 : sum_float_8)
                                                              : (bf16 ? sum_bfloat_16 : sum_float_16);
  ck_parallel(sizes[0].n * s.blocks * s.height, 1, sum, &s);
  for (int m = 0; m < count; m++) free_map(s.maps[m]);
}

void ck_shifted_gradient(void *dst, const void *gradient, ck_upsampling size, bool bf16) {
  shifted_work s = {
      .dst = dst, .gradient = gradient, .blocks = size.c / size.block, .height = size.height,
      .width = size.width, .count = 1};
  s.maps[0] = make_map(NULL, size);
  void (*gradient_of)(void *, int64_t, int64_t) =
      size.block == 8 ? (bf16 ? gradient_bfloat_8 : gradient_float_8)
                      : (bf16 ? gradient_bfloat_16 : gradient_float_16);
  ck_parallel(size.n * s.blocks * size.h, 1, gradient_of, &s);
  free_map(s.maps[0]);
}

// MARK: - The weights of the window's nine places as 1x1 convolutions

typedef struct {
  float *parts, *weight;
  int64_t outputs, inputs, first, count, padded;
  bool gather;
} places_work;

static void places(void *context, int64_t begin, int64_t end) {
  const places_work *p = context;
  for (int64_t o = begin; o < end; o++)
    for (int64_t c = 0; c < p->count; c++) {
      float *window = p->weight + (o * p->inputs + p->first + c) * PLACES;
      for (int64_t place = 0; place < PLACES; place++) {
        float *part = p->parts + (place * p->padded + o) * p->count + c;
        if (p->gather)
          *part = window[place];
        else
          window[place] = *part;
      }
    }
}

void ck_places_from_weight(
    float *parts, const float *weight, int64_t outputs, int64_t inputs, int64_t first,
    int64_t count, int64_t padded) {
  memset(parts, 0, (size_t)(PLACES * padded * count) * sizeof(float));
  places_work p = {parts, (float *)weight, outputs, inputs, first, count, padded, true};
  ck_parallel(outputs, 1, places, &p);
}

void ck_weight_from_places(
    float *weight, const float *parts, int64_t outputs, int64_t inputs, int64_t first,
    int64_t count, int64_t padded) {
  places_work p = {(float *)parts, weight, outputs, inputs, first, count, padded, false};
  ck_parallel(outputs, 1, places, &p);
}
