/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model -> our own form: safetensors with g_ema.*, e_ema.*, w_mean, place.* and directions.* where the model has them, and train_args and texts in __metadata__. */
#include "base/half.h"
#include "base/memory.h"
#include "model/bind.h"
#include "model/file/safetensors-write.h"
#include "model/torch/torch-write.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = SM_SLOT_NAME + 8, CONFIG_TEXTS = 7 };

typedef struct saving {
  const stylemap_model *model;
  const char *path;
  int half;
  sm_out_tensor *tensors;
  char (*names)[NAME];
  size_t count, capacity;
  size_t batch;
  sm_kind pass; /* tensors of this kind are collected */
  stylemap_error *error;
} saving;

/* --------------------------------------------------------------------------------------------- tensors */

static stylemap_status count_slot(void *context, const sm_slot *slot) {
  saving *s = context;
  s->capacity++;
  return STYLEMAP_OK;
}

static stylemap_status collect_slot(void *context, const sm_slot *slot) {
  saving *s = context;
  sm_kind kind = !slot->to ? SM_I64 : s->half ? SM_F16 : SM_F32;
  if (kind != s->pass) return STYLEMAP_OK;
  char *name = s->names[s->count];
  sm_out_tensor *t = &s->tensors[s->count++];
  snprintf(name, NAME, "%s.%s", sm_state_names[slot->state], slot->name);
  *t = (sm_out_tensor){.name = name, .kind = kind, .rank = slot->rank};
  for (int i = 0; i < slot->rank; i++) t->size[i] = slot->size[i];
  if (slot->half && *slot->half) t->halves = *slot->half;
  else if (slot->to) t->values = *slot->to;
  else t->integer = s->model->batches[s->batch++];
  return STYLEMAP_OK;
}

/* All tensors, the widest elements first: counts, then w_mean and fp32, then fp16. */
static stylemap_status collect(saving *s, const float *mean) {
  static const sm_kind passes[] = {SM_I64, SM_F32, SM_F16};
  sm_network network = s->model->network; /* the walk sets the layers' sizes again */
  const sm_config *c = &network.config;
  const sm_directions *directions = &s->model->directions;
  s->capacity = 3 + STYLEMAP_REGIONS + directions->count;
  sm_network_walk(&network, SM_OF_MODEL, count_slot, s);
  s->tensors = sm_alloc(s->capacity, sizeof *s->tensors);
  s->names = sm_alloc(s->capacity, sizeof *s->names);
  if (!s->tensors || !s->names) return sm_no_memory(s->error, s->capacity * (sizeof *s->tensors + NAME));
  for (int pass = 0; pass < 3; pass++) {
    s->pass = passes[pass];
    sm_network_walk(&network, SM_OF_MODEL, collect_slot, s);
    if (s->pass != SM_F32) continue;
    s->tensors[s->count++] = (sm_out_tensor){
        .name = "w_mean", .kind = SM_F32, .rank = 4, .size = {1, c->dim, c->spatial, c->spatial}, .values = mean};
    for (size_t i = 0; i < directions->count; i++) s->tensors[s->count++] = sm_direction_out(&directions->list[i], c);
    for (int i = 0; i < STYLEMAP_REGIONS; i++)
      if (s->model->regions[i].side) s->tensors[s->count++] = sm_region_out(&s->model->regions[i], i);
    const sm_place *place = &s->model->place;
    if (!place->features) continue;
    s->tensors[s->count++] = (sm_out_tensor){.name = "place.regress",
                                             .kind = SM_F32,
                                             .rank = 3,
                                             .size = {SM_PLACE_STAGES, SM_PLACE_ROWS, place->features + 1},
                                             .values = place->regress};
    s->tensors[s->count++] = (sm_out_tensor){
        .name = "place.limits", .kind = SM_F32, .rank = 1, .size = {SM_PLACE_LIMITS}, .values = place->limits};
  }
  return STYLEMAP_OK;
}

/* The price of fp16, before a byte is written. */
static stylemap_status weigh_half(const saving *s, stylemap_save_report *report) {
  for (size_t k = 0; k < s->count; k++) {
    const sm_out_tensor *t = &s->tensors[k];
    if (t->kind != SM_F16 || t->halves) continue; /* fp16 already */
    int64_t numel = sm_out_numel(t);
    for (int64_t i = 0; i < numel; i++) {
      float v = t->values[i];
      if (sm_not_finite(v)) continue;
      float stored = sm_float_of_half(sm_half_of_float(v));
      if (sm_not_finite(stored)) {
        sm_number n;
        return sm_fail(s->error, STYLEMAP_BAD_ARGUMENT, "",
                       SM_TEXT("%1 cannot be written as fp16: the tensor %2 holds %3, and fp16 ends at 65504. Write "
                               "fp32 instead."),
                       s->path, t->name, sm_real(&n, v), NULL);
      }
      double off = fabs((double)stored - (double)v);
      if (off <= report->half_error) continue;
      report->half_error = off;
      sm_text_copy(report->half_tensor, sizeof report->half_tensor, t->name, strlen(t->name));
    }
  }
  return STYLEMAP_OK;
}

