// What Winograd's convolutions share; see winograd.c.
#ifndef winograd_h
#define winograd_h

#include "CKernels.h"
#include "arithmetic.h"

enum { PLACES = 16 };

/// Where a tile of 2x2 outputs lies.
typedef struct {
  int64_t image, row, column;
} tile_place;

/// The tiles of images, row by row.
typedef struct {
  int64_t rows, columns, count;  // in one image, in one image, in all
} tile_grid;

INLINE tile_grid grid_of(ck_winograd s) {
  int64_t rows = (s.h + 1) / 2, columns = (s.w + 1) / 2;
  return (tile_grid){rows, columns, s.n * rows * columns};
}

INLINE tile_place place_of(tile_grid grid, int64_t tile) {
  int64_t row = tile / grid.columns;
  return (tile_place){row / grid.rows, row % grid.rows, tile % grid.columns};
}

/// Where transformed values go: how far apart places, tiles and blocks of channels lie.
typedef struct {
  int64_t place, tile, block;
} value_strides;

#if defined(__x86_64__)
// Vectors of float32 on AVX2.
typedef float vector8 __attribute__((vector_size(32), aligned(4)));
#define AVX2 __attribute__((target("avx2,fma")))
INLINE AVX2 vector8 load_float(const float *from) { return *(const vector8 *)from; }
INLINE AVX2 void store_float(float *to, vector8 x) { *(vector8 *)to = x; }
INLINE AVX2 vector8 multiply_add_float(vector8 sum, const float *value, const float *weights) {
  return sum + *value * *(const vector8 *)weights;
}

/// Bᵀ d B of `count` tiles from `first` on, for the blocks of channels of src in [begin, end).
void transform_input_float(
    float *values, value_strides strides, const float *src, ck_winograd size, int64_t begin,
    int64_t end, int64_t first, int64_t count);
#endif

#endif
