// 3x3 convolutions with stride and padding 1 by Winograd's algorithm F(2x2, 3x3) (Lavin and Gray 2016,
// section 4.1): tiles of 4x4 inputs and the windows are transformed, multiplied place by place, which
// is sixteen matrix products over the channels, and transformed back to tiles of 2x2 outputs: 16
// multiplications where there were 36. oneDNN has it for float32 on AVX-512 alone.
//
// A chunk of tiles goes through all three stages while its values are in cache.
#include <string.h>

#include "winograd.h"

enum {
  PAD = 16,  // keeps the rows of a matrix from meeting in the same sets of the first cache
  CHUNK_VALUES = 256 << 10,  // transformed, of a chunk: few enough for a share of the last cache
  CACHE_LINE = 64,  // threads write to none that another's scratch has a part of
};

typedef struct {
  void *dst;
  const void *src, *weights, *residual;
  const float *bias;
  void *scratch;
  bool relu;
  ck_winograd size;
  tile_grid tiles;
  int64_t chunks, chunk_tiles, shares, share_bytes;
} winograd_work;

// MARK: - The three stages

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET AVX2
#define SHARED
#define NAME(function) function##_float
#define ELEMENT float
#define VECTOR vector8
#define LANES 8
#define STEP 1
#define ROWS 6
#include "winograd_stages.h"

typedef float vector16 __attribute__((vector_size(64), aligned(4)));
typedef uint32_t wide16 __attribute__((vector_size(64)));
typedef bfloat narrow16 __attribute__((vector_size(32), aligned(2)));
#define SHARED static
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
INLINE TARGET vector16 load_bfloat(const bfloat *from) {
  return (vector16)(__builtin_convertvector(*(const narrow16 *)from, wide16) << 16);
}
INLINE TARGET void store_bfloat(bfloat *to, vector16 x) {
  _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh((__m512)x));
}
// Two input channels in one instruction.
INLINE TARGET vector16 multiply_add_bfloat(
    vector16 sum, const bfloat *values, const bfloat *weights) {
  int pair;
  memcpy(&pair, values, sizeof pair);
  return (vector16)_mm512_dpbf16_ps(
      (__m512)sum, (__m512bh)_mm512_set1_epi32(pair), (__m512bh)_mm512_loadu_si512(weights));
}
#define NAME(function) function##_bfloat
#define ELEMENT bfloat
#define VECTOR vector16
#define LANES 16
#define STEP 2
#define ROWS 14
#include "winograd_stages.h"

int ck_winograd_block(bool bf16) {
  if (bf16) return __builtin_cpu_supports("avx512bf16") ? 16 : 0;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 8 : 0;
}

#else
static void convolve_float(void *context, int64_t begin, int64_t end) {}
static void convolve_bfloat(void *context, int64_t begin, int64_t end) {}
int ck_winograd_block(bool bf16) { return 0; }
#endif

// MARK: - Their division into chunks

static winograd_work divided(ck_winograd s, bool bf16) {
  winograd_work w = {.size = s, .tiles = grid_of(s)};
  int64_t width = 2 * ck_winograd_block(bf16), element = bf16 ? sizeof(bfloat) : sizeof(float);
  int64_t most = CHUNK_VALUES / PLACES / (s.inputs + PAD);
  if (most < 1) most = 1;
  w.shares = ck_thread_count();
  // As many for each thread.
  int64_t rounds = (w.tiles.count + most * w.shares - 1) / (most * w.shares);
  w.chunks = rounds * w.shares;
  w.chunk_tiles = (w.tiles.count + w.chunks - 1) / w.chunks;
  int64_t bytes = PLACES * w.chunk_tiles *
                  (width * (int64_t)sizeof(float) + (s.inputs + PAD) * element);
  w.share_bytes = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  return w;
}

size_t ck_winograd_scratch_bytes(ck_winograd size, bool bf16) {
  winograd_work w = divided(size, bf16);
  return (size_t)(w.shares * w.share_bytes);
}

void ck_winograd_convolution(
    void *dst, const void *src, const void *weights, const float *bias, const void *residual,
    bool relu, void *scratch, ck_winograd size, bool bf16) {
  winograd_work w = divided(size, bf16);
  w.dst = dst, w.src = src, w.weights = weights, w.bias = bias, w.residual = residual;
  w.relu = relu, w.scratch = scratch;
  ck_parallel(w.shares, 1, bf16 ? convolve_bfloat : convolve_float, &w);
}

// MARK: - Weights

typedef struct {
  void *dst;
  const float *weight;
  int64_t outputs, inputs;
  int width, block;
  bool turned, bf16;
} weights_work;

enum { MOST_WIDTH = 32 };

// The first place of the window from input c to output o.
INLINE const float *window_of(const weights_work *w, int64_t o, int64_t c) {
  int64_t first = w->turned ? c : o, second = w->turned ? o : c;  // of the weight's two axes
  int64_t seconds = w->turned ? w->outputs : w->inputs, block = w->block;
  int64_t at = (first / block * (seconds / block) + second / block) * 9;
  return w->weight + (at * block + second % block) * block + first % block;
}

// A task is one pair of blocks of outputs: [place][input / step][output][step], so that a
// multiplication takes the weights of one vector of outputs in one load.
MULTIVERSIONED static void transform_weights(void *context, int64_t begin, int64_t end) {
  const weights_work *w = context;
  int width = w->width, step = w->bf16 ? 2 : 1, apart = w->block * w->block;
  for (int64_t pair = begin; pair < end; pair++)
    for (int64_t c = 0; c < w->inputs; c++) {
      float g[3][3][MOST_WIDTH], rows[4][3][MOST_WIDTH], places[4][4][MOST_WIDTH];
      for (int o = 0; o < width; o++) {
        const float *window = window_of(w, pair * width + o, c);
        for (int k = 0; k < 9; k++) g[k / 3][k % 3][o] = window[(w->turned ? 8 - k : k) * apart];
      }
      for (int j = 0; j < 3; j++)
        for (int o = 0; o < width; o++) {
          float ends = 0.5f * (g[0][j][o] + g[2][j][o]), middle = 0.5f * g[1][j][o];
          rows[0][j][o] = g[0][j][o];
          rows[1][j][o] = ends + middle;
          rows[2][j][o] = ends - middle;
          rows[3][j][o] = g[2][j][o];
        }
      for (int i = 0; i < 4; i++)
        for (int o = 0; o < width; o++) {
          float ends = 0.5f * (rows[i][0][o] + rows[i][2][o]), middle = 0.5f * rows[i][1][o];
          places[i][0][o] = rows[i][0][o];
          places[i][1][o] = ends + middle;
          places[i][2][o] = ends - middle;
          places[i][3][o] = rows[i][2][o];
        }
      for (int place = 0; place < PLACES; place++) {
        const float *from = places[place / 4][place % 4];
        int64_t row = ((pair * PLACES + place) * w->inputs + c / step * step) * width + c % step;
        if (w->bf16)
          for (int o = 0; o < width; o++)
            ((bfloat *)w->dst)[row + o * step] = from_float_bfloat(from[o]);
        else
          memcpy((float *)w->dst + row, from, (size_t)width * sizeof(float));
      }
    }
}

void ck_winograd_weights(
    void *dst, const float *weight, int block, int64_t outputs, int64_t inputs, bool turned,
    bool bf16) {
  int width = 2 * ck_winograd_block(bf16);
  weights_work w = {dst, weight, outputs, inputs, width, block, turned, bf16};
  ck_parallel(outputs / width, 1, transform_weights, &w);
}
