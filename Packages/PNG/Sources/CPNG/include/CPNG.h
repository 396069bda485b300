#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

// libpng reports errors with longjmp. Every call below sets its own jump target and returns a
// status, so that a jump never leaves this C target and never crosses a Swift frame.

enum {
  cpng_grey = 0,
  cpng_rgb = 2,
  cpng_palette = 3,
  cpng_grey_alpha = 4,
  cpng_rgba = 6,
};

typedef enum cpng_status {
  cpng_ok = 0,
  cpng_corrupt = 1,
  cpng_truncated = 2,
  cpng_out_of_memory = 3,
} cpng_status;

typedef struct cpng_header {
  uint32_t width;
  uint32_t height;
  // Bits per sample in the file: 1, 2, 4, 8 or 16.
  int bit_depth;
  // One of cpng_grey … cpng_rgba.
  int colour_type;
  // 0 unless colour_type is cpng_palette.
  int palette_count;
  // palette_count entries of red, green, blue, alpha.
  uint8_t palette[256 * 4];
} cpng_header;

typedef struct cpng_reader cpng_reader;

// A reader over bytes that must outlive it; NULL when memory is short.
cpng_reader *cpng_reader_create(const uint8_t *bytes, size_t count);
void cpng_reader_destroy(cpng_reader *reader);

// Reads everything before the pixels. To be called once, first.
cpng_status cpng_reader_read_header(cpng_reader *reader, cpng_header *header);

// Reads the pixels, and the rest of the file to check it, to height rows of width x channels
// samples without padding. Samples of 1, 2 and 4 bits become bytes (grey scaled to 0–255,
// palette indices as they are); 16-bit samples become bytes, or stay 16-bit in the machine's
// byte order with keep_16. To be called once, after the header.
cpng_status cpng_reader_read_pixels(cpng_reader *reader, int keep_16, uint8_t *pixels);

// What libpng said about the last failure.
const char *cpng_reader_message(const cpng_reader *reader);

typedef struct cpng_buffer {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  char message[160];
} cpng_buffer;

// Appends a whole PNG file to a buffer that starts out zeroed and is freed with cpng_buffer_free.
// `header->bit_depth` is 8 or 16 (16-bit samples in the machine's byte order); `level` is zlib's,
// 0 to 9.
cpng_status cpng_encode(
    const cpng_header *header, const uint8_t *pixels, int level, cpng_buffer *buffer);
void cpng_buffer_free(cpng_buffer *buffer);

#endif
