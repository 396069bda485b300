#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "rows.h"
#include "unfilter.h"

// What most files of data sets are, read without libpng's rows: its way of undoing filters takes as
// long as decompressing, and every row is copied once more.

typedef struct decoding {
  z_stream stream;
  cpng_rows rows;
  uint8_t *pixels;
  // Rows that are written already.
  size_t done;
  // Room for some filtered rows, the filters' numbers among them, and a row of zeros.
  uint8_t *filtered;
  size_t filtered_rows;
  const uint8_t *zeros;
  const char *problem;
} decoding;

static uint32_t read_32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Undoes the filters of `count` rows.
static int write_rows(decoding *decoding, size_t count) {
  const size_t row_bytes = decoding->rows.row_bytes;
  for (size_t i = 0; i < count; ++i) {
    uint8_t *out = decoding->pixels + decoding->done * row_bytes;
    const uint8_t *above = decoding->done ? out - row_bytes : decoding->zeros;
    const uint8_t *row = decoding->filtered + i * (row_bytes + 1);
    if (!cpng_unfilter(row, above, row_bytes, decoding->rows.step, out)) {
      decoding->problem = "bad adaptive filter value";
      return 0;
    }
    decoding->done += 1;
  }
  return 1;
}

// How many rows the buffer takes next.
static size_t wanted(const decoding *decoding) {
  const size_t left = decoding->rows.height - decoding->done;
  return left < decoding->filtered_rows ? left : decoding->filtered_rows;
}

static void empty(decoding *decoding) {
  decoding->stream.next_out = decoding->filtered;
  decoding->stream.avail_out = (uInt)(wanted(decoding) * (decoding->rows.row_bytes + 1));
}

// Decompresses the content of one IDAT.
static int decompress(decoding *decoding, const uint8_t *bytes, uint32_t count) {
  z_stream *stream = &decoding->stream;
  stream->next_in = (Bytef *)bytes;
  stream->avail_in = count;
  // Data beyond the last row is left alone, as libpng does.
  while (decoding->done < decoding->rows.height) {
    const int result = inflate(stream, Z_NO_FLUSH);
    if (stream->avail_out == 0) {
      if (!write_rows(decoding, wanted(decoding))) return 0;
      empty(decoding);
      continue;
    }
    if (result == Z_STREAM_END) {
      decoding->problem = "not enough image data";
      return 0;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
      decoding->problem = stream->msg ? stream->msg : "decompression error";
      return 0;
    }
    if (stream->avail_in == 0) return 1;
  }
  return 1;
}

// Goes through the chunks; returns what is wrong with one, or with the whole.
static cpng_status read_chunks(
    decoding *decoding, const uint8_t *bytes, size_t count, size_t start) {
  for (int follows_idat = 1;;) {
    if (count - start < 12) return cpng_truncated;
    const uint32_t length = read_32(bytes + start);
    const uint8_t *type = bytes + start + 4;
    decoding->problem = "invalid chunk length";
    if (length > 0x7FFFFFFF) return cpng_corrupt;
    if (length > count - start - 12) return cpng_truncated;
    const uint8_t *content = type + 4;
    decoding->problem = "CRC error";
    if (crc32_z(0, type, (size_t)length + 4) != read_32(content + length)) return cpng_corrupt;
    if (memcmp(type, "IDAT", 4) == 0) {
      if (follows_idat && !decompress(decoding, content, length)) return cpng_corrupt;
    } else {
      follows_idat = 0;
      decoding->problem = "not enough image data";
      if (decoding->done < decoding->rows.height) return cpng_corrupt;
      if (memcmp(type, "IEND", 4) == 0) return cpng_ok;
      // Bit 5 of the first letter says that a chunk may be skipped.
      decoding->problem = "unhandled critical chunk";
      if (!(type[0] & 0x20)) return cpng_corrupt;
    }
    start += 12 + (size_t)length;
  }
}

cpng_status cpng_read_rows(
    const uint8_t *bytes, size_t count, size_t start, cpng_rows rows, uint8_t *pixels,
    char *message, size_t room) {
  decoding decoding = {.rows = rows, .pixels = pixels, .problem = "out of memory"};
  // About what a processor's second cache holds.
  decoding.filtered_rows = 1 + (1 << 17) / (rows.row_bytes + 1);
  const size_t buffer_bytes = decoding.filtered_rows * (rows.row_bytes + 1);
  uint8_t *buffer = malloc(buffer_bytes + rows.row_bytes);
  if (buffer && inflateInit(&decoding.stream) == Z_OK) {
#if ZLIB_VERNUM >= 0x1290
    // Every compressed byte is under a chunk's CRC already.
    inflateValidate(&decoding.stream, 0);
#endif
    decoding.filtered = buffer;
    decoding.zeros = memset(buffer + buffer_bytes, 0, rows.row_bytes);
    empty(&decoding);
    const cpng_status status = read_chunks(&decoding, bytes, count, start);
    inflateEnd(&decoding.stream);
    if (status == cpng_corrupt) snprintf(message, room, "%s", decoding.problem);
    free(buffer);
    return status;
  }
  free(buffer);
  snprintf(message, room, "out of memory");
  return cpng_out_of_memory;
}
