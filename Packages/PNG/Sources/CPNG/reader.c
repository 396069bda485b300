#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPNG.h"

struct cpng_reader {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t offset;
  cpng_header header;
  cpng_status status;
  char message[160];
};

static void on_error(png_structp png, png_const_charp message) {
  cpng_reader *reader = png_get_error_ptr(png);
  if (reader->status == cpng_ok) reader->status = cpng_corrupt;
  snprintf(reader->message, sizeof reader->message, "%s", message);
  png_longjmp(png, 1);
}

// libpng warns of colour profiles and the like, which say nothing about the pixels.
static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  cpng_reader *reader = png_get_io_ptr(png);
  if (count > reader->count - reader->offset) {
    reader->status = cpng_truncated;
    png_error(png, "the file ends too early");
  }
  memcpy(out, reader->bytes + reader->offset, count);
  reader->offset += count;
}

cpng_reader *cpng_reader_create(const uint8_t *bytes, size_t count) {
  cpng_reader *reader = calloc(1, sizeof *reader);
  if (!reader) return NULL;
  reader->bytes = bytes;
  reader->count = count;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
  reader->info = reader->png ? png_create_info_struct(reader->png) : NULL;
  if (!reader->info) {
    cpng_reader_destroy(reader);
    return NULL;
  }
  return reader;
}

void cpng_reader_destroy(cpng_reader *reader) {
  if (!reader) return;
  if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}

static void copy_palette(cpng_reader *reader) {
  png_colorp colours = NULL;
  png_bytep alphas = NULL;
  int colour_count = 0, alpha_count = 0;
  png_get_PLTE(reader->png, reader->info, &colours, &colour_count);
  png_get_tRNS(reader->png, reader->info, &alphas, &alpha_count, NULL);
  reader->header.palette_count = colour_count;
  for (int i = 0; i < colour_count; ++i) {
    uint8_t *entry = reader->header.palette + 4 * i;
    entry[0] = colours[i].red;
    entry[1] = colours[i].green;
    entry[2] = colours[i].blue;
    entry[3] = alphas && i < alpha_count ? alphas[i] : 255;
  }
}

cpng_status cpng_reader_read_header(cpng_reader *reader, cpng_header *header) {
  if (setjmp(png_jmpbuf(reader->png))) return reader->status;
  png_set_read_fn(reader->png, reader, read_bytes);
  // A checksum that does not match is an error in every chunk, not only in those that libpng
  // cannot do without.
  png_set_crc_action(reader->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Profiles, texts and times are skipped unparsed: they cost time and memory.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  // The caller limits the size by area; libpng's own limit of a million rows would be another.
  png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_check_for_invalid_index(reader->png, 0);
#if defined(PNG_IGNORE_ADLER32) && defined(PNG_OPTION_ON)
  // Every compressed byte is under a chunk's CRC already.
  png_set_option(reader->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
#endif
  png_set_compression_buffer_size(reader->png, 1 << 16);
  png_read_info(reader->png, reader->info);
  reader->header.width = png_get_image_width(reader->png, reader->info);
  reader->header.height = png_get_image_height(reader->png, reader->info);
  reader->header.bit_depth = png_get_bit_depth(reader->png, reader->info);
  reader->header.colour_type = png_get_color_type(reader->png, reader->info);
  if (reader->header.colour_type == cpng_palette) copy_palette(reader);
  *header = reader->header;
  return cpng_ok;
}

static void request_samples(cpng_reader *reader, int keep_16) {
  if (reader->header.bit_depth < 8) {
    if (reader->header.colour_type == cpng_grey)
      png_set_expand_gray_1_2_4_to_8(reader->png);
    else
      png_set_packing(reader->png);
  } else if (reader->header.bit_depth == 16) {
    if (!keep_16) {
      png_set_scale_16(reader->png);
    } else {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      png_set_swap(reader->png);
#endif
    }
  }
}

cpng_status cpng_reader_read_pixels(cpng_reader *reader, int keep_16, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(reader->png))) return reader->status;
  request_samples(reader, keep_16);
  const int passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);
  const size_t row_bytes = png_get_rowbytes(reader->png, reader->info);
  for (int pass = 0; pass < passes; ++pass)
    for (uint32_t y = 0; y < reader->header.height; ++y)
      png_read_row(reader->png, pixels + y * row_bytes, NULL);
  png_read_end(reader->png, NULL);
  return cpng_ok;
}

const char *cpng_reader_message(const cpng_reader *reader) { return reader->message; }
