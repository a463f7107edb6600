/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run that starts from a model instead of noise: fine-tuning, and growing (the blocks of a model of size S are the
 * inner blocks of one of size 2S). */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/bind.h"
#include "train/trainer.h"

stylemap_status stylemap_train_like(const char *path, stylemap_train_options *o, stylemap_error *error) {
  if (!path || !o) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  stylemap_model *model;
  SM_TRY(stylemap_inspect(path, &model, error));
  const sm_config like = model->network.config, *config = &like;
  stylemap_close(model);
  int base = config->width[config->blocks] * config->size, cap = config->width[0], follows = 1;
  for (int i = 0; i <= config->blocks; i++) {
    int width = sm_channels(base, cap, config->spatial << i);
    follows = follows && config->width[i] == width && config->encoder[i] == width;
  }
  if (!follows)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("%1 cannot be trained on: its widths are not min(cap, base / resolution) in generator and "
                           "encoder."),
                   path, NULL);
  o->size = config->size;
  o->latent_spatial_size = config->spatial;
  o->latent_channel_size = config->dim;
  o->mapping_layer_num = config->mapping;
  o->base = base;
  o->cap = cap;
  o->small_generator = config->small;
  o->norm = config->norm;
  o->lr_mul = config->lr_mul;
  return STYLEMAP_OK;
}

typedef struct starting {
  const sm_learner *learner;
  sm_slot *from; /* the model's tensors; NULL: only count */
  size_t count;
  int grown; /* doublings between the model's size and the trainer's */
  int taken;
} starting;

static stylemap_status keep_slot(void *context, const sm_slot *slot) {
  starting *s = context;
  if (s->from) s->from[s->count] = *slot;
  s->count++;
  return STYLEMAP_OK;
}

/* The model's tensor for one of the trainer's, or NULL. The encoder's blocks count from its outer end, so they move;
 * the layers at the border to RGB belong to one size. */
static const sm_slot *find(const starting *s, const sm_slot *slot) {
  const char *name = slot->name;
  char moved[SM_SLOT_NAME + 16];
  int block, end = 0;
  if (s->grown && (!strncmp(name, "decoder.to_rgb.", 15) || !strncmp(name, "from_rgb.", 9))) return NULL;
  if (slot->state == SM_E && sscanf(name, "convs.%d%n", &block, &end) == 1 && name[end] == '.') {
    snprintf(moved, sizeof moved, "convs.%d%s", block - s->grown, name + end);
    name = moved;
  }
  for (size_t i = 0; i < s->count; i++) {
    const sm_slot *from = &s->from[i];
    if (from->state != slot->state || strcmp(from->name, name) != 0) continue;
    int same = from->rank == slot->rank;
    for (int k = 0; same && k < slot->rank; k++) same = from->size[k] == slot->size[k];
    return same ? from : NULL;
  }
  return NULL;
}

static stylemap_status take_slot(void *context, const sm_slot *slot) {
  starting *s = context;
  sm_parameter *p = sm_parameter_of(s->learner, slot);
  real *to = p ? p->value : sm_running_of(s->learner, slot);
  const sm_slot *from = to ? find(s, slot) : NULL;
  if (!from) return STYLEMAP_OK;
  for (size_t i = 0; i < (size_t)slot->numel; i++) to[i] = sm_slot_value(from, i);
  if (p) memcpy(p->average, p->value, p->count * sizeof *p->value);
  s->taken++;
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_start(stylemap_trainer *t, const char *path, int *taken, stylemap_error *error) {
  if (!t || !path || !taken || t->iteration)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Only a new run can start from a model."), NULL);
  stylemap_model *model;
  stylemap_status status;
  SM_TRY(stylemap_open(path, 0, NULL, NULL, &model, error));
  const sm_config *from = &model->network.config, *to = &t->learner->network.config;
  starting s = {.learner = t->learner, .grown = to->blocks - from->blocks};
  if (from->spatial != to->spatial || from->dim != to->dim || from->mapping != to->mapping || from->norm != to->norm ||
      from->small != to->small || from->lr_mul != to->lr_mul || from->size > to->size) {
    status = sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                     SM_TEXT("The run cannot start from %1: they differ in stylemap, mapping layers or normalisation, "
                             "or the model is the larger one."),
                     path, NULL);
    goto done;
  }
  sm_network_walk(&model->network, SM_OF_MODEL, keep_slot, &s);
  s.from = sm_alloc(s.count, sizeof *s.from);
  if (!s.from) {
    status = sm_no_memory(error, s.count * sizeof *s.from);
    goto done;
  }
  s.count = 0;
  sm_network_walk(&model->network, SM_OF_MODEL, keep_slot, &s);
  status = sm_network_walk(&t->learner->network, SM_OF_MODEL, take_slot, &s);
  *taken = s.taken;
done:
  sm_free(s.from);
  stylemap_close(model);
  return status;
}
