/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model of random weights, as an untrained network has them: what benchmarks and tests measure. */
#include "base/memory.h"
#include "model/bind.h"

typedef struct making {
  stylemap_model *model;
  uint64_t seed, index; /* of the next tensor's stream */
  size_t floats;
} making;

static stylemap_status count_slot(void *context, const sm_slot *slot) {
  making *m = context;
  m->floats += (size_t)(slot->numel + 15) / 16 * 16;
  m->model->info.parameters += (uint64_t)slot->numel;
  return STYLEMAP_OK;
}

static stylemap_status fill_slot(void *context, const sm_slot *slot) {
  making *m = context;
  float *to = m->model->weights + m->floats;
  sm_random stream = sm_random_stream(m->seed, m->index++);
  m->floats += (size_t)(slot->numel + 15) / 16 * 16;
  for (size_t i = 0; i < (size_t)slot->numel; i++) to[i] = sm_slot_first(slot, i, &stream);
  *slot->to = to;
  return STYLEMAP_OK;
}

static int power_of_two(int v) { return v > 0 && (v & (v - 1)) == 0; }

stylemap_status stylemap_model_random(const stylemap_architecture *a, uint64_t seed, stylemap_model **out,
                                      stylemap_error *error) {
  if (!a || !out || !power_of_two(a->size) || !power_of_two(a->latent_spatial_size) || a->latent_spatial_size < 4 ||
      a->size <= a->latent_spatial_size || a->size > 2048 || a->latent_channel_size < 1 ||
      a->latent_channel_size > 8192 || a->mapping_layer_num < 1 || a->mapping_layer_num > SM_MAX_MAPPING ||
      !(a->lr_mul > 0) || a->channel_cap < 1 || a->channel_cap > 8192 || a->channel_base < a->size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There is no such architecture."), NULL);
  stylemap_model *m = sm_calloc(1, sizeof *m);
  if (!m) return sm_no_memory(error, sizeof *m);
  sm_config *c = &m->network.config;
  *c = (sm_config){.size = a->size, .spatial = a->latent_spatial_size, .dim = a->latent_channel_size,
                   .mapping = a->mapping_layer_num, .lr_mul = a->lr_mul, .norm = STYLEMAP_LAYER_NORM,
                   .small = a->small_generator != 0};
  sm_config_widths(c, a->channel_base, a->channel_cap);
  making make = {.model = m, .seed = seed};
  stylemap_status status = STYLEMAP_OK;
  sm_network_walk(&m->network, SM_OF_MODEL, count_slot, &make);
  m->weights = sm_alloc(make.floats, sizeof(float));
  if (!m->weights) {
    status = sm_no_memory(error, make.floats * sizeof(float));
    goto done;
  }
  m->info = (stylemap_info){.form = STYLEMAP_FORM_SAFETENSORS, .size = c->size, .latent_spatial_size = c->spatial,
                            .latent_channel_size = c->dim, .mapping_layer_num = c->mapping, .lr_mul = c->lr_mul,
                            .norm = c->norm, .small_generator = c->small, .levels = 2 + 2 * c->blocks,
                            .parameters = m->info.parameters, .bytes = make.floats * sizeof(float), .dtype = "F32"};
  make.floats = 0;
  sm_network_walk(&m->network, SM_OF_MODEL, fill_slot, &make);
  m->bound = 1;
  *out = m;
done:
  if (status != STYLEMAP_OK) stylemap_close(m);
  return status;
}
