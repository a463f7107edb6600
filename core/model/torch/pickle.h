/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pickle machine: protocol 2, the operations of a checkpoint, closed lists of names, nothing ever run.
 *
 * Values are 16 bytes and refer to others by number, so shared and cyclic structures cost nothing, and one free
 * releases all without a walk. pickle.c runs the operations, values.c keeps dicts and lists, torch.c makes
 * storages and tensors and turns the root into a checkpoint. */
#pragma once
#include "model/file/checkpoint.h"

typedef enum sm_tag {
  SM_VALUE_NONE,
  SM_VALUE_BOOL,      /* i */
  SM_VALUE_INT,       /* i */
  SM_VALUE_BIG,       /* an integer outside 64 bits: kept, of no use */
  SM_VALUE_REAL,      /* d */
  SM_VALUE_TEXT,      /* `count` bytes from byte i of the pickle */
  SM_VALUE_NAME,      /* i: number in the list of names */
  SM_VALUE_TUPLE,     /* `count` values from tuples[i] */
  SM_VALUE_LIST,      /* i: object */
  SM_VALUE_DICT,      /* i: object */
  SM_VALUE_ORDERED,   /* the same, made by OrderedDict */
  SM_VALUE_NAMESPACE, /* the same, made by Namespace */
  SM_VALUE_STORAGE,   /* i: storage */
  SM_VALUE_TENSOR,    /* i: tensor */
  SM_VALUE_INERT,     /* swallows items and state, fails any use */
} sm_tag;

typedef struct sm_value {
  uint32_t tag, count;
  union {
    int64_t i;
    double d;
  } as;
} sm_value;

/* A list or a dict: the chain of its items or pairs. */
typedef struct sm_object {
  uint32_t first, last, count;
} sm_object;

typedef struct sm_item {
  sm_value value;
  uint32_t next;
} sm_item;

typedef struct sm_pair {
  sm_value key, value; /* a number as a key is an INT where it is a whole one: 1, 1.0 and True are one key */
  uint32_t object, next;
} sm_pair;

typedef struct sm_storage {
  sm_kind kind;
  uint32_t key_length;
  int64_t key_at, numel; /* the key's text: byte of the pickle */
  uint64_t at; /* byte in the file; UINT64_MAX until the container has been read */
} sm_storage;

typedef struct sm_view {
  uint32_t storage, rank;
  int64_t size, stride, offset; /* size, stride: first of `rank` tuple values */
} sm_view;

struct sm_pickle {
  const sm_file *file;
  uint64_t start; /* byte of the file where this pickle begins */
  uint8_t *bytes;
  size_t at, loaded, capacity, limit;
  int storage_fields; /* of a persistent id: 6 legacy, 5 zip, 0 where none may be */
  uint32_t operations;

  sm_value *stack, *memo, *tuples;
  sm_item *items;
  sm_pair *pairs;
  sm_object *objects;
  sm_storage *storages;
  sm_view *views;
  size_t stack_count, stack_capacity, memo_count, memo_capacity, tuple_count, tuple_capacity;
  size_t item_count, item_capacity, pair_count, pair_capacity, object_count, object_capacity;
  size_t storage_count, storage_capacity, view_count, view_capacity;
  uint32_t marks[64];
  int mark_count;
  sm_table keys, storage_keys;
  sm_value root;
};

/* A machine for the pickle at byte `start`, of at most `limit` bytes. */
stylemap_status sm_pickle_new(const sm_file *file, uint64_t start, uint64_t limit, int storage_fields,
                              sm_pickle **pickle, stylemap_error *error);
void sm_pickle_free(sm_pickle *pickle);
/* Runs up to STOP; `at` is then behind it and `root` the value. */
stylemap_status sm_pickle_run(sm_pickle *p, stylemap_error *error);

stylemap_status sm_pickle_refuse(const sm_pickle *p, const char *rule, const char *why, stylemap_error *error);
stylemap_status sm_pickle_refuse_name(const sm_pickle *p, const char *name, stylemap_error *error);

/* values.c */
stylemap_status sm_pickle_object(sm_pickle *p, sm_tag tag, sm_value *value, stylemap_error *error);
stylemap_status sm_pickle_tuple(sm_pickle *p, const sm_value *values, size_t count, sm_value *value,
                                stylemap_error *error);
stylemap_status sm_pickle_append(sm_pickle *p, sm_value list, sm_value value, stylemap_error *error);
stylemap_status sm_pickle_set(sm_pickle *p, sm_value dict, sm_value key, sm_value value, stylemap_error *error);
/* Copies `from` into the empty namespace `to`; each pair counts as an operation. */
stylemap_status sm_pickle_state(sm_pickle *p, sm_value to, sm_value from, stylemap_error *error);
int sm_pickle_get(const sm_pickle *p, sm_value dict, const char *key, sm_value *value);
const char *sm_pickle_text(const sm_pickle *p, sm_value text);
static inline int sm_value_is_dict(sm_value v) { return v.tag >= SM_VALUE_DICT && v.tag <= SM_VALUE_NAMESPACE; }

/* names of P9: pickle-names.c. The number of "module.name", or -1. */
typedef enum sm_role {
  SM_ROLE_INERT,
  SM_ROLE_ORDERED_DICT,
  SM_ROLE_NAMESPACE,
  SM_ROLE_TENSOR,
  SM_ROLE_TENSOR_V2,
  SM_ROLE_PARAMETER,
  SM_ROLE_SIZE,
  SM_ROLE_STORAGE,
  SM_ROLE_NAMED, /* may be named, not called */
} sm_role;
int sm_pickle_name(const char *module, size_t module_length, const char *name, size_t name_length);
sm_role sm_pickle_role(int64_t name);
sm_kind sm_pickle_kind(int64_t name);
const char *sm_pickle_name_text(int64_t name);

/* torch-legacy.c, torch-zip.c: the containers; `checkpoint->file` is open. */
stylemap_status sm_read_legacy(sm_checkpoint *checkpoint, stylemap_error *error);
stylemap_status sm_read_zip(sm_checkpoint *checkpoint, stylemap_error *error);

/* torch.c */
stylemap_status sm_torch_storage(sm_pickle *p, sm_value id, sm_value *value, stylemap_error *error);
stylemap_status sm_torch_call(sm_pickle *p, int64_t name, sm_value arguments, sm_value *value, stylemap_error *error);
uint32_t sm_torch_find_storage(const sm_pickle *p, const char *key, size_t length);
void sm_torch_tensor(const sm_pickle *p, uint32_t view, sm_tensor *tensor);
/* The root dict -> states and arguments (M1, M2), or one state where the checkpoint is flat; takes the texts as they lie in the pickle. */
stylemap_status sm_torch_root(sm_checkpoint *checkpoint, stylemap_error *error);
