/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pickle machine's operations (rules P1 .. P11). Every byte that is not listed here is refused. */
#include "model/torch/pickle.h"
#include "base/bytes.h"
#include "base/memory.h"

#include <string.h>

enum { LIMIT_OPERATIONS = 4000000, LIMIT_STACK = 65536, LIMIT_MEMO = 1 << 20, LIMIT_TEXT = 1 << 20, LIMIT_LINE = 256 };

stylemap_status sm_pickle_refuse(const sm_pickle *p, const char *rule, const char *why, stylemap_error *error) {
  sm_refuse_at(error, p->file->path, rule, why, p->start + p->at);
  return STYLEMAP_REFUSED; /* said here, too: the compiler then knows that SM_TRY leaves */
}

stylemap_status sm_pickle_refuse_name(const sm_pickle *p, const char *name, stylemap_error *error) {
  return sm_fail(error, STYLEMAP_REFUSED, "P9",
                 SM_TEXT("%1 asks to run \"%2\". This program never runs code from a model file."), p->file->path, name,
                 NULL);
}

stylemap_status sm_pickle_new(const sm_file *file, uint64_t start, uint64_t limit, int storage_fields,
                              sm_pickle **pickle, stylemap_error *error) {
  sm_pickle *p = sm_calloc(1, sizeof *p);
  if (!p) return sm_no_memory(error, sizeof *p);
  p->file = file;
  p->start = start;
  p->limit = (size_t)(limit < SM_MAX_PICKLE ? limit : SM_MAX_PICKLE);
  p->storage_fields = storage_fields;
  *pickle = p;
  return STYLEMAP_OK;
}

void sm_pickle_free(sm_pickle *p) {
  if (!p) return;
  sm_table_free(&p->storage_keys);
  sm_table_free(&p->keys);
  sm_free(p->views);
  sm_free(p->storages);
  sm_free(p->objects);
  sm_free(p->pairs);
  sm_free(p->items);
  sm_free(p->tuples);
  sm_free(p->memo);
  sm_free(p->stack);
  sm_free(p->bytes);
  sm_free(p);
}

/* ------------------------------------------------------------------------------------------ the bytes */

/* Makes sure that `size` more bytes are in memory; P1 where the file has no more. */
static stylemap_status load(sm_pickle *p, size_t size, stylemap_error *error) {
  if (size > p->limit - p->at) return sm_pickle_refuse(p, "P1", SM_TEXT("the data ends inside a value"), error);
  size_t needed = p->at + size;
  if (needed <= p->loaded) return STYLEMAP_OK;
  if (needed > p->capacity) {
    size_t capacity = p->capacity ? p->capacity * 2 : 1 << 12;
    if (capacity < needed) capacity = needed;
    if (capacity > p->limit) capacity = p->limit;
    uint8_t *bytes = sm_grow(p->bytes, p->loaded, capacity, 1);
    if (!bytes) return sm_no_memory(error, capacity);
    p->bytes = bytes;
    p->capacity = capacity;
  }
  SM_TRY(sm_file_read(p->file, p->start + p->loaded, p->bytes + p->loaded, p->capacity - p->loaded, error));
  p->loaded = p->capacity;
  return STYLEMAP_OK;
}

/* `bytes` is good until the next take. */
static stylemap_status take(sm_pickle *p, size_t size, const uint8_t **bytes, stylemap_error *error) {
  SM_TRY(load(p, size, error));
  *bytes = p->bytes + p->at;
  p->at += size;
  return STYLEMAP_OK;
}

static stylemap_status take_number(sm_pickle *p, int size, uint32_t *number, stylemap_error *error) {
  const uint8_t *b;
  SM_TRY(take(p, (size_t)size, &b, error));
  *number = size == 1 ? b[0] : size == 2 ? sm_le16(b) : sm_le32(b);
  return STYLEMAP_OK;
}

