/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/bind.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "model/file/tensor.h"
#include "model/form.h"
#include "model/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_SIZE = 2048, LIMIT_WIDTH = 8192 };

/* ------------------------------------------------------------------------------------------- train_args: M2 */

static const sm_argument *argument(const sm_checkpoint *c, const char *key) {
  for (size_t i = 0; i < c->argument_count; i++)
    if (sm_text_is(c->arguments[i].key, c->arguments[i].key_length, key)) return &c->arguments[i];
  return NULL;
}

static stylemap_status bad_argument(const sm_checkpoint *c, const char *key, stylemap_error *error) {
  return sm_fail(error, STYLEMAP_REFUSED, "M2", SM_TEXT("%1: train_args.%2 is missing or out of range."), c->file.path,
                 key, NULL);
}

static stylemap_status get_integer(const sm_checkpoint *c, const char *key, int low, int high, int *value,
                                   stylemap_error *error) {
  const sm_argument *a = argument(c, key);
  if (!a || a->kind != SM_ARG_INT || a->i < low || a->i > high) return bad_argument(c, key, error);
  *value = (int)a->i;
  return STYLEMAP_OK;
}

static int log2_of(int v) {
  int n = 0;
  while (v >> n > 1) n++;
  return v == 1 << n ? n : -1;
}

/* Safetensors files that are no model: of other programs, of our own runs, and models that lost their texts. */
static stylemap_status check_kind(const sm_checkpoint *c, stylemap_error *error) {
  const sm_argument *form = argument(c, "form");
  if (c->form != STYLEMAP_FORM_SAFETENSORS) return STYLEMAP_OK;
  if (form && form->text_length > 15 && !memcmp(form->text, "stylemap train", 14))
    return sm_fail(error, STYLEMAP_REFUSED, "M2",
                   SM_TEXT("%1 is the state of a training run, not a model. The run's folder has its model beside it."),
                   c->file.path, NULL);
  if (!c->state[SM_G].count && !c->state[SM_E].count)
    return sm_fail(error, STYLEMAP_REFUSED, "M2",
                   SM_TEXT("%1 is a safetensors file but not a StyleMap model (no g_ema and e_ema)."), c->file.path,
                   NULL);
  if (!c->argument_count)
    return sm_fail(error, STYLEMAP_REFUSED, "M2",
                   SM_TEXT("%1 has no train_args, so that the model's sizes are unknown. Save them with it."),
                   c->file.path, NULL);
  return STYLEMAP_OK;
}

static stylemap_status read_config(const sm_checkpoint *c, sm_config *config, stylemap_error *error) {
  SM_TRY(check_kind(c, error));
  SM_TRY(get_integer(c, "size", 8, LIMIT_SIZE, &config->size, error));
  SM_TRY(get_integer(c, "latent_spatial_size", 4, LIMIT_SIZE, &config->spatial, error));
  SM_TRY(get_integer(c, "latent_channel_size", 1, LIMIT_WIDTH, &config->dim, error));
  SM_TRY(get_integer(c, "mapping_layer_num", 1, SM_MAX_MAPPING, &config->mapping, error));
  if (log2_of(config->size) < 0) return bad_argument(c, "size", error);
  if (log2_of(config->spatial) < 0 || config->spatial >= config->size)
    return bad_argument(c, "latent_spatial_size", error);
  config->blocks = log2_of(config->size) - log2_of(config->spatial);

  const sm_argument *a = argument(c, "normalize_mode");
  int norm = 0;
  if (!a || a->kind != SM_ARG_TEXT) return bad_argument(c, "normalize_mode", error);
  while (norm < SM_NORMS && !sm_text_is(a->text, a->text_length, sm_norm_names[norm])) norm++;
  if (norm == SM_NORMS) return bad_argument(c, "normalize_mode", error);
  config->norm = (stylemap_norm)norm;

  a = argument(c, "small_generator");
  if (!a || a->kind != SM_ARG_BOOL) return bad_argument(c, "small_generator", error);
  config->small = a->i != 0;

  a = argument(c, "lr_mul");
  if (!a || (a->kind != SM_ARG_INT && a->kind != SM_ARG_REAL)) return bad_argument(c, "lr_mul", error);
  config->lr_mul = a->kind == SM_ARG_INT ? (double)a->i : a->d;
  if (!isfinite(config->lr_mul) || !(config->lr_mul > 0) || config->lr_mul > 1000)
    return bad_argument(c, "lr_mul", error);
  return STYLEMAP_OK;
}

