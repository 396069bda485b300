#ifndef CPNG_UNFILTER_H
#define CPNG_UNFILTER_H

#include <stddef.h>
#include <stdint.h>

// Undoes a filter of PNG on one row: `row` is the filter's number and then `count` filtered bytes,
// `above` the row before or NULL for the first, `out` takes `count` bytes. `step` is the number of
// bytes of a pixel, 1 to 4, of which `count` is a multiple. Returns 0 when there is no such filter.
int cpng_unfilter(
    const uint8_t *row, const uint8_t *above, size_t count, int step, uint8_t *out);

#endif