/* A line of a GLOBAL: its first byte and its length without the line end. */
static stylemap_status take_line(sm_pickle *p, size_t *at, size_t *length, stylemap_error *error) {
  size_t left = p->limit - p->at, most = left < LIMIT_LINE + 1 ? left : LIMIT_LINE + 1;
  SM_TRY(load(p, most, error));
  const uint8_t *start = p->bytes + p->at, *end = most ? memchr(start, '\n', most) : NULL;
  if (!end) return sm_pickle_refuse(p, "P1", SM_TEXT("a name is not closed"), error);
  *at = p->at;
  *length = (size_t)(end - start);
  p->at += *length + 1;
  int good = *length > 0;
  for (size_t i = 0; i < *length; i++) {
    uint8_t c = start[i];
    good &= (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.';
  }
  if (!good) return sm_pickle_refuse(p, "P2", SM_TEXT("a name has odd characters"), error);
  return STYLEMAP_OK;
}

/* ------------------------------------------------------------------------------------------ the stack */

static stylemap_status push_value(sm_pickle *p, sm_value value, stylemap_error *error) {
  if (p->stack_count >= LIMIT_STACK) return sm_pickle_refuse(p, "P6", SM_TEXT("the stack is too deep"), error);
  SM_MORE(p->stack, p->stack_count, p->stack_capacity, error);
  p->stack[p->stack_count++] = value;
  return STYLEMAP_OK;
}

/* Values above the last mark. */
static size_t height(const sm_pickle *p) {
  return p->stack_count - (p->mark_count ? p->marks[p->mark_count - 1] : 0);
}

static stylemap_status top(const sm_pickle *p, sm_value *value, stylemap_error *error) {
  if (!height(p)) return sm_pickle_refuse(p, "P4", SM_TEXT("the stack is empty"), error);
  *value = p->stack[p->stack_count - 1];
  return STYLEMAP_OK;
}

static stylemap_status pop(sm_pickle *p, sm_value *value, stylemap_error *error) {
  SM_TRY(top(p, value, error));
  p->stack_count--;
  return STYLEMAP_OK;
}

/* Takes all values above the last mark, and the mark. They stay where they were until the next push. */
static stylemap_status pop_to_mark(sm_pickle *p, const sm_value **values, size_t *count, stylemap_error *error) {
  if (!p->mark_count) return sm_pickle_refuse(p, "P4", SM_TEXT("there is no mark"), error);
  *count = height(p);
  p->stack_count -= *count;
  *values = p->stack + p->stack_count;
  p->mark_count--;
  return STYLEMAP_OK;
}

static stylemap_status wrong_kind(const sm_pickle *p, stylemap_error *error) {
  return sm_pickle_refuse(p, "P5", SM_TEXT("a value of another kind is needed"), error);
}

/* --------------------------------------------------------------------------------------- operations */

static stylemap_status op_long(sm_pickle *p, stylemap_error *error) {
  const uint8_t *b;
  uint32_t n;
  SM_TRY(take_number(p, 1, &n, error));
  SM_TRY(take(p, n, &b, error));
  uint8_t sign = n && b[n - 1] & 0x80 ? 0xff : 0;
  uint64_t bits = sign ? UINT64_MAX : 0;
  int big = 0;
  for (uint32_t i = n; i-- > 0;) {
    if (i >= 8) big |= b[i] != sign;
    else bits = bits << 8 | b[i];
  }
  if (n > 8) big |= (b[7] & 0x80) != (sign & 0x80);
  sm_value v = {.tag = SM_VALUE_BIG};
  if (!big) {
    v.tag = SM_VALUE_INT;
    memcpy(&v.as.i, &bits, sizeof bits);
  }
  return push_value(p, v, error);
}

static stylemap_status op_text(sm_pickle *p, int ascii, stylemap_error *error) {
  const uint8_t *b;
  uint32_t n;
  SM_TRY(take_number(p, ascii ? 1 : 4, &n, error));
  if (n > LIMIT_TEXT) return sm_pickle_refuse(p, "P6", SM_TEXT("a text is too long"), error);
  SM_TRY(take(p, n, &b, error));
  if (ascii) {
    for (uint32_t i = 0; i < n; i++)
      if (b[i] < 32 || b[i] > 126) return sm_pickle_refuse(p, "P2", SM_TEXT("a text is not ASCII"), error);
  } else if (!sm_utf8_valid(b, n)) {
    return sm_pickle_refuse(p, "P2", SM_TEXT("a text is not UTF-8"), error);
  }
  return push_value(p, (sm_value){.tag = SM_VALUE_TEXT, .count = n, .as.i = (int64_t)(p->at - n)}, error);
}

static stylemap_status op_global(sm_pickle *p, stylemap_error *error) {
  size_t module, module_length, name, name_length;
  SM_TRY(take_line(p, &module, &module_length, error));
  SM_TRY(take_line(p, &name, &name_length, error));
  const char *text = (const char *)p->bytes;
  int i = sm_pickle_name(text + module, module_length, text + name, name_length);
  if (i < 0) {
    char full[2 * LIMIT_LINE + 2];
    sm_text_copy(full, sizeof full, text + module, module_length + 1 + name_length);
    full[module_length] = '.';
    return sm_pickle_refuse_name(p, full, error);
  }
  return push_value(p, (sm_value){.tag = SM_VALUE_NAME, .as.i = i}, error);
}

static stylemap_status op_put(sm_pickle *p, int size, stylemap_error *error) {
  uint32_t i;
  sm_value v;
  SM_TRY(take_number(p, size, &i, error));
  if (i != p->memo_count) return sm_pickle_refuse(p, "P8", SM_TEXT("the memo is numbered out of turn"), error);
  if (i >= LIMIT_MEMO) return sm_pickle_refuse(p, "P6", SM_TEXT("the memo is too large"), error);
  SM_TRY(top(p, &v, error));
  SM_MORE(p->memo, p->memo_count, p->memo_capacity, error);
  p->memo[p->memo_count++] = v;
  return STYLEMAP_OK;
}

static stylemap_status op_get(sm_pickle *p, int size, stylemap_error *error) {
  uint32_t i;
  SM_TRY(take_number(p, size, &i, error));
  if (i >= p->memo_count) return sm_pickle_refuse(p, "P8", SM_TEXT("a memo entry does not exist"), error);
  return push_value(p, p->memo[i], error);
}

/* TUPLE1 .. TUPLE3, or TUPLE where `count` is negative. */
static stylemap_status op_tuple(sm_pickle *p, int count, stylemap_error *error) {
  sm_value v;
  const sm_value *values;
  size_t n = (size_t)count;
  if (count < 0) {
    SM_TRY(pop_to_mark(p, &values, &n, error));
  } else {
    for (int i = 0; i < count; i++) SM_TRY(pop(p, &v, error));
    values = p->stack + p->stack_count;
  }
  SM_TRY(sm_pickle_tuple(p, values, n, &v, error));
  return push_value(p, v, error);
}

static stylemap_status append(sm_pickle *p, const sm_value *values, size_t count, stylemap_error *error) {
  sm_value list;
  SM_TRY(top(p, &list, error));
  if (list.tag == SM_VALUE_INERT) return STYLEMAP_OK;
  if (list.tag != SM_VALUE_LIST) return wrong_kind(p, error);
  for (size_t i = 0; i < count; i++) SM_TRY(sm_pickle_append(p, list, values[i], error));
  return STYLEMAP_OK;
}

static stylemap_status set_items(sm_pickle *p, const sm_value *values, size_t count, stylemap_error *error) {
  sm_value dict;
  SM_TRY(top(p, &dict, error));
  if (dict.tag != SM_VALUE_INERT && !sm_value_is_dict(dict)) return wrong_kind(p, error);
  if (count % 2) return sm_pickle_refuse(p, "P5", SM_TEXT("a key without a value"), error);
  if (dict.tag == SM_VALUE_INERT) return STYLEMAP_OK;
  for (size_t i = 0; i < count; i += 2) SM_TRY(sm_pickle_set(p, dict, values[i], values[i + 1], error));
  return STYLEMAP_OK;
}

static stylemap_status op_append(sm_pickle *p, int many, stylemap_error *error) {
  sm_value value;
  const sm_value *values = &value;
  size_t count = 1;
  if (many) SM_TRY(pop_to_mark(p, &values, &count, error));
  else SM_TRY(pop(p, &value, error));
  return append(p, values, count, error);
}

static stylemap_status op_set(sm_pickle *p, int many, stylemap_error *error) {
  sm_value pair[2];
  const sm_value *values = pair;
  size_t count = 2;
  if (many) {
    SM_TRY(pop_to_mark(p, &values, &count, error));
  } else {
    SM_TRY(pop(p, &pair[1], error));
    SM_TRY(pop(p, &pair[0], error));
  }
  return set_items(p, values, count, error);
}

static stylemap_status op_storage(sm_pickle *p, stylemap_error *error) {
  sm_value id, v;
  SM_TRY(pop(p, &id, error));
  if (!p->storage_fields) return sm_pickle_refuse(p, "P10", SM_TEXT("a storage where none may be"), error);
  if (id.tag != SM_VALUE_TUPLE) return sm_pickle_refuse(p, "P10", SM_TEXT("a storage reference is not a tuple"), error);
  SM_TRY(sm_torch_storage(p, id, &v, error));
  return push_value(p, v, error);
}

/* The name and the arguments of REDUCE and NEWOBJ. */
static stylemap_status pop_call(sm_pickle *p, sm_value *name, sm_value *arguments, stylemap_error *error) {
  SM_TRY(pop(p, arguments, error));
  SM_TRY(pop(p, name, error));
  if (name->tag != SM_VALUE_NAME || arguments->tag != SM_VALUE_TUPLE)
    return sm_pickle_refuse(p, "P5", SM_TEXT("a call of something that is no name"), error);
  return STYLEMAP_OK;
}

static stylemap_status op_reduce(sm_pickle *p, stylemap_error *error) {
  sm_value name, arguments, v;
  SM_TRY(pop_call(p, &name, &arguments, error));
  SM_TRY(sm_torch_call(p, name.as.i, arguments, &v, error));
  return push_value(p, v, error);
}

static stylemap_status op_new(sm_pickle *p, stylemap_error *error) {
  sm_value name, arguments, v = {.tag = SM_VALUE_INERT};
  SM_TRY(pop_call(p, &name, &arguments, error));
  sm_role role = sm_pickle_role(name.as.i);
  if (role == SM_ROLE_NAMESPACE) {
    if (arguments.count) return sm_pickle_refuse(p, "P5", SM_TEXT("a Namespace with arguments"), error);
    SM_TRY(sm_pickle_object(p, SM_VALUE_NAMESPACE, &v, error));
  } else if (role != SM_ROLE_INERT) {
    return sm_pickle_refuse_name(p, sm_pickle_name_text(name.as.i), error);
  }
  return push_value(p, v, error);
}

static stylemap_status op_build(sm_pickle *p, stylemap_error *error) {
  sm_value state, v;
  SM_TRY(pop(p, &state, error));
  SM_TRY(top(p, &v, error));
  switch (v.tag) {
  case SM_VALUE_INERT:
    return STYLEMAP_OK;
  case SM_VALUE_NAMESPACE:
    if (!sm_value_is_dict(state) || p->objects[v.as.i].count)
      return sm_pickle_refuse(p, "P5", SM_TEXT("the state of a Namespace is not a dict of names"), error);
    return sm_pickle_state(p, v, state, error);
  case SM_VALUE_ORDERED: /* state_dict's _metadata, a parameter's attributes: of no use here */
  case SM_VALUE_TENSOR:
    if (!sm_value_is_dict(state)) return sm_pickle_refuse(p, "P5", SM_TEXT("a state is not a dict"), error);
    return STYLEMAP_OK;
  default:
    return wrong_kind(p, error);
  }
}

static stylemap_status op_object(sm_pickle *p, sm_tag tag, stylemap_error *error) {
  sm_value v;
  SM_TRY(sm_pickle_object(p, tag, &v, error));
  return push_value(p, v, error);
}

static stylemap_status op_integer(sm_pickle *p, int size, stylemap_error *error) {
  uint32_t n;
  SM_TRY(take_number(p, size, &n, error));
  int64_t i = size == 4 && n > INT32_MAX ? (int64_t)n - ((int64_t)1 << 32) : (int64_t)n;
  return push_value(p, (sm_value){.tag = SM_VALUE_INT, .as.i = i}, error);
}

static stylemap_status op_real(sm_pickle *p, stylemap_error *error) {
  const uint8_t *b;
  SM_TRY(take(p, 8, &b, error));
  return push_value(p, (sm_value){.tag = SM_VALUE_REAL, .as.d = sm_double_of_bits(sm_be64(b))}, error);
}

static stylemap_status op_mark(sm_pickle *p, stylemap_error *error) {
  if (p->mark_count >= (int)(sizeof p->marks / sizeof *p->marks))
    return sm_pickle_refuse(p, "P6", SM_TEXT("marks nest too deep"), error);
  p->marks[p->mark_count++] = (uint32_t)p->stack_count;
  return STYLEMAP_OK;
}

static stylemap_status unknown(const sm_pickle *p, uint8_t op, stylemap_error *error) {
  static const char digits[] = "0123456789abcdef";
  char text[] = "0x..";
  sm_number n;
  text[2] = digits[op >> 4];
  text[3] = digits[op & 15];
  return sm_fail(error, STYLEMAP_REFUSED, "P11",
                 SM_TEXT("%1 is damaged or was not written by PyTorch (byte %2: operation %3 does not occur in a "
                         "checkpoint)."),
                 p->file->path, sm_decimal(&n, (int64_t)(p->start + p->at - 1)), text, NULL);
}

static stylemap_status step(sm_pickle *p, uint8_t op, stylemap_error *error) {
  switch (op) {
  case '(':
    return op_mark(p, error);
  case 'N':
    return push_value(p, (sm_value){.tag = SM_VALUE_NONE}, error);
  case 0x88:
  case 0x89:
    return push_value(p, (sm_value){.tag = SM_VALUE_BOOL, .as.i = op == 0x88}, error);
  case 'K':
    return op_integer(p, 1, error);
  case 'M':
    return op_integer(p, 2, error);
  case 'J':
    return op_integer(p, 4, error);
  case 0x8a:
    return op_long(p, error);
  case 'G':
    return op_real(p, error);
  case 'X':
    return op_text(p, 0, error);
  case 'U':
    return op_text(p, 1, error);
  case ')':
    return push_value(p, (sm_value){.tag = SM_VALUE_TUPLE}, error);
  case ']':
    return op_object(p, SM_VALUE_LIST, error);
  case '}':
    return op_object(p, SM_VALUE_DICT, error);
  case 't':
    return op_tuple(p, -1, error);
  case 0x85:
  case 0x86:
  case 0x87:
    return op_tuple(p, op - 0x84, error);
  case 'a':
  case 'e':
    return op_append(p, op == 'e', error);
  case 's':
  case 'u':
    return op_set(p, op == 'u', error);
  case 'q':
    return op_put(p, 1, error);
  case 'r':
    return op_put(p, 4, error);
  case 'h':
    return op_get(p, 1, error);
  case 'j':
    return op_get(p, 4, error);
  case 'c':
    return op_global(p, error);
  case 'Q':
    return op_storage(p, error);
  case 'R':
    return op_reduce(p, error);
  case 0x81:
    return op_new(p, error);
  case 'b':
    return op_build(p, error);
  default:
    return unknown(p, op, error);
  }
}

/* PROTO 2, which opens every pickle of torch.save's defaults. */
static stylemap_status protocol(sm_pickle *p, stylemap_error *error) {
  const uint8_t *b;
  sm_number n;
  SM_TRY(take(p, 1, &b, error));
  if (*b != 0x80) return sm_pickle_refuse(p, "P3", SM_TEXT("no pickle begins here"), error);
  SM_TRY(take(p, 1, &b, error));
  if (*b == 2) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_REFUSED, "P3",
                 SM_TEXT("%1 uses pickle protocol %2. Save it again with torch.save's defaults."), p->file->path,
                 sm_decimal(&n, *b), NULL);
}

stylemap_status sm_pickle_run(sm_pickle *p, stylemap_error *error) {
  const uint8_t *b;
  SM_TRY(protocol(p, error));
  for (;;) {
    if (++p->operations > LIMIT_OPERATIONS) return sm_pickle_refuse(p, "P6", SM_TEXT("too many operations"), error);
    SM_TRY(take(p, 1, &b, error));
    if (*b == '.') break;
    SM_TRY(step(p, *b, error));
  }
  if (p->stack_count != 1 || p->mark_count) return sm_pickle_refuse(p, "P4", SM_TEXT("values are left over"), error);
  p->root = p->stack[0];
  return STYLEMAP_OK;
}
