#ifndef taps_h
#define taps_h

#include <stdint.h>

/// Where each of `to` output elements lies between input elements `low` and `high`, half-pixel
/// centres: the weight of `high`.
typedef struct {
  int32_t *low, *high;
  float *weight;
} taps;

taps make_taps(int64_t from, int64_t to);
void free_taps(taps t);

#endif
