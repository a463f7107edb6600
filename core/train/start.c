/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run that starts from a model instead of noise: fine-tuning, and growing (the blocks of a model of size S are the
 * inner blocks of one of size 2S). */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/bind.h"
#include "model/tensor.h"
#include "train/trainer.h"

/* Opens and checks the file; nothing of the weights is read. */
static stylemap_status open_checkpoint(const char *path, sm_checkpoint *c, stylemap_model *model,
                                       stylemap_error *error) {
  SM_TRY(sm_checkpoint_open(path, c, error));
  stylemap_status status = sm_bind_check(c, model, error);
  if (status != STYLEMAP_OK) sm_checkpoint_close(c);
  return status;
}

stylemap_status stylemap_train_like(const char *path, stylemap_train_options *o, stylemap_error *error) {
  if (!path || !o) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_checkpoint c;
  stylemap_model model = {0};
  SM_TRY(open_checkpoint(path, &c, &model, error));
  sm_checkpoint_close(&c);
  const sm_config *config = &model.network.config;
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

typedef struct place {
  real *value, *average; /* NULL: the trainer has no such tensor; average NULL: it has none of this one */
  int rank, shape[5];
} place;

/* Where a tensor of the model goes. `grown`: doublings between the model's size and the trainer's. The encoder's blocks
 * count from its outer end, so they move; the layers at the border to RGB belong to one size. */
static place find_place(const sm_learner *l, int state, const char *name, int grown) {
  place p = {0};
  char moved[SM_SLOT_NAME + 16];
  int block, end = 0;
  if (grown && (!strncmp(name, "decoder.to_rgb.", 15) || !strncmp(name, "from_rgb.", 9))) return p;
  if (state == SM_E && sscanf(name, "convs.%d%n", &block, &end) == 1 && name[end] == '.') {
    snprintf(moved, sizeof moved, "convs.%d%s", block + grown, name + end);
    name = moved;
  }
  const sm_parameter *found = sm_find_parameter(state == SM_G ? &l->generator : &l->encoder, name);
  int channels;
  if (found) {
    p = (place){.value = found->value, .average = found->average, .rank = found->rank};
    memcpy(p.shape, found->shape, sizeof(int) * (size_t)found->rank);
  } else if (state == SM_G && (p.value = sm_find_running(l, name, &channels))) {
    p.rank = 1;
    p.shape[0] = channels;
  }
  return p;
}

static stylemap_status take(const stylemap_trainer *t, const sm_checkpoint *c, sm_loader *loader, int state, int grown,
                            int *taken, stylemap_error *error) {
  char name[SM_SLOT_NAME];
  for (size_t i = 0; i < c->state[state].count; i++) {
    const sm_entry *entry = &c->state[state].entries[i];
    if (entry->tensor == SM_NONE || entry->length >= sizeof name) continue;
    memcpy(name, entry->name, entry->length);
    name[entry->length] = '\0';
    place p = find_place(t->learner, state, name, grown);
    sm_tensor tensor;
    sm_checkpoint_tensor(c, entry->tensor, &tensor);
    int same = p.value && sm_kind_is_float(tensor.kind) && tensor.rank == p.rank;
    size_t count = 1;
    for (int k = 0; same && k < p.rank; k++) {
      same = tensor.size[k] == p.shape[k];
      count *= (size_t)p.shape[k];
    }
    if (!same) continue;
    SM_TRY(sm_loader_floats(loader, &tensor, p.value, error));
    if (p.average) memcpy(p.average, p.value, count * sizeof *p.value);
    (*taken)++;
  }
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_start(stylemap_trainer *t, const char *path, int *taken, stylemap_error *error) {
  if (!t || !path || !taken || t->iteration)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Only a new run can start from a model."), NULL);
  sm_checkpoint c;
  stylemap_model model = {0};
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  if (!loader) return sm_no_memory(error, sizeof *loader);
  stylemap_status status = open_checkpoint(path, &c, &model, error);
  if (status != STYLEMAP_OK) {
    sm_free(loader);
    return status;
  }
  const sm_config *from = &model.network.config, *to = &t->learner->config;
  if (from->spatial != to->spatial || from->dim != to->dim || from->mapping != to->mapping || from->norm != to->norm ||
      from->small != to->small || from->lr_mul != to->lr_mul || from->size > to->size) {
    status = sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                     SM_TEXT("The run cannot start from %1: they differ in stylemap, mapping layers or normalisation, "
                             "or the model is the larger one."),
                     path, NULL);
    goto done;
  }
  *taken = 0;
  sm_loader_init(loader, &c.file, UINT64_MAX, NULL, NULL);
  for (int state = 0; state < SM_STATES; state++)
    SM_TRY_DONE(take(t, &c, loader, state, to->blocks - from->blocks, taken, error));
done:
  sm_checkpoint_close(&c);
  sm_free(loader);
  return status;
}