/* -------------------------------------------------------------------------------- names and shapes: M3 .. M6 */

/* A state dict by name. */
typedef struct lookup {
  const sm_checkpoint *checkpoint;
  const sm_state *state;
  sm_table table;
  size_t skip;   /* bytes of "module." in front of every name: saved from a DataParallel model */
  uint8_t *used; /* per entry */

  stylemap_model *model;
  stylemap_error *error;
  int kinds; /* of the weights met: bits 1 << sm_kind */
} lookup;

static const char *entry_name(const lookup *x, uint32_t i) { return x->state->entries[i].name + x->skip; }
static size_t entry_length(const lookup *x, uint32_t i) { return x->state->entries[i].length - x->skip; }

static uint32_t find(const lookup *x, const char *name) {
  size_t length = strlen(name);
  for (uint32_t at = 0, i; (i = sm_table_next(&x->table, sm_hash(name, length, 0), &at)) != SM_NONE;)
    if (sm_text_is(entry_name(x, i), entry_length(x, i), name)) return i;
  return SM_NONE;
}

static void lookup_free(lookup *x) {
  sm_free(x->used);
  x->used = NULL;
  sm_table_free(&x->table);
}

static stylemap_status lookup_new(lookup *x, const sm_checkpoint *c, int state, stylemap_error *error) {
  *x = (lookup){.checkpoint = c, .state = &c->state[state], .error = error};
  size_t count = x->state->count;
  const sm_entry *entries = x->state->entries;
  x->skip = 7;
  for (size_t i = 0; i < count; i++)
    if (!entries[i].name || entries[i].length < 8 || memcmp(entries[i].name, "module.", 7) != 0) x->skip = 0;
  x->used = sm_calloc(count, 1);
  if (!x->used) return sm_no_memory(error, count);
  for (uint32_t i = 0; i < count; i++) {
    if (!entries[i].name) continue;
    stylemap_status status = sm_table_add(&x->table, sm_hash(entry_name(x, i), entry_length(x, i), 0), i, error);
    if (status == STYLEMAP_REFUSED) sm_refuse(error, c->file.path, "M6", SM_TEXT("its names are made to be slow"));
    if (status != STYLEMAP_OK) {
      lookup_free(x);
      return status;
    }
  }
  return STYLEMAP_OK;
}

/* "g_ema.NAME", shortened, for messages. */
typedef struct full_name {
  char text[256];
} full_name;

static const char *full(full_name *buffer, int state, const char *name, size_t length) {
  char tail[201];
  sm_text_copy(tail, sizeof tail, name, length);
  snprintf(buffer->text, sizeof buffer->text, "%s.%s", sm_state_names[state], tail);
  return buffer->text;
}

static stylemap_status missing(const sm_checkpoint *c, const sm_slot *s, stylemap_error *error) {
  full_name name;
  return sm_fail(error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1: the tensor %2 is missing."), c->file.path,
                 full(&name, s->state, s->name, strlen(s->name)), NULL);
}

static stylemap_status find_tensor(const lookup *x, const sm_slot *s, sm_tensor *tensor, uint32_t *entry,
                                   stylemap_error *error) {
  *entry = find(x, s->name);
  if (*entry == SM_NONE || x->state->entries[*entry].tensor == SM_NONE) return missing(x->checkpoint, s, error);
  sm_checkpoint_tensor(x->checkpoint, x->state->entries[*entry].tensor, tensor);
  return STYLEMAP_OK;
}

