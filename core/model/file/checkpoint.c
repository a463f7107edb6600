/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/file/checkpoint.h"
#include "base/memory.h"

stylemap_status sm_checkpoint_name(sm_checkpoint *c, int state, const sm_entry *entry, stylemap_error *error) {
  sm_state *s = &c->state[state];
  SM_MORE(s->entries, s->count, s->capacity, error);
  s->entries[s->count++] = *entry;
  return STYLEMAP_OK;
}

stylemap_status sm_checkpoint_argument(sm_checkpoint *c, const sm_argument *argument, stylemap_error *error) {
  SM_MORE(c->arguments, c->argument_count, c->argument_capacity, error);
  c->arguments[c->argument_count++] = *argument;
  return STYLEMAP_OK;
}
