/* SPDX-License-Identifier: GPL-3.0-or-later
 * THE description of the network: every tensor by name, shape, first value, pace, and where it belongs and goes.
 * Binding, saving, exporting, training and refining are walks over it. */
#pragma once
#include "base/half.h"
#include "base/random.h"
#include "network/network.h"

enum { SM_SLOT_RANK = 5, SM_SLOT_NAME = 64 };

/* The networks, each with a state dict of its own: generator and mapping network; encoder; discriminator, of which only
 * the trainer knows. A model's file holds the first SM_STATES of them. */
enum { SM_G, SM_E, SM_STATES, SM_D = SM_STATES, SM_NETWORKS };
enum { SM_OF_MODEL = 1 << SM_G | 1 << SM_E, SM_OF_TRAINER = SM_OF_MODEL | 1 << SM_D };
enum { SM_NORMS = STYLEMAP_BATCH_NORM + 1 };
extern const char *const sm_state_names[SM_STATES]; /* in files: "g_ema", "e_ema" */
extern const char *const sm_norm_names[SM_NORMS];   /* as normalize_mode says */

typedef enum sm_slot_role {
  SM_WEIGHT, /* also the learned constant that the generator begins with */
  SM_BIAS,
  SM_BLUR,     /* the 4 x 4 kernel of a layer that halves or doubles (network/blur.h): kept, never trained */
  SM_MEAN,     /* the running statistics of BatchNorm2d */
  SM_VARIANCE,
  SM_BATCHES,  /* num_batches_tracked, an integer that only training uses */
} sm_slot_role;

typedef struct sm_slot {
  int state; /* SM_G, SM_E, SM_D */
  sm_slot_role role;
  char name[SM_SLOT_NAME]; /* in its state dict */
  int rank;
  int64_t size[SM_SLOT_RANK];
  int64_t numel;
  double deviation; /* the first values: normal with this deviation; or, where it is 0, */
  double constant;  /* all this; of a blur the gain */
  double pace;      /* multiplies the rate where this part is taught alone; 1 but in the mapping network */
  int number;       /* among the trained tensors of its network, in a run's order; -1: not trained */
  int layer;        /* sm_conv.number of its layer; -1: of none (the learned constant) */
  int *width, axis; /* where it tells a width, which train_args do not: size[axis] of its shape belongs here; or NULL */
  const float **to; /* where it goes in the sm_network; NULL: nowhere (SM_BATCHES) */
  const uint16_t **half; /* where it may go as fp16 instead, *to being NULL then; or NULL */
} sm_slot;

/* Number `i` of a bound slot. */
static inline float sm_slot_value(const sm_slot *slot, size_t i) {
  return *slot->to ? (*slot->to)[i] : sm_float_of_half((*slot->half)[i]);
}

/* Number `i` as an untrained network has it; the numbers of a tensor come from `stream` one after the other. */
float sm_slot_first(const sm_slot *slot, size_t i, sm_random *stream);

typedef stylemap_status sm_visit(void *context, const sm_slot *slot);

/* Visits the tensors of the networks in `which` (SM_OF_MODEL, SM_OF_TRAINER, or 1 << SM_G ...) in the order of the
 * published files, and sets number, cout, cin and k of the layers on its way. network->config must hold what is in
 * train_args, and the widths; without widths (0) names and ranks are right, sizes not. Stops at the first failure. */
stylemap_status sm_network_walk(sm_network *network, int which, sm_visit *visit, void *context);

/* Fills blocks and widths of a configuration whose size and spatial are set by the rule of the published networks,
 * channels(r) = min(cap, base / r). */
void sm_config_widths(sm_config *config, int base, int cap);
