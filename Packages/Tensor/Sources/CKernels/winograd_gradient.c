// The weight gradient of a 3x3 convolution by the transpose of Winograd's algorithm: with the transformed
// inputs and output gradients of all tiles, dw = Gᵀ [Σ over tiles (Bᵀ d B) ⊙ (A dy Aᵀ)] G. The sum over
// tiles is a matrix product in each of the sixteen places.
//
// Tiles come in chunks, of which first the values are transformed and then the products added up.
#include <string.h>

#include "winograd.h"

enum { LANES = 8, WIDTH = 2 * LANES, ROWS = 4, CHUNK_BYTES = 8 << 20 };

typedef struct {
  float *dst;
  const float *src, *gradient;
  // [place][block][tile][LANES], [place][pair of blocks][tile][WIDTH], and the products
  // [place][block of inputs][pair of blocks of outputs][LANES][WIDTH].
  float *values, *slopes, *products;
  ck_winograd size;
  tile_grid tiles;
  int64_t first, count;  // of the chunk's tiles
} gradient_work;

static int64_t chunk_tiles(ck_winograd s) {
  int64_t tiles = grid_of(s).count;
  int64_t most = CHUNK_BYTES / (int64_t)sizeof(float) / PLACES / (s.inputs + s.outputs);
  if (most < 1) most = 1;
  int64_t chunks = (tiles + most - 1) / most;
  return (tiles + chunks - 1) / chunks;
}

size_t ck_winograd_gradient_scratch_bytes(ck_winograd s) {
  int64_t values = chunk_tiles(s) * (s.inputs + s.outputs) + s.inputs * s.outputs;
  return (size_t)(PLACES * values) * sizeof(float);
}

#if defined(__x86_64__)
// A dy Aᵀ of the chunk's tiles for one block of output channels.
static AVX2 void transform_gradient(const gradient_work *w, int64_t block) {
  ck_winograd s = w->size;
  int64_t place = s.outputs * w->count;
  float *dst = w->slopes + block / 2 * w->count * WIDTH + block % 2 * LANES;
  for (int64_t t = 0; t < w->count; t++, dst += WIDTH) {
    tile_place at = place_of(w->tiles, w->first + t);
    const float *plane =
        w->gradient + (at.image * s.outputs / LANES + block) * s.h * s.w * LANES;
    vector8 d[2][2] = {0}, e[4][2];
    for (int i = 0; i < 2; i++)
      for (int j = 0; j < 2; j++)
        if (2 * at.row + i < s.h && 2 * at.column + j < s.w)
          d[i][j] = load_float(plane + ((2 * at.row + i) * s.w + 2 * at.column + j) * LANES);
    for (int j = 0; j < 2; j++) {
      e[0][j] = d[0][j];
      e[1][j] = d[0][j] + d[1][j];
      e[2][j] = d[0][j] - d[1][j];
      e[3][j] = -d[1][j];
    }
    for (int i = 0; i < 4; i++) {
      store_float(dst + (4 * i) * place, e[i][0]);
      store_float(dst + (4 * i + 1) * place, e[i][0] + e[i][1]);
      store_float(dst + (4 * i + 2) * place, e[i][0] - e[i][1]);
      store_float(dst + (4 * i + 3) * place, -e[i][1]);
    }
  }
}

// A task is one block of input or of output channels.
static AVX2 void transform_chunk(void *context, int64_t begin, int64_t end) {
  const gradient_work *w = context;
  int64_t blocks = w->size.inputs / LANES;
  value_strides strides = {w->size.inputs * w->count, LANES, w->count * LANES};
  for (int64_t task = begin; task < end; task++)
    if (task < blocks)
      transform_input_float(
          w->values, strides, w->src, w->size, task, task + 1, w->first, w->count);
    else
      transform_gradient(w, task - blocks);
}

