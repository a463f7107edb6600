/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public side: a file's path -> a model. */
#include "base/memory.h"
#include "model/bind.h"
#include "model/form.h"
#include "model/weights.h"

#include <string.h>

/* Appends one closed text. */
static stylemap_status put_text(sm_buffer *texts, const char *text, size_t size, stylemap_error *error) {
  if (sm_buffer_put(texts, text, size) && sm_buffer_put(texts, "", 1)) return STYLEMAP_OK;
  return sm_no_memory(error, texts->capacity * 2 + size);
}

/* Every text, number and word of train_args (safetensors: of __metadata__) as a text. */
static stylemap_status keep_texts(const sm_checkpoint *c, stylemap_model *m, stylemap_error *error) {
  for (size_t i = 0; i < c->argument_count; i++) {
    const sm_argument *a = &c->arguments[i];
    sm_number number;
    const char *text = a->text;
    size_t size = a->text_length;
    if (!text) {
      switch (a->kind) {
      case SM_ARG_NONE:
        text = "null";
        break;
      case SM_ARG_BOOL:
        text = a->i ? "true" : "false";
        break;
      case SM_ARG_INT:
        text = sm_decimal(&number, a->i);
        break;
      case SM_ARG_REAL:
        text = sm_real(&number, a->d);
        break;
      default:
        continue;
      }
      size = strlen(text);
    }
    if (memchr(a->key, '\0', a->key_length) || memchr(text, '\0', size)) continue; /* a C text cannot hold it */
    SM_TRY(put_text(&m->texts, a->key, a->key_length, error));
    SM_TRY(put_text(&m->texts, text, size, error));
    m->text_count++;
  }
  return STYLEMAP_OK;
}

typedef enum opening { INSPECT, COUNT, LOAD } opening;

static stylemap_status open_model(const char *path, opening how, uint64_t memory_limit, stylemap_progress progress,
                                  stylemap_take_weights take, void *data, stylemap_model **model, stylemap_error *error) {
  if (!path || !model) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_checkpoint checkpoint;
  stylemap_status status;
  stylemap_model *m = sm_calloc(1, sizeof *m);
  if (!m) return sm_no_memory(error, sizeof *m);
  SM_TRY_DONE(sm_checkpoint_open(path, &checkpoint, error));
  SM_TRY_DONE(sm_bind_check(&checkpoint, m, error));
  SM_TRY_DONE(sm_place_read(&checkpoint, &m->network.config, &m->place, error));
  m->info.places = m->place.features > 0;
  SM_TRY_DONE(sm_regions_read(&checkpoint, m->regions, error));
  SM_TRY_DONE(sm_directions_read(&checkpoint, &m->network.config, &m->directions, error));
  SM_TRY_DONE(keep_texts(&checkpoint, m, error));
  if (how == COUNT) SM_TRY_DONE(sm_bind_count(&checkpoint, m, take, data, error));
  if (how == LOAD) SM_TRY_DONE(sm_bind_load(&checkpoint, m, memory_limit, progress, data, error));
  *model = m;
done:
  sm_checkpoint_close(&checkpoint);
  if (status != STYLEMAP_OK) stylemap_close(m);
  return status;
}

stylemap_status stylemap_inspect(const char *path, stylemap_model **model, stylemap_error *error) {
  return open_model(path, INSPECT, 0, NULL, NULL, NULL, model, error);
}

stylemap_status stylemap_examine(const char *path, stylemap_model **model, stylemap_error *error) {
  return open_model(path, COUNT, 0, NULL, NULL, NULL, model, error);
}

stylemap_status stylemap_examine_weights(const char *path, stylemap_take_weights take, void *data, stylemap_model **model,
                                         stylemap_error *error) {
  return open_model(path, COUNT, 0, NULL, take, data, model, error);
}

stylemap_status stylemap_open(const char *path, uint64_t memory_limit, stylemap_progress progress, void *data,
                              stylemap_model **model, stylemap_error *error) {
  return open_model(path, LOAD, memory_limit, progress, NULL, data, model, error);
}

void stylemap_close(stylemap_model *model) {
  if (!model) return;
  sm_buffer_free(&model->texts);
  sm_free(model->place.regress);
  sm_regions_free(model->regions);
  sm_directions_free(&model->directions);
  sm_free(model->batches);
  sm_free(model->weights);
  sm_free(model);
}

const stylemap_info *stylemap_model_info(const stylemap_model *model) { return model ? &model->info : NULL; }

const char *stylemap_model_text(const stylemap_model *model, const char *key) {
  if (!model || !key) return NULL;
  const char *text = model->texts.bytes;
  for (size_t i = 0; i < model->text_count; i++) {
    const char *value = text + strlen(text) + 1;
    if (strcmp(text, key) == 0) return value;
    text = value + strlen(value) + 1;
  }
  return NULL;
}

const sm_network *sm_model_network(const stylemap_model *model) {
  return model && model->bound ? &model->network : NULL;
}

typedef struct showing {
  stylemap_take_weights take;
  void *data;
} showing;

static stylemap_status show_slot(void *context, const sm_slot *slot) {
  const showing *s = context;
  sm_weights_show(slot, s->take, s->data);
  return STYLEMAP_OK;
}

stylemap_status stylemap_model_weights(const stylemap_model *model, stylemap_take_weights take, void *data,
                                       stylemap_error *error) {
  if (!model || !model->bound || !take)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Only an opened model has weights to show."), NULL);
  sm_network network = model->network; /* the walk sets the layers' sizes again */
  return sm_network_walk(&network, SM_OF_MODEL, show_slot, &(showing){take, data});
}
