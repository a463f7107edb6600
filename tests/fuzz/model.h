/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is true of every answer of a reader of model files. */
#pragma once
#include "fuzz.h"
#include "model/form.h"

/* Done, or refused with a rule and one clean sentence, or short of memory: nothing else. */
static inline void fuzz_verdict(stylemap_status status, const stylemap_error *error) {
  MUST(status == STYLEMAP_OK || status == STYLEMAP_REFUSED || status == STYLEMAP_NO_MEMORY);
  if (status == STYLEMAP_OK) return;
  MUST(error->status == status && error->format && error->message[0]);
  MUST(status != STYLEMAP_REFUSED || error->rule[0]);
  size_t length = strlen(error->message);
  MUST(sm_utf8_valid(error->message, length));
  for (size_t i = 0; i < length; i++) MUST((uint8_t)error->message[i] >= 0x20 && error->message[i] != 0x7f);
}

/* Names and texts can be read, and every view lies inside its storage. */
static inline void fuzz_checkpoint(const sm_checkpoint *c) {
  for (int s = 0; s < SM_STATES; s++)
    for (size_t i = 0; i < c->state[s].count; i++) {
      const sm_entry *e = &c->state[s].entries[i];
      if (e->name) fuzz_touch(e->name, e->length);
      if (e->tensor == SM_NONE) continue;
      sm_tensor t;
      sm_checkpoint_tensor(c, e->tensor, &t);
      MUST(t.rank >= 0 && t.rank <= SM_MAX_RANK && t.offset >= 0 && t.numel >= 0);
      int64_t last = t.offset, empty = 0;
      for (int k = 0; k < t.rank; k++) {
        MUST(t.size[k] >= 0 && t.stride[k] >= 0);
        if (!t.size[k]) empty = 1;
        else MUST(!__builtin_add_overflow(last, (__int128)(t.size[k] - 1) * t.stride[k], &last));
      }
      MUST(empty ? t.offset <= t.numel : last < t.numel);
      if (t.at == UINT64_MAX) continue; /* a pickle without its container */
      MUST(t.at <= c->file.size && (uint64_t)t.numel <= (c->file.size - t.at) / (uint64_t)sm_kind_size(t.kind));
    }
  for (size_t i = 0; i < c->argument_count; i++) {
    const sm_argument *a = &c->arguments[i];
    fuzz_touch(a->key, a->key_length);
    if (a->text) fuzz_touch(a->text, a->text_length);
  }
}
