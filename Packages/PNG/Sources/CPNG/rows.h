#ifndef CPNG_ROWS_H
#define CPNG_ROWS_H

#include "CPNG.h"

// The pixels of a file that is not interlaced and has 8 bits a sample.
typedef struct cpng_rows {
  size_t height;
  // Bytes of a row and of a pixel.
  size_t row_bytes;
  int step;
} cpng_rows;

// Reads the chunks from `start`, where the first IDAT begins, to IEND, checks each, and writes the
// rows to `pixels`. On failure `message` (of `room` bytes) says why.
cpng_status cpng_read_rows(
    const uint8_t *bytes, size_t count, size_t start, cpng_rows rows, uint8_t *pixels,
    char *message, size_t room);

#endif
