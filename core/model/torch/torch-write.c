/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/torch/torch-write.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/half.h"
#include "base/memory.h"

enum { ALIGN = 64, ITEMS = 1000 /* that a pickle sets at once */, PIECE = 1 << 14 };
#define FOLDER "archive/"

/* ------------------------------------------------------------------------------------------------- pickle */

/* `good` falls to 0 where there is no memory. */
typedef struct pickle {
  sm_buffer bytes;
  int good;
} pickle;

static void put(pickle *p, const void *data, size_t size) { p->good = p->good && sm_buffer_put(&p->bytes, data, size); }
static void op(pickle *p, char code) { put(p, &code, 1); }
static void name(pickle *p, const char *module_and_name) { put(p, module_and_name, strlen(module_and_name)); }

static void text(pickle *p, const char *t) {
  uint8_t size[4];
  sm_put_le32(size, (uint32_t)strlen(t));
  op(p, 'X');
  put(p, size, 4);
  put(p, t, strlen(t));
}

static void integer(pickle *p, int64_t v) {
  uint8_t bytes[8];
  sm_put_le64(bytes, (uint64_t)v);
  if (v >= INT32_MIN && v <= INT32_MAX) {
    op(p, 'J');
    put(p, bytes, 4);
  } else {
    put(p, "\x8a\x08", 2);
    put(p, bytes, 8);
  }
}

/* torch._utils._rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict()). */
static void tensor(pickle *p, const char *storage, const sm_out_tensor *t, size_t key) {
  sm_number number;
  int64_t stride[SM_MAX_RANK], step = 1;
  for (int i = t->rank; i-- > 0; step *= t->size[i]) stride[i] = step;
  name(p, "ctorch._utils\n_rebuild_tensor_v2\n((");
  text(p, "storage");
  name(p, storage);
  text(p, sm_decimal(&number, (int64_t)key));
  text(p, "cpu");
  integer(p, sm_out_numel(t));
  name(p, "tQ");
  integer(p, 0);
  op(p, '(');
  for (int i = 0; i < t->rank; i++) integer(p, t->size[i]);
  name(p, "t(");
  for (int i = 0; i < t->rank; i++) integer(p, stride[i]);
  name(p, "t\x89" "ccollections\nOrderedDict\n)RtR");
}

/* The tensors behind `prefix`, in the order of the list; their storages are called by their numbers in it. */
static void state(pickle *p, const char *prefix, const sm_out_tensor *tensors, size_t count) {
  const size_t skip = strlen(prefix);
  int open = 0;
  name(p, "ccollections\nOrderedDict\n)R");
  for (size_t i = 0; i < count; i++) {
    if (strncmp(tensors[i].name, prefix, skip) != 0) continue;
    if (open == ITEMS) op(p, 'u'), open = 0;
    if (open++ == 0) op(p, '(');
    text(p, tensors[i].name + skip);
    tensor(p, tensors[i].kind == SM_I64 ? "ctorch\nLongStorage\n" : "ctorch\nFloatStorage\n", &tensors[i], i);
  }
  if (open) op(p, 'u');
}

/* A fraction is a tensor without dimensions, of double: that is a number to every expression, and `weights_only` of
 * PyTorch 1.13 takes no others. Its storage is called by `key`. */
static void argument(pickle *p, const char *t, size_t key) {
  const sm_out_tensor number = {.kind = SM_F64, .rank = 0};
  int64_t i;
  double d;
  if (sm_text_integer(t, strlen(t), &i)) integer(p, i);
  else if (sm_text_real(t, strlen(t), &d)) tensor(p, "ctorch\nDoubleStorage\n", &number, key);
  else if (strcmp(t, "true") == 0 || strcmp(t, "false") == 0) op(p, *t == 't' ? '\x88' : '\x89');
  else text(p, t);
}

static int write_pickle(pickle *p, const sm_out_tensor *tensors, size_t count, const sm_out_text *arguments, size_t argument_count) {
  p->good = 1;
  name(p, "\x80\x02}(");
  text(p, "g_ema");
  state(p, "g_ema.", tensors, count);
  text(p, "e_ema");
  state(p, "e_ema.", tensors, count);
  text(p, "train_args");
  name(p, "}(");
  for (size_t i = 0; i < argument_count; i++) {
    text(p, arguments[i].key);
    argument(p, arguments[i].text, count + i);
  }
  name(p, "uu.");
  return p->good;
}

/* ---------------------------------------------------------------------------------------------------- zip */

typedef struct zip {
  sm_writer writer;
  sm_buffer directory;
  sm_crc32 crc;
  uint64_t at;
  uint16_t records;
  stylemap_error *error;
} zip;

static stylemap_status write_bytes(zip *z, const void *data, size_t size) {
  z->at += size;
  return sm_writer_put(&z->writer, data, size, z->error);
}

