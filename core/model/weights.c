/* SPDX-License-Identifier: GPL-3.0-or-later
 * A bound tensor as it is shown. */
#include "model/weights.h"

#include <stdio.h>

enum { PART = 4096 /* numbers that are widened at a time */ };

void sm_weights_show(const sm_slot *slot, stylemap_take_weights take, void *data) {
  char name[SM_SLOT_NAME + 8];
  float widened[PART];
  if (!slot->to) return;
  snprintf(name, sizeof name, "%s.%s", sm_state_names[slot->state], slot->name);
  stylemap_weights part = {.name = name, .rank = slot->rank, .shape = slot->size};
  for (; part.first < slot->numel; part.first += part.count) {
    const int64_t left = slot->numel - part.first;
    part.count = left < PART ? left : PART;
    part.values = *slot->to ? *slot->to + part.first : widened;
    for (int64_t i = 0; !*slot->to && i < part.count; i++) widened[i] = sm_slot_value(slot, (size_t)(part.first + i));
    take(data, &part);
  }
}
