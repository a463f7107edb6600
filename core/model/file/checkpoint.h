/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the three readers (torch-legacy, torch-zip, safetensors) make of a file, and what bind.c takes: named
 * tensors of g_ema and e_ema, train_args, texts. Nothing is converted here. Everything named in a rule (F1, L1,
 * Z1, S1, P1, T1, M1, ...) is listed in core/README.md. model/form.h opens, asks and closes one. */
#pragma once
#include "base/file.h"
#include "base/table.h"
#include "base/text.h"
#include "network/describe.h"

enum {
  SM_MAX_RANK = 8,
  SM_MAX_NAME = 512,       /* characters of a record or tensor name */
  SM_MAX_TENSORS = 65536,  /* also storages, zip entries */
  SM_MAX_PICKLE = 16 << 20,
  SM_MAX_HEADER = 16 << 20,
};

typedef enum sm_kind { SM_F64, SM_F32, SM_F16, SM_BF16, SM_I64, SM_I32, SM_I16, SM_I8, SM_U8, SM_BOOL } sm_kind;

static inline int sm_kind_size(sm_kind kind) {
  static const uint8_t size[] = {8, 4, 2, 2, 8, 4, 2, 1, 1, 1};
  return size[kind];
}
static inline const char *sm_kind_name(sm_kind kind) {
  static const char *const name[] = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"};
  return name[kind];
}
static inline int sm_kind_is_float(sm_kind kind) { return kind <= SM_BF16; }

/* A view of a storage in the file. Every index the view can form lies inside the storage, and the storage
 * inside the file; strides are arbitrary (0 too), so the shape says nothing about the memory behind it. */
typedef struct sm_tensor {
  sm_kind kind;
  int rank;
  int64_t size[SM_MAX_RANK], stride[SM_MAX_RANK], offset; /* in elements */
  uint64_t at;                                            /* byte of the storage in the file */
  int64_t numel;                                          /* of the storage */
} sm_tensor;

/* One name of g_ema or e_ema. */
typedef struct sm_entry {
  const char *name; /* not closed; NULL where the key is no text */
  uint32_t length;
  uint32_t tensor; /* number of the tensor in its reader, or SM_NONE where the value is something else */
} sm_entry;

typedef struct sm_state {
  sm_entry *entries;
  size_t count, capacity;
} sm_state;

typedef enum sm_argument_kind {
  SM_ARG_OTHER,
  SM_ARG_NONE,
  SM_ARG_BOOL,
  SM_ARG_INT,
  SM_ARG_REAL,
  SM_ARG_TEXT,
} sm_argument_kind;

/* One of train_args; in a safetensors file, one text of `__metadata__`. */
typedef struct sm_argument {
  const char *key, *text; /* not closed; `text` where there is one: SM_ARG_TEXT, and every kind in safetensors */
  uint32_t key_length, text_length;
  sm_argument_kind kind;
  int64_t i; /* BOOL, INT */
  double d;  /* REAL */
} sm_argument;

typedef struct sm_pickle sm_pickle;
typedef struct sm_safetensors sm_safetensors;

typedef struct sm_checkpoint {
  sm_file file;
  stylemap_form form;
  int flat;                    /* opened by sm_checkpoint_open_flat */
  sm_pickle *pickle;           /* owns the texts of a .pt */
  sm_safetensors *safetensors; /* owns those of the other form */
  sm_state state[SM_STATES];
  sm_argument *arguments;
  size_t argument_count, argument_capacity;
  uint32_t mean; /* tensor w_mean, or SM_NONE */
} sm_checkpoint;

/* The two additions a reader makes. */
stylemap_status sm_checkpoint_name(sm_checkpoint *checkpoint, int state, const sm_entry *entry, stylemap_error *error);
stylemap_status sm_checkpoint_argument(sm_checkpoint *checkpoint, const sm_argument *argument, stylemap_error *error);


/* Refuses with the sentence of the rule's group. `why` is a marked technical detail in English; a host may look
 * it up in its catalogue, too. */
stylemap_status sm_refuse(stylemap_error *error, const char *path, const char *rule, const char *why);
/* The same with a byte of the file (pickles) or the name of a tensor. */
stylemap_status sm_refuse_at(stylemap_error *error, const char *path, const char *rule, const char *why, uint64_t byte);
stylemap_status sm_refuse_tensor(stylemap_error *error, const char *path, const char *rule, const char *why,
                                 const char *name, size_t length);

/* "1 x 3 x 32 x 32" for messages; "any" where a size is negative, "()" without any size. */
typedef struct sm_shape_text {
  char text[256];
} sm_shape_text;
const char *sm_shape(sm_shape_text *buffer, int rank, const int64_t *size);
/* Refused (M4) where the tensor has another shape; a size of -1 is any. */
stylemap_status sm_check_shape(const char *path, const char *name, const sm_tensor *tensor, int rank, const int64_t *shape,
                               stylemap_error *error);