// products[row][output] += Σ over tiles values[tile][row] · slopes[tile][output]. A chunk's sum is taken by
// itself, as adding every tile to the sum so far would round more.
INLINE AVX2 void add_products(
    float *products, const float *values, const float *slopes, int64_t count) {
  vector8 low[ROWS] = {0}, high[ROWS] = {0};
  for (int64_t t = 0; t < count; t++)
    for (int r = 0; r < ROWS; r++) {
      low[r] = multiply_add_float(low[r], values + t * LANES + r, slopes + t * WIDTH);
      high[r] = multiply_add_float(high[r], values + t * LANES + r, slopes + t * WIDTH + LANES);
    }
  for (int r = 0; r < ROWS; r++) {
    float *sum = products + r * WIDTH;
    store_float(sum, load_float(sum) + low[r]);
    store_float(sum + LANES, load_float(sum + LANES) + high[r]);
  }
}

// A task is one place and one block of input channels.
static AVX2 void multiply_chunk(void *context, int64_t begin, int64_t end) {
  const gradient_work *w = context;
  int64_t blocks = w->size.inputs / LANES, pairs = w->size.outputs / WIDTH;
  for (int64_t task = begin; task < end; task++) {
    const float *values = w->values + task * w->count * LANES;
    for (int64_t pair = 0; pair < pairs; pair++) {
      float *products = w->products + (task * pairs + pair) * LANES * WIDTH;
      const float *slopes = w->slopes + (task / blocks * pairs + pair) * w->count * WIDTH;
      if (w->first == 0) memset(products, 0, LANES * WIDTH * sizeof(float));
      for (int r = 0; r < LANES; r += ROWS)
        add_products(products + r * WIDTH, values + r, slopes, w->count);
    }
  }
}

// Gᵀ p G, for one block of input channels and all output channels: a task.
static AVX2 void transform_products(void *context, int64_t begin, int64_t end) {
  const gradient_work *w = context;
  int64_t blocks = w->size.inputs / LANES, outputs = w->size.outputs / LANES;
  int64_t place = blocks * outputs * LANES * LANES;
  for (int64_t block = begin; block < end; block++)
    for (int64_t output = 0; output < outputs; output++)
      for (int64_t row = 0; row < LANES; row++) {
        const float *from = w->products +
                            ((block * outputs / 2 + output / 2) * LANES + row) * WIDTH +
                            output % 2 * LANES;
        vector8 e[3][4];
        for (int j = 0; j < 4; j++) {
          vector8 p[4];
          for (int i = 0; i < 4; i++) p[i] = load_float(from + (4 * i + j) * place);
          vector8 ends = 0.5f * (p[1] + p[2]);
          e[0][j] = p[0] + ends;
          e[1][j] = 0.5f * (p[1] - p[2]);
          e[2][j] = ends + p[3];
        }
        float *dst = w->dst + ((output * blocks + block) * 9 * LANES + row) * LANES;
        for (int i = 0; i < 3; i++) {
          vector8 ends = 0.5f * (e[i][1] + e[i][2]);
          store_float(dst + (3 * i) * LANES * LANES, e[i][0] + ends);
          store_float(dst + (3 * i + 1) * LANES * LANES, 0.5f * (e[i][1] - e[i][2]));
          store_float(dst + (3 * i + 2) * LANES * LANES, ends + e[i][3]);
        }
      }
}

void ck_winograd_weight_gradient(
    float *dst, const float *src, const float *gradient, void *scratch, ck_winograd s) {
  gradient_work w = {.dst = dst, .src = src, .gradient = gradient, .size = s, .tiles = grid_of(s)};
  int64_t most = chunk_tiles(s), blocks = s.inputs / LANES;
  w.values = scratch;
  w.slopes = w.values + PLACES * most * s.inputs;
  w.products = w.slopes + PLACES * most * s.outputs;
  for (w.first = 0; w.first < w.tiles.count; w.first += w.count) {
    w.count = w.tiles.count - w.first < most ? w.tiles.count - w.first : most;
    ck_parallel(blocks + s.outputs / LANES, 1, transform_chunk, &w);
    ck_parallel(PLACES * blocks, 1, multiply_chunk, &w);
  }
  ck_parallel(blocks, 1, transform_products, &w);
}
#else
void ck_winograd_weight_gradient(
    float *dst, const float *src, const float *gradient, void *scratch, ck_winograd size) {}
#endif
