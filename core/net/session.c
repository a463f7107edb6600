/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/session.h"

#include <assert.h>

int sm_poll(void *data) {
  stylemap_session *s = data;
  if (!s->progress || s->stopped) return s->stopped;
  double f = s->total > 0 ? s->done / s->total : 0;
  s->stopped = s->progress(s->progress_data, s->phase, f < 1 ? f : 1) != 0;
  return s->stopped;
}

void sm_work_begin(stylemap_session *s, stylemap_phase phase, double multiply_adds) {
  assert(s->depth >= 0 && multiply_adds >= 0);
  if (s->depth++ == 0) {
    s->done = 0;
    s->total = multiply_adds;
    s->stopped = 0;
  }
  s->phase = phase;
}

stylemap_status sm_work_end(stylemap_session *s, stylemap_error *error) {
  assert(s->depth > 0);
  if (--s->depth == 0 && !s->stopped && s->progress)
    s->progress(s->progress_data, s->phase, 1); /* told, not asked: the outputs are written */
  if (!s->stopped) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

size_t stylemap_session_bytes(const stylemap_session *s) { return s->bytes; }
int stylemap_session_threads(const stylemap_session *s) { return sm_pool_threads(s->pool); }
const char *stylemap_session_kernels(const stylemap_session *s) { return s->work.kernels->name; }
void stylemap_session_forget(stylemap_session *s) { sm_cache_forget(&s->cache); }