/* The header of a record, filled so that its data lies at a multiple of 64. */
static stylemap_status begin(zip *z, const char *record, uint32_t crc, uint32_t size) {
  char path[64];
  uint8_t local[30] = {'P', 'K', 3, 4}, central[46] = {'P', 'K', 1, 2}, fill[4 + ALIGN] = {'F', 'B'};
  const size_t length = (size_t)snprintf(path, sizeof path, FOLDER "%s", record);
  const size_t extra = 4 + (ALIGN - (z->at + sizeof local + length + 4) % ALIGN) % ALIGN;
  sm_put_le16(local + 6, 0x800); /* names are UTF-8 */
  sm_put_le32(local + 14, crc);
  sm_put_le32(local + 18, size);
  sm_put_le32(local + 22, size);
  sm_put_le16(local + 26, (uint16_t)length);
  sm_put_le16(local + 28, (uint16_t)extra);
  memcpy(central + 8, local + 6, 20); /* flags to sizes */
  sm_put_le16(central + 28, (uint16_t)length);
  sm_put_le32(central + 42, (uint32_t)z->at);
  sm_put_le16(fill + 2, (uint16_t)(extra - 4));
  memset(fill + 4, 'Z', ALIGN);
  if (!sm_buffer_put(&z->directory, central, sizeof central) || !sm_buffer_put(&z->directory, path, length))
    return sm_no_memory(z->error, z->directory.capacity * 2);
  z->records++;
  SM_TRY(write_bytes(z, local, sizeof local));
  SM_TRY(write_bytes(z, path, length));
  return write_bytes(z, fill, extra);
}

static stylemap_status put_record(zip *z, const char *record, const void *data, size_t size) {
  SM_TRY(begin(z, record, sm_crc32_add(&z->crc, 0, data, size), (uint32_t)size));
  return write_bytes(z, data, size);
}

/* Numbers of a tensor from `first` on, up to PIECE bytes of them: how many bytes. */
static size_t piece_of(const sm_out_tensor *t, size_t first, uint8_t *bytes) {
  if (t->kind == SM_I64) {
    sm_put_le64(bytes, (uint64_t)t->integer);
    return 8;
  }
  const size_t left = (size_t)sm_out_numel(t) - first, n = left < PIECE / 4 ? left : PIECE / 4;
  for (size_t i = 0; i < n; i++) {
    const float v = t->halves ? sm_float_of_half(t->halves[first + i]) : t->values[first + i];
    sm_put_le32(bytes + 4 * i, sm_bits_of_float(v));
  }
  return 4 * n;
}

static uint64_t bytes_of(const sm_out_tensor *t) { return (uint64_t)sm_out_numel(t) * (t->kind == SM_I64 ? 8 : 4); }

static stylemap_status put_tensor(zip *z, const sm_out_tensor *t, size_t key) {
  uint8_t bytes[PIECE];
  char record[32];
  uint32_t crc = 0;
  const uint64_t size = bytes_of(t);
  snprintf(record, sizeof record, "data/%zu", key);
  for (uint64_t at = 0, n; at < size; at += n) {
    n = piece_of(t, (size_t)at / 4, bytes);
    crc = sm_crc32_add(&z->crc, crc, bytes, (size_t)n);
  }
  SM_TRY(begin(z, record, crc, (uint32_t)size));
  for (uint64_t at = 0, n; at < size; at += n) {
    n = piece_of(t, (size_t)at / 4, bytes);
    SM_TRY(write_bytes(z, bytes, (size_t)n));
  }
  return STYLEMAP_OK;
}

/* The storage of an argument that is a fraction. */
static stylemap_status put_argument(zip *z, const char *t, size_t key) {
  uint8_t bytes[8];
  char record[32];
  int64_t i;
  double d;
  uint64_t bits;
  if (sm_text_integer(t, strlen(t), &i) || !sm_text_real(t, strlen(t), &d)) return STYLEMAP_OK;
  memcpy(&bits, &d, sizeof bits);
  sm_put_le64(bytes, bits);
  snprintf(record, sizeof record, "data/%zu", key);
  return put_record(z, record, bytes, sizeof bytes);
}

static stylemap_status end(zip *z) {
  uint8_t last[22] = {'P', 'K', 5, 6};
  sm_put_le16(last + 8, z->records);
  sm_put_le16(last + 10, z->records);
  sm_put_le32(last + 12, (uint32_t)z->directory.size);
  sm_put_le32(last + 16, (uint32_t)z->at);
  SM_TRY(write_bytes(z, z->directory.bytes, z->directory.size));
  return write_bytes(z, last, sizeof last);
}

static int belongs(const sm_out_tensor *t) { return strncmp(t->name, "g_ema.", 6) == 0 || strncmp(t->name, "e_ema.", 6) == 0; }

stylemap_status sm_torch_write(const char *path, const sm_out_tensor *tensors, size_t count, const sm_out_text *arguments,
                               size_t argument_count, stylemap_error *error) {
  pickle p = {0};
  zip z = {.error = error};
  uint64_t all = 0;
  stylemap_status status;
  for (size_t i = 0; i < count; i++) all += bytes_of(&tensors[i]) + 4 * ALIGN;
  if (all >= UINT32_MAX - SM_MAX_PICKLE || count + argument_count >= UINT16_MAX - 2)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("%1 cannot be written: it would have 4 GiB or more."), path, NULL);
  sm_crc32_init(&z.crc);
  if (!write_pickle(&p, tensors, count, arguments, argument_count)) {
    status = sm_no_memory(error, p.bytes.capacity * 2);
    goto done;
  }
  SM_TRY_DONE(sm_writer_open(path, &z.writer, error));
  SM_TRY_DONE(put_record(&z, "data.pkl", p.bytes.bytes, p.bytes.size));
  for (size_t i = 0; i < count; i++)
    if (belongs(&tensors[i])) SM_TRY_DONE(put_tensor(&z, &tensors[i], i));
  for (size_t i = 0; i < argument_count; i++) SM_TRY_DONE(put_argument(&z, arguments[i].text, count + i));
  SM_TRY_DONE(put_record(&z, "version", "3\n", 2));
  SM_TRY_DONE(end(&z));
  status = sm_writer_commit(&z.writer, error);
done:
  sm_writer_abort(&z.writer);
  sm_buffer_free(&z.directory);
  sm_buffer_free(&p.bytes);
  return status;
}
