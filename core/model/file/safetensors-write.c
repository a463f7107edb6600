/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/file/safetensors-write.h"
#include "base/half.h"
#include "base/memory.h"

#include <string.h>

int64_t sm_out_numel(const sm_out_tensor *t) {
  int64_t n = 1;
  for (int i = 0; i < t->rank; i++) n *= t->size[i];
  return n;
}

static float value_of(const sm_out_tensor *t, size_t i) {
  return t->halves ? sm_float_of_half(t->halves[i]) : t->values[i];
}

/* ---------------------------------------------------------------------------------------------- header */

static int put(sm_buffer *b, const char *text) { return sm_buffer_put(b, text, strlen(text)); }

static int put_number(sm_buffer *b, int64_t value) {
  sm_number n;
  return put(b, sm_decimal(&n, value));
}

/* A JSON text: quotes, backslashes and control characters escaped, all else as it is. */
static int put_quoted(sm_buffer *b, const char *text) {
  static const char digits[] = "0123456789abcdef";
  int good = put(b, "\"");
  for (const char *s = text; *s; s++) {
    unsigned char c = (unsigned char)*s;
    char escape[] = {'\\', 'u', '0', '0', digits[c >> 4 & 15], digits[c & 15]};
    if (c < 0x20) good &= sm_buffer_put(b, escape, sizeof escape);
    else if (c == '"' || c == '\\') good &= put(b, "\\") & sm_buffer_put(b, s, 1);
    else good &= sm_buffer_put(b, s, 1);
  }
  return good & put(b, "\"");
}

static int put_texts(sm_buffer *b, const sm_out_text *texts, size_t count) {
  int good = put(b, "\"__metadata__\":{");
  for (size_t i = 0; i < count; i++) {
    good &= put(b, i ? "," : "") & put_quoted(b, texts[i].key);
    good &= put(b, ":") & put_quoted(b, texts[i].text);
  }
  return good & put(b, "}");
}

static int put_tensor(sm_buffer *b, const sm_out_tensor *t, int64_t from, int64_t to) {
  int good = put_quoted(b, t->name) & put(b, ":{\"dtype\":") & put_quoted(b, sm_kind_name(t->kind));
  good &= put(b, ",\"shape\":[");
  for (int i = 0; i < t->rank; i++) good &= put(b, i ? "," : "") & put_number(b, t->size[i]);
  good &= put(b, "],\"data_offsets\":[") & put_number(b, from) & put(b, ",") & put_number(b, to);
  return good & put(b, "]}");
}

/* The length, the JSON, and blanks up to a multiple of 8, so that the data is aligned. */
static int put_header(sm_buffer *b, const sm_out_tensor *tensors, size_t count, const sm_out_text *texts,
                      size_t text_count) {
  uint8_t length[8] = {0};
  int64_t at = 0;
  int good = sm_buffer_put(b, length, 8) & put(b, "{");
  if (text_count) good &= put_texts(b, texts, text_count);
  for (size_t i = 0; i < count; i++) {
    int64_t end = at + sm_out_numel(&tensors[i]) * sm_kind_size(tensors[i].kind);
    good &= put(b, i || text_count ? "," : "") & put_tensor(b, &tensors[i], at, end);
    at = end;
  }
  good &= put(b, "}");
  while (good && b->size % 8) good &= put(b, " ");
  if (!good) return 0;
  sm_put_le64(length, b->size - 8);
  memcpy(b->bytes, length, 8);
  return 1;
}

/* ------------------------------------------------------------------------------------------------ data */

static stylemap_status write_tensor(sm_writer *writer, const sm_out_tensor *t, stylemap_error *error) {
  uint8_t bytes[1 << 14];
  if (t->kind == SM_I64) {
    sm_put_le64(bytes, (uint64_t)t->integer);
    return sm_writer_put(writer, bytes, 8, error);
  }
  size_t element = (size_t)sm_kind_size(t->kind), piece = sizeof bytes / element;
  size_t numel = (size_t)sm_out_numel(t);
  for (size_t at = 0; at < numel; at += piece) {
    size_t n = numel - at < piece ? numel - at : piece;
    for (size_t i = 0; i < n; i++) {
      float v = value_of(t, at + i);
      if (t->kind == SM_F16) sm_put_le16(bytes + 2 * i, sm_half_of_float(v));
      else sm_put_le32(bytes + 4 * i, sm_bits_of_float(v));
    }
    SM_TRY(sm_writer_put(writer, bytes, n * element, error));
  }
  return STYLEMAP_OK;
}

stylemap_status sm_safetensors_write(const char *path, const sm_out_tensor *tensors, size_t count,
                                     const sm_out_text *texts, size_t text_count, stylemap_error *error) {
  sm_buffer header = {0};
  sm_writer writer = {0};
  stylemap_status status;
  if (!put_header(&header, tensors, count, texts, text_count)) {
    status = sm_no_memory(error, header.capacity * 2);
    goto done;
  }
  if (header.size - 8 > SM_MAX_HEADER) {
    status = sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("%1 cannot be written: its texts are too long."), path,
                     NULL);
    goto done;
  }
  SM_TRY_DONE(sm_writer_open(path, &writer, error));
  SM_TRY_DONE(sm_writer_put(&writer, header.bytes, header.size, error));
  for (size_t i = 0; i < count; i++) SM_TRY_DONE(write_tensor(&writer, &tensors[i], error));
  status = sm_writer_commit(&writer, error);
done:
  sm_writer_abort(&writer);
  sm_buffer_free(&header);
  return status;
}
