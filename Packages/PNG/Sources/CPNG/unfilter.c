#include <stdlib.h>
#include <string.h>

#include "unfilter.h"

// The step is a constant wherever these are inlined, so that the bytes of the pixel to the left and of
// the one above it stay in registers, and the channels, which do not depend on each other, run side by
// side. libpng goes byte by byte through memory, with a branch that photographs make a coin toss.
#define INLINED static inline __attribute__((always_inline))

INLINED void undo_sub(const uint8_t *in, size_t count, int step, uint8_t *out) {
  uint8_t left[4] = {0};
  for (size_t i = 0; i < count; i += step)
    for (int c = 0; c < step; ++c) {
      left[c] = (uint8_t)(in[i + c] + left[c]);
      out[i + c] = left[c];
    }
}

INLINED void undo_average(
    const uint8_t *in, const uint8_t *above, size_t count, int step, uint8_t *out) {
  uint8_t left[4] = {0};
  for (size_t i = 0; i < count; i += step)
    for (int c = 0; c < step; ++c) {
      left[c] = (uint8_t)(in[i + c] + (left[c] + above[i + c]) / 2);
      out[i + c] = left[c];
    }
}

INLINED void undo_paeth(
    const uint8_t *in, const uint8_t *above, size_t count, int step, uint8_t *out) {
  int left[4] = {0}, corner[4] = {0};
  for (size_t i = 0; i < count; i += step)
    for (int c = 0; c < step; ++c) {
      const int up = above[i + c];
      const int to_left = abs(up - corner[c]);
      const int to_up = abs(left[c] - corner[c]);
      const int to_corner = abs(up + left[c] - 2 * corner[c]);
      // Without a branch: the nearest of the three, ties in the order left, up, corner.
      int nearest = to_up <= to_corner ? up : corner[c];
      const int least = to_up <= to_corner ? to_up : to_corner;
      nearest = to_left <= least ? left[c] : nearest;
      corner[c] = up;
      left[c] = (in[i + c] + nearest) & 0xFF;
      out[i + c] = (uint8_t)left[c];
    }
}

INLINED int unfilter(
    const uint8_t *row, const uint8_t *above, size_t count, int step, uint8_t *out) {
  const uint8_t *in = row + 1;
  switch (row[0]) {
  case 0: memcpy(out, in, count); return 1;
  case 1: undo_sub(in, count, step, out); return 1;
  case 2:
    for (size_t i = 0; i < count; ++i) out[i] = (uint8_t)(in[i] + above[i]);
    return 1;
  case 3: undo_average(in, above, count, step, out); return 1;
  case 4: undo_paeth(in, above, count, step, out); return 1;
  default: return 0;
  }
}

int cpng_unfilter(
    const uint8_t *row, const uint8_t *above, size_t count, int step, uint8_t *out) {
  switch (step) {
  case 1: return unfilter(row, above, count, 1, out);
  case 2: return unfilter(row, above, count, 2, out);
  case 3: return unfilter(row, above, count, 3, out);
  default: return unfilter(row, above, count, 4, out);
  }
}