static stylemap_status read_width(void *context, const sm_slot *s) {
  const lookup *x = (const lookup *)context + s->state;
  sm_tensor t;
  sm_shape_text shape;
  full_name name;
  uint32_t entry;
  if (!s->width) return STYLEMAP_OK;
  SM_TRY(find_tensor(x, s, &t, &entry, x->error));
  if (t.rank != s->rank) return missing(x->checkpoint, s, x->error);
  if (t.size[s->axis] < 1 || t.size[s->axis] > LIMIT_WIDTH)
    return sm_fail(x->error, STYLEMAP_REFUSED, "M4", SM_TEXT("%1: the tensor %2 has the impossible shape %3."),
                   x->checkpoint->file.path, full(&name, s->state, s->name, strlen(s->name)),
                   sm_shape(&shape, t.rank, t.size), NULL);
  *s->width = (int)t.size[s->axis];
  return STYLEMAP_OK;
}

static stylemap_status check_slot(void *context, const sm_slot *s) {
  lookup *x = (lookup *)context + s->state;
  const char *path = x->checkpoint->file.path;
  sm_tensor t;
  full_name name;
  uint32_t entry;
  SM_TRY(find_tensor(x, s, &t, &entry, x->error));
  SM_TRY(sm_check_shape(path, full(&name, s->state, s->name, strlen(s->name)), &t, s->rank, s->size, x->error));
  if (!sm_kind_is_float(t.kind) && (s->to || t.kind != SM_I64))
    return sm_fail(x->error, STYLEMAP_REFUSED, "M5", SM_TEXT("%1: the tensor %2 holds no floating-point numbers."),
                   path, name.text, NULL);
  x->used[entry] = 1;
  x->model->info.parameters += (uint64_t)s->numel;
  if (s->to) x->kinds |= 1 << t.kind;
  else x->model->batch_count++;
  return STYLEMAP_OK;
}

static stylemap_status check_foreign(const lookup *x, int state, stylemap_error *error) {
  for (size_t i = 0; i < x->state->count; i++) {
    if (x->used[i]) continue;
    const sm_entry *e = &x->state->entries[i];
    full_name name;
    return sm_fail(error, STYLEMAP_REFUSED, "M6", SM_TEXT("%1: the tensor %2 is not part of the model."),
                   x->checkpoint->file.path, full(&name, state, e->name ? e->name : "?", e->name ? e->length : 1),
                   NULL);
  }
  return STYLEMAP_OK;
}

static stylemap_status check_mean(const sm_checkpoint *c, const sm_config *config, stylemap_error *error) {
  int64_t expected[] = {1, config->dim, config->spatial, config->spatial};
  sm_tensor t;
  if (c->mean == SM_NONE) return STYLEMAP_OK;
  sm_checkpoint_tensor(c, c->mean, &t);
  SM_TRY(sm_check_shape(c->file.path, "w_mean", &t, 4, expected, error));
  if (t.kind != SM_F32 && t.kind != SM_F16)
    return sm_fail(error, STYLEMAP_REFUSED, "M5", SM_TEXT("%1: the tensor %2 holds neither F32 nor F16 numbers."),
                   c->file.path, "w_mean", NULL);
  return STYLEMAP_OK;
}

static void fill_info(const sm_checkpoint *c, const sm_config *config, int kinds, stylemap_info *info) {
  info->form = c->form;
  info->size = config->size;
  info->latent_spatial_size = config->spatial;
  info->latent_channel_size = config->dim;
  info->mapping_layer_num = config->mapping;
  info->lr_mul = config->lr_mul;
  info->norm = config->norm;
  info->small_generator = config->small;
  info->levels = 2 + 2 * config->blocks;
  info->bytes = c->file.size;
  info->has_mean = c->mean != SM_NONE;
  const char *dtype = "mixed";
  for (int kind = SM_F64; kind <= SM_BF16; kind++)
    if (kinds == 1 << kind) dtype = sm_kind_name((sm_kind)kind);
  sm_text_copy(info->dtype, sizeof info->dtype, dtype, strlen(dtype));
}

