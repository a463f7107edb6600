/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public side of what a model has learnt to change. */
#include <string.h>

#include "base/memory.h"
#include "model/bind.h"
#include "model/form.h"

static const sm_direction *at(const stylemap_model *m, int i) {
  return m && i >= 0 && (size_t)i < m->directions.count ? &m->directions.list[i] : NULL;
}

int stylemap_direction_count(const stylemap_model *m) { return m ? (int)m->directions.count : 0; }
const char *stylemap_direction_name(const stylemap_model *m, int i) { return at(m, i) ? at(m, i)->name : NULL; }
const char *stylemap_direction_text(const stylemap_model *m, int i) { return at(m, i) ? at(m, i)->text : NULL; }
const float *stylemap_direction_values(const stylemap_model *m, int i) { return at(m, i) ? at(m, i)->values : NULL; }

static stylemap_status bad_name(const char *name, stylemap_error *error) {
  return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                 SM_TEXT("\"%1\" cannot be a direction's name: it has 1 to 64 characters, none of them = , or /."), name, NULL);
}

stylemap_status stylemap_direction_add(stylemap_model *m, const char *name, const char *text, const float *values,
                                       stylemap_error *error) {
  if (!m || !name || !values)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A direction is added to a model by name and numbers."), NULL);
  const sm_config *c = &m->network.config;
  const size_t count = (size_t)c->dim * (size_t)c->spatial * (size_t)c->spatial, length = strlen(name);
  const size_t text_length = text ? strlen(text) : 0;
  if (!sm_direction_named_well(name, length) || text_length >= SM_DIRECTION_TEXT || !sm_utf8_valid(text, text_length)) return bad_name(name, error);
  for (size_t i = 0; i < count; i++)
    if (!(values[i] - values[i] == 0))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The direction %1 holds a number that is not finite."), name,
                     NULL);
  float *copy = sm_alloc(count, sizeof *copy);
  if (!copy) return sm_no_memory(error, count * sizeof *copy);
  memcpy(copy, values, count * sizeof *copy);
  return sm_directions_add(&m->directions, name, length, text ? text : "", text_length, copy, error);
}

stylemap_status stylemap_directions_read(stylemap_model *m, const char *path, int *count, stylemap_error *error) {
  if (!m || !path) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_directions found = {0};
  sm_checkpoint c;
  stylemap_status status;
  SM_TRY_DONE(sm_checkpoint_open(path, &c, error));
  SM_TRY_DONE(sm_directions_read(&c, &m->network.config, &found, error));
  if (!found.count)
    status = sm_fail(error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1 holds no directions."), path, NULL);
  for (size_t i = 0; status == STYLEMAP_OK && i < found.count; i++)
    status = stylemap_direction_add(m, found.list[i].name, found.list[i].text, found.list[i].values, error);
  if (status == STYLEMAP_OK && count) *count = (int)found.count;
done:
  sm_checkpoint_close(&c);
  sm_directions_free(&found);
  return status;
}

stylemap_status stylemap_directions_write(const stylemap_model *m, int count, const char *path, stylemap_error *error) {
  if (!m || !path || count < 1 || (size_t)count > m->directions.count)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no directions to be written."), NULL);
  const size_t n = (size_t)count;
  sm_out_tensor *tensors = sm_calloc(n, sizeof *tensors);
  sm_out_text *texts = sm_calloc(n, sizeof *texts);
  size_t said = 0;
  stylemap_status status = tensors && texts ? STYLEMAP_OK : sm_no_memory(error, n * sizeof *tensors);
  for (size_t i = 0; status == STYLEMAP_OK && i < n; i++) {
    const sm_direction *d = &m->directions.list[m->directions.count - n + i];
    tensors[i] = sm_direction_out(d, &m->network.config);
    if (*d->text) texts[said++] = (sm_out_text){d->key, d->text};
  }
  if (status == STYLEMAP_OK) status = sm_safetensors_write(path, tensors, n, texts, said, error);
  sm_free(texts);
  sm_free(tensors);
  return status;
}
