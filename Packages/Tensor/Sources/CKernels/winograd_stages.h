// The stages of Winograd's algorithm for one type of elements; winograd.c includes this once for each, with
//   NAME(function)  the function's name with the type's
//   ELEMENT         the type of maps and weights
//   VECTOR          LANES of float32: one block of channels
//   STEP            the input channels that one multiplication takes
//   ROWS            the tiles whose sums, two vectors each, stay in registers
//   TARGET          the instruction set
//   SHARED          `static` where no other file transforms inputs
// and with load, store and multiply_add of the type.

#define WIDTH (2 * LANES)

// sums[tile][output] = Σ over input channels for `rows` tiles, whose number the compiler knows.
INLINE TARGET void NAME(multiply_rows)(
    float *sums, const ELEMENT *values, int64_t pitch, const ELEMENT *weights, int64_t inputs,
    const int rows) {
  VECTOR low[ROWS], high[ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) low[r] = high[r] = (VECTOR){0};
  for (int64_t c = 0; c < inputs; c += STEP) {
    const ELEMENT *at = weights + c * WIDTH;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      low[r] = NAME(multiply_add)(low[r], values + r * pitch + c, at);
      high[r] = NAME(multiply_add)(high[r], values + r * pitch + c, at + LANES * STEP);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    *(VECTOR *)(sums + r * WIDTH) = low[r];
    *(VECTOR *)(sums + r * WIDTH + LANES) = high[r];
  }
}

// The same for any number of tiles, in groups as even as can be.
static TARGET void NAME(multiply)(
    float *sums, const ELEMENT *values, int64_t pitch, const ELEMENT *weights, int64_t inputs,
    int64_t count) {
  int64_t groups = (count + ROWS - 1) / ROWS;
  for (int64_t group = 0; group < groups; group++) {
    int64_t begin = count * group / groups, rows = count * (group + 1) / groups - begin;
#define CASE(n)                                                                              \
  case n:                                                                                    \
    if (n <= ROWS)                                                                           \
      NAME(multiply_rows)(                                                                   \
          sums + begin * WIDTH, values + begin * pitch, pitch, weights, inputs, n);          \
    break;
    switch (rows) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
      CASE(12) CASE(13) CASE(14)
    }
#undef CASE
  }
}

// Bᵀ d B of `count` tiles from `first` on, for the blocks of channels of src in [begin, end).
SHARED TARGET void NAME(transform_input)(
    ELEMENT *values, value_strides strides, const ELEMENT *src, ck_winograd s, int64_t begin,
    int64_t end, int64_t first, int64_t count) {
  tile_grid grid = grid_of(s);
  for (int64_t block = begin; block < end; block++)
    for (int64_t t = 0; t < count; t++) {
      tile_place at = place_of(grid, first + t);
      const ELEMENT *plane = src + (at.image * s.inputs / LANES + block) * s.h * s.w * LANES;
      int64_t y = 2 * at.row - 1, x = 2 * at.column - 1;
      bool inside = y >= 0 && x >= 0 && y + 4 <= s.h && x + 4 <= s.w;
      VECTOR d[4][4], e[4][4];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
          if (inside || (y + i >= 0 && y + i < s.h && x + j >= 0 && x + j < s.w))
            d[i][j] = NAME(load)(plane + ((y + i) * s.w + x + j) * LANES);
          else
            d[i][j] = (VECTOR){0};
      for (int j = 0; j < 4; j++) {
        e[0][j] = d[0][j] - d[2][j];
        e[1][j] = d[1][j] + d[2][j];
        e[2][j] = d[2][j] - d[1][j];
        e[3][j] = d[1][j] - d[3][j];
      }
      ELEMENT *dst = values + t * strides.tile + block * strides.block;
      for (int i = 0; i < 4; i++) {
        NAME(store)(dst + (4 * i) * strides.place, e[i][0] - e[i][2]);
        NAME(store)(dst + (4 * i + 1) * strides.place, e[i][1] + e[i][2]);
        NAME(store)(dst + (4 * i + 2) * strides.place, e[i][2] - e[i][1]);
        NAME(store)(dst + (4 * i + 3) * strides.place, e[i][1] - e[i][3]);
      }
    }
}

// The 2x2 outputs Aᵀ m A of each tile, for two blocks of output channels from `block` on.
static TARGET void NAME(transform_output)(
    const winograd_work *w, const float *sums, int64_t block, int64_t first, int64_t count) {
  ck_winograd s = w->size;
  int64_t plane = count * WIDTH;
  for (int half = 0; half < 2; half++, block++) {
    VECTOR bias = {0};
    if (w->bias) bias = *(const VECTOR *)(w->bias + block * LANES);
    for (int64_t t = 0; t < count; t++) {
      tile_place at = place_of(w->tiles, first + t);
      const float *from = sums + t * WIDTH + half * LANES;
      VECTOR e[2][4];
      for (int j = 0; j < 4; j++) {
        VECTOR m[4];
        for (int i = 0; i < 4; i++) m[i] = *(const VECTOR *)(from + (4 * i + j) * plane);
        e[0][j] = m[0] + m[1] + m[2];
        e[1][j] = m[1] - m[2] - m[3];
      }
      int64_t start = (at.image * s.outputs / LANES + block) * s.h * s.w * LANES;
      for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
          int64_t y = 2 * at.row + i, x = 2 * at.column + j;
          if (y >= s.h || x >= s.w) continue;
          int64_t offset = start + (y * s.w + x) * LANES;
          VECTOR out = bias + (j == 0 ? e[i][0] + e[i][1] + e[i][2] : e[i][1] - e[i][2] - e[i][3]);
          if (w->residual) out += NAME(load)((const ELEMENT *)w->residual + offset);
          if (w->relu) out = (VECTOR)((__typeof__(out <= 0))out & ~(out <= 0));
          NAME(store)((ELEMENT *)w->dst + offset, out);
        }
    }
  }
}

// A task is one thread's share of the chunks.
static TARGET void NAME(convolve)(void *context, int64_t begin, int64_t end) {
  const winograd_work *w = context;
  int64_t inputs = w->size.inputs, pitch = inputs + PAD;
  for (int64_t share = begin; share < end; share++) {
    char *scratch = (char *)w->scratch + share * w->share_bytes;
    float *sums = (float *)scratch;
    ELEMENT *values = (ELEMENT *)(sums + PLACES * w->chunk_tiles * WIDTH);
    for (int64_t chunk = w->chunks * share / w->shares; chunk < w->chunks * (share + 1) / w->shares;
         chunk++) {
      int64_t first = w->tiles.count * chunk / w->chunks;
      int64_t count = w->tiles.count * (chunk + 1) / w->chunks - first;
      value_strides strides = {count * pitch, pitch, LANES};
      NAME(transform_input)(
          values, strides, w->src, w->size, 0, inputs / LANES, first, count);
      for (int64_t pair = 0; pair < w->size.outputs / WIDTH; pair++) {
        for (int64_t place = 0; place < PLACES; place++)
          NAME(multiply)(
              sums + place * count * WIDTH, values + place * count * pitch, pitch,
              (const ELEMENT *)w->weights + (pair * PLACES + place) * inputs * WIDTH, inputs, count);
        NAME(transform_output)(w, sums, 2 * pair, first, count);
      }
    }
  }
}

#undef NAME
#undef ELEMENT
#undef VECTOR
#undef LANES
#undef STEP
#undef ROWS
#undef TARGET
#undef SHARED
#undef WIDTH
