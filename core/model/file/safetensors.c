/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/file/safetensors.h"
#include "base/bytes.h"
#include "base/memory.h"

#include <stdlib.h>

static int is_text(const sm_json *j, uint32_t node, const char *expected) {
  const sm_json_node *n = &j->nodes[node];
  return n->kind == SM_JSON_TEXT && sm_text_is(j->text + n->as.text.at, n->as.text.length, expected);
}

/* S5: only texts. */
static stylemap_status check_metadata(const sm_json *j, uint32_t meta, const char *path, stylemap_error *error) {
  int good = j->nodes[meta].kind == SM_JSON_OBJECT;
  for (uint32_t k = good ? j->nodes[meta].as.group.first : SM_NONE; k != SM_NONE;) {
    uint32_t value = j->nodes[k].next;
    good &= j->nodes[value].kind == SM_JSON_TEXT;
    k = j->nodes[value].next;
  }
  return good ? STYLEMAP_OK : sm_refuse(error, path, "S5", SM_TEXT("__metadata__ is not a list of texts"));
}

/* The numbers of an array: up to `most`; -1 where it is something else or longer. */
static int read_numbers(const sm_json *j, uint32_t node, int64_t *numbers, int most) {
  if (j->nodes[node].kind != SM_JSON_ARRAY || j->nodes[node].as.group.count > (uint32_t)most) return -1;
  int n = 0;
  for (uint32_t i = j->nodes[node].as.group.first; i != SM_NONE; i = j->nodes[i].next) {
    if (j->nodes[i].kind != SM_JSON_NUMBER) return -1;
    numbers[n++] = j->nodes[i].as.number;
  }
  return n;
}

/* One member: S6 .. S9. `data` is where the header ends. */
static stylemap_status read_tensor(const sm_file *file, const sm_json *j, uint64_t data, struct sm_named *named,
                                   uint32_t value, stylemap_error *error) {
  sm_tensor *t = &named->tensor;
  uint32_t dtype = SM_NONE, shape = SM_NONE, offsets = SM_NONE;
  size_t characters = sm_utf8_count(named->name, named->length);
#define REFUSE(rule, why) return sm_refuse_tensor(error, file->path, rule, why, named->name, named->length)
  if (!characters || characters > SM_MAX_NAME) REFUSE("S6", SM_TEXT("its name is empty or too long"));
  if (j->nodes[value].kind == SM_JSON_OBJECT && j->nodes[value].as.group.count == 6) {
    dtype = sm_json_get(j, value, "dtype");
    shape = sm_json_get(j, value, "shape");
    offsets = sm_json_get(j, value, "data_offsets");
  }
  if (dtype == SM_NONE || shape == SM_NONE || offsets == SM_NONE)
    REFUSE("S6", SM_TEXT("it needs dtype, shape and data_offsets"));
  int kind = 0;
  while (kind <= SM_BOOL && !is_text(j, dtype, sm_kind_name((sm_kind)kind))) kind++;
  if (kind > SM_BOOL) REFUSE("S7", SM_TEXT("its dtype is unknown"));
  t->kind = (sm_kind)kind;
  t->rank = read_numbers(j, shape, t->size, SM_MAX_RANK);
  if (t->rank < 0) REFUSE("S8", SM_TEXT("its shape is bad"));
  int64_t range[2];
  if (read_numbers(j, offsets, range, 2) != 2) REFUSE("S9", SM_TEXT("its data_offsets are bad"));
  t->numel = 1;
  for (int i = 0; i < t->rank; i++)
    if (__builtin_mul_overflow(t->numel, t->size[i], &t->numel) || t->numel >= (int64_t)1 << 60)
      REFUSE("S8", SM_TEXT("its shape overflows"));
  if (range[0] > range[1] || (uint64_t)range[1] > file->size - data ||
      range[1] - range[0] != t->numel * sm_kind_size(t->kind))
    REFUSE("S9", SM_TEXT("its data_offsets do not fit its shape or the file"));
#undef REFUSE
  t->at = data + (uint64_t)range[0];
  int64_t stride = 1;
  for (int i = t->rank; i-- > 0 && t->numel; stride *= t->size[i]) t->stride[i] = stride;
  return STYLEMAP_OK;
}

static int by_place(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  if (x[0] != y[0]) return x[0] < y[0] ? -1 : 1;
  return x[1] < y[1] ? -1 : x[1] > y[1];
}

/* S10: the tensors tile the data. */
static stylemap_status check_tiling(const sm_file *file, const sm_safetensors *s, uint64_t data,
                                    stylemap_error *error) {
  uint64_t(*spans)[2] = sm_alloc(s->count, sizeof *spans), end = data;
  if (!spans) return sm_no_memory(error, s->count * sizeof *spans);
  for (size_t i = 0; i < s->count; i++) {
    const sm_tensor *t = &s->tensors[i].tensor;
    spans[i][0] = t->at;
    spans[i][1] = t->at + (uint64_t)t->numel * (uint64_t)sm_kind_size(t->kind);
  }
  qsort(spans, s->count, sizeof *spans, by_place);
  stylemap_status status = STYLEMAP_OK;
  for (size_t i = 0; i < s->count && status == STYLEMAP_OK; i++) {
    if (spans[i][0] != end) status = sm_refuse(error, file->path, "S10", SM_TEXT("tensors that overlap or leave gaps"));
    end = spans[i][1];
  }
  if (status == STYLEMAP_OK && end != file->size)
    status = sm_refuse(error, file->path, "S10", SM_TEXT("tensors that end before or after the file"));
  sm_free(spans);
  return status;
}

