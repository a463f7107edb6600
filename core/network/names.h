/* SPDX-License-Identifier: GPL-3.0-or-later
 * THE table of tensor names: every tensor of a model, its shape, and where it goes in sm_network. Checking,
 * binding, saving and counting are walks over it. */
#pragma once
#include "base/half.h"
#include "network/network.h"

enum { SM_SLOT_RANK = 5, SM_SLOT_NAME = 64 };

enum { SM_G, SM_E, SM_STATES }; /* generator and mapping network; encoder */
enum { SM_NORMS = STYLEMAP_BATCH_NORM + 1 };
extern const char *const sm_state_names[SM_STATES]; /* "g_ema", "e_ema" */
extern const char *const sm_norm_names[SM_NORMS];   /* as normalize_mode says */

typedef struct sm_slot {
  int state; /* SM_G, SM_E */
  char name[SM_SLOT_NAME];
  int rank;
  int64_t size[SM_SLOT_RANK];
  int64_t numel;
  const float **to; /* NULL: num_batches_tracked, an integer that only training uses */
  const uint16_t **half; /* where it may be kept as fp16 instead, *to being NULL then; or NULL */
} sm_slot;

/* Number `i` of a bound slot. */
static inline float sm_slot_value(const sm_slot *slot, size_t i) {
  return *slot->to ? (*slot->to)[i] : sm_float_of_half((*slot->half)[i]);
}

typedef stylemap_status sm_visit(void *context, const sm_slot *slot);

/* Visits the slots of `state` in the order of the published files, and sets cout, cin and k of the layers on its
 * way. network->config must hold what is in train_args and the widths. Stops at the first failure. */
stylemap_status sm_names_walk(sm_network *network, int state, sm_visit *visit, void *context);

/* Widths are not in train_args: width `index` of `state` (0 .. blocks) is size[axis] of this slot, whose rank it
 * also says. */
int *sm_names_width(sm_config *config, int state, int index, sm_slot *slot, int *axis);
