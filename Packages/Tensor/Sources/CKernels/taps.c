#include "taps.h"

#include <stdlib.h>

taps make_taps(int64_t from, int64_t to) {
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

void free_taps(taps t) {
  free(t.low);
  free(t.high);
  free(t.weight);
}