/* ----------------------------------------------------------------------------------------------- texts */

typedef struct config_texts {
  sm_number size, spatial, dim, mapping, lr_mul;
  sm_out_text list[CONFIG_TEXTS];
} config_texts;

static void write_config(const sm_config *c, config_texts *t) {
  const sm_out_text list[CONFIG_TEXTS] = {
      {"size", sm_decimal(&t->size, c->size)},
      {"latent_spatial_size", sm_decimal(&t->spatial, c->spatial)},
      {"latent_channel_size", sm_decimal(&t->dim, c->dim)},
      {"mapping_layer_num", sm_decimal(&t->mapping, c->mapping)},
      {"lr_mul", sm_real(&t->lr_mul, c->lr_mul)},
      {"normalize_mode", sm_norm_names[c->norm]},
      {"small_generator", c->small ? "true" : "false"},
  };
  memcpy(t->list, list, sizeof list);
}

static int has_key(const sm_out_text *texts, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(texts[i].key, key) == 0) return 1;
  return 0;
}

/* The caller's texts: pairs, valid, and not what describes the network. */
static stylemap_status check_texts(const char *const *texts, const config_texts *config, size_t *count,
                                   stylemap_error *error) {
  *count = 0;
  for (const char *const *t = texts; t && *t; t += 2, ++*count) {
    if (!t[1] || !sm_utf8_valid(t[0], strlen(t[0])) || !sm_utf8_valid(t[1], strlen(t[1])))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The text \"%1\" of the model has no value, or is not "
                                                               "UTF-8."), t[0], NULL);
    if (has_key(config->list, CONFIG_TEXTS, t[0]))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                     SM_TEXT("The text \"%1\" describes the network itself and cannot be replaced."), t[0], NULL);
  }
  return STYLEMAP_OK;
}

/* The network's own, then the caller's (the last of a key wins), then the model's that neither names. */
static size_t merge_texts(const stylemap_model *model, const config_texts *config, const char *const *texts,
                          size_t count, sm_out_text *out) {
  size_t n = CONFIG_TEXTS;
  memcpy(out, config->list, sizeof config->list);
  for (size_t i = count; i-- > 0;)
    if (!has_key(out, n, texts[2 * i])) out[n++] = (sm_out_text){texts[2 * i], texts[2 * i + 1]};
  for (size_t i = 0; i < model->directions.count; i++) {
    const sm_direction *d = &model->directions.list[i];
    if (*d->text && !has_key(out, n, d->key)) out[n++] = (sm_out_text){d->key, d->text};
  }
  size_t named = n;
  const char *key = model->texts.bytes;
  for (size_t i = 0; i < model->text_count; i++) {
    const char *value = key + strlen(key) + 1;
    if (!has_key(out, named, key)) out[n++] = (sm_out_text){key, value};
    key = value + strlen(value) + 1;
  }
  return n;
}

/* ------------------------------------------------------------------------------------------------ save */

stylemap_status sm_model_save(const stylemap_model *model, const float *mean, const char *path,
                              const stylemap_save_options *options, stylemap_save_report *report,
                              stylemap_error *error) {
  assert(model && model->bound && mean && path);
  const char *const *texts = options ? options->texts : NULL;
  saving s = {.model = model, .path = path, .half = options && options->half, .error = error};
  stylemap_save_report found = {0};
  config_texts config;
  sm_out_text *merged = NULL;
  size_t text_count;
  stylemap_status status;

  write_config(&model->network.config, &config);
  SM_TRY(check_texts(texts, &config, &text_count, error));
  SM_TRY_DONE(collect(&s, mean));
  SM_TRY_DONE(weigh_half(&s, &found));
  size_t most = CONFIG_TEXTS + text_count + model->directions.count + model->text_count;
  merged = sm_alloc(most, sizeof *merged);
  if (!merged) {
    status = sm_no_memory(error, most * sizeof *merged);
    goto done;
  }
  text_count = merge_texts(model, &config, texts, text_count, merged);
  SM_TRY_DONE(sm_safetensors_write(path, s.tensors, s.count, merged, text_count, error));
  if (report) *report = found;
done:
  sm_free(merged);
  sm_free(s.names);
  sm_free(s.tensors);
  return status;
}

stylemap_status stylemap_save_torch(const stylemap_model *model, const char *path, stylemap_error *error) {
  if (!model || !model->bound || !path)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Only an opened model can be written."), NULL);
  saving s = {.model = model, .path = path, .error = error};
  config_texts config;
  stylemap_status status;
  write_config(&model->network.config, &config);
  SM_TRY_DONE(collect(&s, NULL));
  status = sm_torch_write(path, s.tensors, s.count, config.list, CONFIG_TEXTS, error);
done:
  sm_free(s.names);
  sm_free(s.tensors);
  return status;
}