stylemap_status sm_bind_check(const sm_checkpoint *c, stylemap_model *model, stylemap_error *error) {
  sm_config *config = &model->network.config;
  lookup x[SM_STATES];
  stylemap_status status;
  SM_TRY(read_config(c, config, error));
  SM_TRY(lookup_new(&x[SM_G], c, SM_G, error));
  status = lookup_new(&x[SM_E], c, SM_E, error);
  if (status != STYLEMAP_OK) {
    lookup_free(&x[SM_G]);
    return status;
  }
  x[SM_G].model = x[SM_E].model = model;
  SM_TRY_DONE(sm_network_walk(&model->network, SM_OF_MODEL, read_width, x));
  SM_TRY_DONE(sm_network_walk(&model->network, SM_OF_MODEL, check_slot, x));
  for (int s = 0; s < SM_STATES; s++) SM_TRY_DONE(check_foreign(&x[s], s, error));
  SM_TRY_DONE(check_mean(c, config, error));
  fill_info(c, config, x[SM_G].kinds | x[SM_E].kinds, &model->info);
done:
  lookup_free(&x[SM_E]);
  lookup_free(&x[SM_G]);
  return status;
}

/* ------------------------------------------------------------------------------------------------- weights */

enum { ALIGN = 16 }; /* floats: every tensor starts on a cache line */

typedef struct loading {
  const lookup *names;
  sm_loader *loader;
  stylemap_model *model;
  uint64_t floats; /* counted, then used */
  uint64_t most;   /* of one tensor */
  int keep;        /* the weights are kept, and must be finite; else they are read for their count alone */
  stylemap_take_weights take; /* is shown what is read and not kept; or NULL */
  void *data;
  size_t batch;
  stylemap_error *error;
} loading;

static uint64_t aligned(int64_t numel) { return ((uint64_t)numel + ALIGN - 1) / ALIGN * ALIGN; }

/* Floats that a slot takes: half of its numbers where they stay fp16. */
static uint64_t room(const sm_slot *s, const sm_tensor *t) {
  return aligned(s->half && t->kind == SM_F16 ? (s->numel + 1) / 2 : s->numel);
}

static stylemap_status count_slot(void *context, const sm_slot *s) {
  loading *l = context;
  sm_tensor t;
  uint32_t entry;
  if (!s->to) return STYLEMAP_OK;
  SM_TRY(find_tensor(l->names, s, &t, &entry, l->error));
  l->floats += room(s, &t);
  if (room(s, &t) > l->most) l->most = room(s, &t);
  return STYLEMAP_OK;
}

static stylemap_status check_finite(const loading *l, const char *name, stylemap_status status) {
  sm_number n;
  if (status != STYLEMAP_OK || !l->keep || !l->loader->not_finite) return status;
  return sm_fail(l->error, STYLEMAP_REFUSED, "M5",
                 SM_TEXT("%1 cannot be used: %3 numbers of its tensor %2 are NaN or infinite, as a training run that "
                         "went astray leaves them. Take an earlier model of that run."),
                 l->loader->file->path, name, sm_decimal(&n, (int64_t)l->loader->not_finite), NULL);
}

static stylemap_status load_slot(void *context, const sm_slot *s) {
  loading *l = context;
  sm_tensor t;
  uint32_t entry;
  SM_TRY(find_tensor(l->names, s, &t, &entry, l->error));
  if (s->to) {
    const int half = s->half && t.kind == SM_F16;
    full_name name;
    float *to = l->model->weights + l->floats;
    if (l->keep) l->floats += room(s, &t);
    if (half) *s->half = (uint16_t *)(void *)to;
    else *s->to = to;
    SM_TRY(check_finite(l, full(&name, s->state, s->name, strlen(s->name)),
                        half ? sm_loader_halves(l->loader, &t, (uint16_t *)(void *)to, l->error)
                             : sm_loader_floats(l->loader, &t, to, l->error)));
    if (l->take) sm_weights_show(s, l->take, l->data);
    return STYLEMAP_OK;
  }
  int64_t *count = &l->model->batches[l->batch++];
  uint8_t raw[8];
  *count = 0;
  if (t.kind != SM_I64) return STYLEMAP_OK;
  SM_TRY(sm_file_read(l->loader->file, t.at + (uint64_t)t.offset * 8, raw, 8, l->error));
  uint64_t bits = sm_le64(raw);
  memcpy(count, &bits, sizeof bits);
  return STYLEMAP_OK;
}