stylemap_status sm_safetensors_read(const sm_file *file, sm_safetensors *s, stylemap_error *error) {
  uint8_t raw[8];
  SM_TRY(sm_file_read(file, 0, raw, 8, error));
  uint64_t size = sm_le64(raw), data = 8 + size;
  if (size < 2 || size > SM_MAX_HEADER || size > file->size - 8)
    return sm_refuse(error, file->path, "S1", SM_TEXT("the header is longer than the file or the limit"));
  s->header = sm_alloc((size_t)size, 1);
  if (!s->header) return sm_no_memory(error, size);
  SM_TRY(sm_file_read(file, 8, s->header, (size_t)size, error));
  if (!sm_utf8_valid(s->header, (size_t)size))
    return sm_refuse(error, file->path, "S2", SM_TEXT("bytes that are not UTF-8"));
  SM_TRY(sm_json_parse(&s->json, s->header, (size_t)size, file->path, error));

  const sm_json *j = &s->json;
  uint32_t meta = sm_json_get(j, 0, "__metadata__");
  if (meta != SM_NONE) SM_TRY(check_metadata(j, meta, file->path, error));
  if (j->nodes[0].as.group.count / 2 - (meta != SM_NONE) > SM_MAX_TENSORS)
    return sm_refuse(error, file->path, "S6", SM_TEXT("too many tensors"));
  for (uint32_t k = j->nodes[0].as.group.first; k != SM_NONE;) {
    uint32_t value = j->nodes[k].next;
    if (value != meta) {
      SM_MORE(s->tensors, s->count, s->capacity, error);
      s->tensors[s->count] = (struct sm_named){.name = s->header + j->nodes[k].as.text.at,
                                            .length = j->nodes[k].as.text.length};
      SM_TRY(read_tensor(file, j, data, &s->tensors[s->count], value, error));
      s->count++;
    }
    k = j->nodes[value].next;
  }
  return check_tiling(file, s, data, error);
}

void sm_safetensors_free(sm_safetensors *s) {
  if (!s) return;
  sm_free(s->tensors);
  sm_json_free(&s->json);
  sm_free(s->header);
  *s = (sm_safetensors){0};
}

uint32_t sm_safetensors_find(const sm_safetensors *s, const char *name) {
  for (uint32_t i = 0; i < s->count; i++)
    if (sm_text_is(s->tensors[i].name, s->tensors[i].length, name)) return i;
  return SM_NONE;
}

/* ------------------------------------------------------------------------------------------- a model's file */

/* A text of __metadata__ as the number or word it stands for. */
static sm_argument read_argument(const char *key, uint32_t key_length, const char *text, uint32_t length) {
  sm_argument a = {.key = key, .text = text, .key_length = key_length, .text_length = length, .kind = SM_ARG_TEXT};
  if (sm_text_integer(text, length, &a.i)) a.kind = SM_ARG_INT;
  else if (sm_text_real(text, length, &a.d)) a.kind = SM_ARG_REAL;
  else if (sm_text_is(text, length, "null")) a.kind = SM_ARG_NONE;
  else if (sm_text_is(text, length, "true") || sm_text_is(text, length, "false")) {
    a.kind = SM_ARG_BOOL;
    a.i = length == 4;
  }
  return a;
}

stylemap_status sm_read_safetensors(sm_checkpoint *c, stylemap_error *error) {
  static const char *const prefix[SM_STATES] = {"g_ema.", "e_ema."};
  sm_safetensors *s = c->safetensors = sm_calloc(1, sizeof *s);
  if (!s) return sm_no_memory(error, sizeof *s);
  SM_TRY(sm_safetensors_read(&c->file, s, error));
  for (uint32_t i = 0; c->flat && i < s->count; i++) {
    sm_entry entry = {.name = s->tensors[i].name, .length = s->tensors[i].length, .tensor = i};
    SM_TRY(sm_checkpoint_name(c, 0, &entry, error));
  }
  if (c->flat) return STYLEMAP_OK;
  for (uint32_t i = 0; i < s->count; i++)
    for (int state = 0; state < SM_STATES; state++) {
      const struct sm_named *t = &s->tensors[i];
      if (t->length <= 6 || memcmp(t->name, prefix[state], 6) != 0) continue;
      sm_entry entry = {.name = t->name + 6, .length = t->length - 6, .tensor = i};
      SM_TRY(sm_checkpoint_name(c, state, &entry, error));
    }
  c->mean = sm_safetensors_find(s, "w_mean");
  const sm_json *j = &s->json;
  uint32_t meta = sm_json_get(j, 0, "__metadata__");
  for (uint32_t k = meta != SM_NONE ? j->nodes[meta].as.group.first : SM_NONE; k != SM_NONE;) {
    const sm_json_node *key = &j->nodes[k], *value = &j->nodes[key->next];
    sm_argument a = read_argument(j->text + key->as.text.at, key->as.text.length, j->text + value->as.text.at,
                                  value->as.text.length);
    SM_TRY(sm_checkpoint_argument(c, &a, error));
    k = value->next;
  }
  return STYLEMAP_OK;
}
