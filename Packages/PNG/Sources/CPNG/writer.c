#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPNG.h"

static void on_error(png_structp png, png_const_charp message) {
  cpng_buffer *buffer = png_get_error_ptr(png);
  snprintf(buffer->message, sizeof buffer->message, "%s", message);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  cpng_buffer *buffer = png_get_io_ptr(png);
  if (count > buffer->capacity - buffer->count) {
    size_t capacity = 2 * buffer->capacity + count + 4096;
    uint8_t *grown = realloc(buffer->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
}

static void flush(png_structp png) { (void)png; }

static void set_palette(png_structp png, png_infop info, const cpng_header *header) {
  png_color colours[256];
  png_byte alphas[256];
  int alpha_count = 0;
  for (int i = 0; i < header->palette_count; ++i) {
    const uint8_t *entry = header->palette + 4 * i;
    colours[i] = (png_color){entry[0], entry[1], entry[2]};
    alphas[i] = entry[3];
    if (entry[3] != 255) alpha_count = i + 1;
  }
  png_set_PLTE(png, info, colours, header->palette_count);
  if (alpha_count > 0) png_set_tRNS(png, info, alphas, alpha_count, NULL);
}

// One filter for all rows: libpng's choice row by row costs more than compressing at a fast level.
// Flat label maps compress best unfiltered, photographs by the difference to their neighbours.
static int filter_for(const cpng_header *header, int level) {
  if (header->colour_type == cpng_palette) return PNG_FILTER_NONE;
  if (level == 0) return PNG_FILTER_NONE;
  if (header->colour_type == cpng_grey && header->bit_depth == 8) return PNG_FILTER_NONE;
  return level < 6 ? PNG_FILTER_SUB : PNG_ALL_FILTERS;
}

static cpng_status encode(
    png_structp png, png_infop info, const cpng_header *header, const uint8_t *pixels, int level,
    cpng_buffer *buffer) {
  if (setjmp(png_jmpbuf(png))) return cpng_corrupt;
  png_set_write_fn(png, buffer, append, flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(
      png, info, header->width, header->height, header->bit_depth, header->colour_type,
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (header->colour_type == cpng_palette) set_palette(png, info, header);
  png_set_compression_level(png, level);
  png_set_compression_buffer_size(png, 1 << 16);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, filter_for(header, level));
  png_write_info(png, info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (header->bit_depth == 16) png_set_swap(png);
#endif
  const size_t row_bytes = png_get_rowbytes(png, info);
  for (uint32_t y = 0; y < header->height; ++y) png_write_row(png, pixels + y * row_bytes);
  png_write_end(png, info);
  return cpng_ok;
}

cpng_status cpng_encode(
    const cpng_header *header, const uint8_t *pixels, int level, cpng_buffer *buffer) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, buffer, on_error, on_warning);
  if (!png) return cpng_out_of_memory;
  png_infop info = png_create_info_struct(png);
  const cpng_status status =
      info ? encode(png, info, header, pixels, level, buffer) : cpng_out_of_memory;
  png_destroy_write_struct(&png, &info);
  return status;
}

void cpng_buffer_free(cpng_buffer *buffer) {
  free(buffer->bytes);
  buffer->bytes = NULL;
}