static stylemap_status walk_states(loading *l, const sm_checkpoint *c, sm_visit *visit) {
  stylemap_status status = STYLEMAP_OK;
  for (int s = 0; s < SM_STATES && status == STYLEMAP_OK; s++) {
    lookup x;
    SM_TRY(lookup_new(&x, c, s, l->error));
    l->names = &x;
    status = sm_network_walk(&l->model->network, 1 << s, visit, l);
    lookup_free(&x);
  }
  return status;
}

static stylemap_status check_memory(const sm_checkpoint *c, uint64_t floats, uint64_t limit, stylemap_error *error) {
  sm_number needs, has;
  uint64_t bytes;
  if (!limit) limit = (uint64_t)4 << 30;
  if (!__builtin_mul_overflow(floats, sizeof(float), &bytes) && bytes <= limit && bytes <= SIZE_MAX / 2)
    return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_NO_MEMORY, "", SM_TEXT("%1 needs %2 MB of memory; the limit is %3 MB."), c->file.path,
                 sm_decimal(&needs, (int64_t)(floats / (1 << 18)) + 1), sm_decimal(&has, (int64_t)(limit >> 20)), NULL);
}

static stylemap_status load(const sm_checkpoint *c, stylemap_model *model, int keep, uint64_t memory_limit,
                            stylemap_progress progress, stylemap_take_weights take, void *data, stylemap_error *error) {
  const sm_config *config = &model->network.config;
  int64_t mean_size = (int64_t)config->dim * config->spatial * config->spatial;
  loading l = {.model = model, .keep = keep, .take = take, .data = data, .error = error};
  stylemap_status status;
  SM_TRY(walk_states(&l, c, count_slot));
  if (model->info.has_mean) l.floats += aligned(mean_size);
  if (!keep) l.floats = l.most > (uint64_t)mean_size ? l.most : aligned(mean_size);
  SM_TRY(check_memory(c, l.floats, memory_limit, error));

  l.loader = sm_alloc(1, sizeof *l.loader);
  model->weights = sm_alloc((size_t)l.floats, sizeof(float));
  model->batches = sm_calloc(model->batch_count, sizeof *model->batches);
  if (!l.loader || !model->weights || !model->batches) {
    sm_free(l.loader); /* the rest belongs to the model */
    return sm_no_memory(error, l.floats * sizeof(float));
  }
  uint64_t total = model->info.parameters - model->batch_count + (model->info.has_mean ? (uint64_t)mean_size : 0);
  sm_loader_init(l.loader, &c->file, total, progress, data);
  l.floats = 0;
  SM_TRY_DONE(walk_states(&l, c, load_slot));
  if (model->info.has_mean) {
    sm_tensor t;
    float *mean = model->weights + l.floats;
    sm_checkpoint_tensor(c, c->mean, &t);
    SM_TRY_DONE(check_finite(&l, "w_mean", sm_loader_floats(l.loader, &t, mean, error)));
    model->network.mean = mean;
  }
  model->info.not_finite = l.loader->not_finite;
  model->bound = keep;
done:
  sm_free(l.loader);
  return status;
}

stylemap_status sm_bind_load(const sm_checkpoint *c, stylemap_model *model, uint64_t memory_limit,
                             stylemap_progress progress, void *data, stylemap_error *error) {
  return load(c, model, 1, memory_limit, progress, NULL, data, error);
}

stylemap_status sm_bind_count(const sm_checkpoint *c, stylemap_model *model, stylemap_take_weights take, void *data,
                              stylemap_error *error) {
  return load(c, model, 0, 0, NULL, take, data, error);
}
