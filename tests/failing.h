/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocations of core that fail, one after the other. The linker puts these functions before core/base's (failing_args in
 * tests/meson.build); from several threads, too. */
#pragma once
#include "base/memory.h"
#include "harness.h"

#include <stdatomic.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* what a call has nothing of is left out */

static atomic_long failing_left = -1; /* calls until the one that fails; below 0: none */
static atomic_long failing_calls;

static long failing_step = 1; /* of longer calls each so many-eth fails */

static int failing_now(void) {
  atomic_fetch_add(&failing_calls, 1);
  return atomic_load(&failing_left) >= 0 && atomic_fetch_sub(&failing_left, 1) == 0;
}

void *__real_sm_alloc(size_t count, size_t size);
void *__real_sm_calloc(size_t count, size_t size);
void *__real_sm_grow(void *block, size_t old_count, size_t count, size_t size);
void *__real_sm_more(void *block, size_t count, size_t *capacity, size_t size);
int __real_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size);
void *__wrap_sm_alloc(size_t count, size_t size);
void *__wrap_sm_calloc(size_t count, size_t size);
void *__wrap_sm_grow(void *block, size_t old_count, size_t count, size_t size);
void *__wrap_sm_more(void *block, size_t count, size_t *capacity, size_t size);
int __wrap_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size);

void *__wrap_sm_alloc(size_t count, size_t size) { return failing_now() ? NULL : __real_sm_alloc(count, size); }
void *__wrap_sm_calloc(size_t count, size_t size) { return failing_now() ? NULL : __real_sm_calloc(count, size); }
void *__wrap_sm_grow(void *block, size_t old_count, size_t count, size_t size) {
  return failing_now() ? NULL : __real_sm_grow(block, old_count, count, size);
}
void *__wrap_sm_more(void *block, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return block; /* nothing is allocated */
  return failing_now() ? NULL : __real_sm_more(block, count, capacity, size);
}
int __wrap_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size) {
  if (buffer->capacity - buffer->size >= size) return __real_sm_buffer_put(buffer, data, size);
  return failing_now() ? 0 : __real_sm_buffer_put(buffer, data, size);
}

/* All of a call's outputs, which are poisoned before it and compared after it. */
typedef struct failing_output {
  void *bytes;
  size_t size;
} failing_output;

typedef struct failing_call {
  const char *name;
  stylemap_status (*prepare)(void); /* or NULL: before each call, with all the memory that it wants */
  stylemap_status (*call)(void);
  void (*clear)(int made); /* or NULL: after each call, whether it was OK or not */
  failing_output outputs[3]; /* the rest is 0 */
  int least;  /* allocations that there must be */
  int optional; /* some of the memory may be missing: then the call is OK with the same outputs */
} failing_call;

/* Each allocation of the call fails in turn: NO_MEMORY with a sentence and its outputs untouched, or, where that memory is
 * optional, OK with the outputs of a call that had it. `error` is what the call fills. */
static inline void failing_each(const failing_call *f, stylemap_error *error) {
  unsigned char *want[3] = {0};
  long points = 0, wrong = 0, missed = 0;
  for (long i = -1; i < points; i += i < 0 || points < 200 ? 1 : failing_step) {
    for (int k = 0; k < 3 && f->outputs[k].size; k++) memset(f->outputs[k].bytes, 0xA5, f->outputs[k].size);
    if (f->prepare && !CHECK(f->prepare() == STYLEMAP_OK, "%s: %s", f->name, error->message)) return;
    memset(error, 0, sizeof *error);
    failing_calls = 0;
    failing_left = i;
    const stylemap_status status = f->call();
    failing_left = -1;
    if (i < 0) {
      points = failing_calls;
      if (!CHECK(status == STYLEMAP_OK && points >= f->least, "%s: %ld allocations, %s", f->name, points, error->message)) return;
    }
    int good = status == STYLEMAP_NO_MEMORY ? error->status == status && error->message[0] : status == STYLEMAP_OK && (i < 0 || f->optional);
    for (int k = 0; k < 3 && f->outputs[k].size; k++) {
      const unsigned char *is = f->outputs[k].bytes;
      if (i < 0) {
        want[k] = malloc(f->outputs[k].size);
        memcpy(want[k], is, f->outputs[k].size);
      } else if (status == STYLEMAP_OK) {
        good = good && !memcmp(is, want[k], f->outputs[k].size);
      } else {
        for (size_t b = 0; b < f->outputs[k].size; b++) good = good && is[b] == 0xA5;
      }
    }
    if (!good && wrong++ < 5) fprintf(stderr, "%s, allocation %ld: status %d, \"%s\"\n", f->name, i, (int)status, error->message);
    missed += i >= 0 && status == STYLEMAP_OK;
    if (f->clear) f->clear(status == STYLEMAP_OK);
  }
  CHECK(wrong == 0, "%s: %ld of %ld", f->name, wrong, points);
  printf("%s: %ld allocations%s, %ld not missed\n", f->name, points, points < 200 || failing_step == 1 ? "" : ", some tried", missed);
  for (int k = 0; k < 3; k++) free(want[k]);
}
