/* SPDX-License-Identifier: GPL-3.0-or-later
 * A learner on an opened model's own weights: gradients for a picture's styles, not for weights. */
#include "base/error.h"
#include "base/memory.h"
#include "grad/learner.h"
#include "network/blur.h"

typedef struct borrowing {
  sm_learner *learner;
  size_t halves; /* numbers that the model keeps as fp16: counted, then used */
  stylemap_error *error;
} borrowing;

static stylemap_status check_slot(void *context, const sm_slot *slot) {
  borrowing *b = context;
  if (slot->half && *slot->half) b->halves += (size_t)slot->numel;
  if (slot->role != SM_BLUR || sm_blur_is_standard(*slot->to, slot->constant)) return STYLEMAP_OK;
  return sm_fail(b->error, STYLEMAP_BAD_ARGUMENT, "",
                 SM_TEXT("This model has a blur kernel of its own (%1): its styles cannot be refined."), slot->name,
                 NULL);
}

static stylemap_status borrow_slot(void *context, const sm_slot *slot) {
  borrowing *b = context;
  sm_learner *l = b->learner;
  const size_t count = (size_t)slot->numel;
  sm_parameter *p = sm_parameter_of(l, slot);
  real *to = sm_running_of(l, slot);
  if (p && *slot->to) p->value = (float *)*slot->to; /* never written: nothing learns */
  else if (p) {
    to = p->value = l->borrowed + b->halves;
    b->halves += count;
  }
  for (size_t i = 0; to && i < count; i++) to[i] = sm_slot_value(slot, i);
  return STYLEMAP_OK;
}

stylemap_status sm_learner_borrow(const sm_network *network, sm_learner **out, stylemap_error *error) {
  sm_network walked = *network;
  borrowing b = {.error = error};
  SM_TRY(sm_network_walk(&walked, SM_OF_MODEL, check_slot, &b));
  stylemap_status status = sm_learner_open(network, SM_OF_MODEL, &b.learner);
  if (status == STYLEMAP_OK) {
    b.learner->borrows = 1;
    b.learner->borrowed = sm_alloc(b.halves, sizeof(float));
  }
  if (status != STYLEMAP_OK || !b.learner->borrowed) {
    sm_learner_free(b.learner);
    return sm_no_memory(error, b.halves * sizeof(float));
  }
  b.halves = 0;
  sm_network_walk(&b.learner->network, SM_OF_MODEL, borrow_slot, &b);
  *out = b.learner;
  return STYLEMAP_OK;
}
