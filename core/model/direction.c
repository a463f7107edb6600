/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/direction.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/file/safetensors-write.h"
#include "model/file/safetensors.h"

enum { PREFIX = sizeof SM_DIRECTIONS - 1 };

int sm_direction_named_well(const char *name, size_t length) {
  if (!length || length > SM_DIRECTION_NAME || !sm_utf8_valid(name, length)) return 0;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || strchr("=,/", name[i])) return 0;
  return 1;
}

static void forget(sm_direction *d) {
  sm_free(d->key);
  sm_free(d->values);
  *d = (sm_direction){0};
}

void sm_directions_free(sm_directions *d) {
  for (size_t i = 0; i < d->count; i++) forget(&d->list[i]);
  sm_free(d->list);
  *d = (sm_directions){0};
}

stylemap_status sm_directions_add(sm_directions *d, const char *from, size_t length, const char *text, size_t text_length,
                                  float *values, stylemap_error *error) {
  sm_direction made = {.key = sm_alloc(PREFIX + length + text_length + 2, 1), .values = values};
  void *list = sm_more(d->list, d->count, &d->capacity, sizeof *d->list);
  if (list) d->list = list;
  if (!made.key || !list) {
    forget(&made);
    return sm_no_memory(error, length + text_length + (d->count + 1) * sizeof *d->list);
  }
  char *name = made.key + PREFIX, *said = name + length + 1;
  memcpy(made.key, SM_DIRECTIONS, PREFIX);
  memcpy(name, from, length);
  memcpy(said, text, text_length);
  name[length] = said[text_length] = '\0';
  made.name = name;
  made.text = said;
  for (size_t i = 0; i < d->count; i++)
    if (strcmp(d->list[i].name, name) == 0) {
      forget(&d->list[i]);
      memmove(&d->list[i], &d->list[i + 1], (--d->count - i) * sizeof *d->list);
    }
  d->list[d->count++] = made;
  return STYLEMAP_OK;
}

/* The text of `__metadata__` under a tensor's name. */
static void find_text(const sm_checkpoint *c, const char *name, const char **text, size_t *length) {
  *text = "";
  *length = 0;
  for (size_t i = 0; i < c->argument_count; i++) {
    const sm_argument *a = &c->arguments[i];
    if (!a->text || !sm_text_is(a->key, a->key_length, name) || memchr(a->text, '\0', a->text_length)) continue;
    *text = a->text;
    *length = a->text_length < SM_DIRECTION_TEXT ? a->text_length : 0;
  }
}

stylemap_status sm_directions_read(const sm_checkpoint *c, const sm_config *config, sm_directions *d,
                                   stylemap_error *error) {
  const int64_t shape[] = {config->dim, config->spatial, config->spatial};
  for (size_t i = 0; c->safetensors && i < c->safetensors->count; i++) {
    const struct sm_named *named = &c->safetensors->tensors[i];
    char name[PREFIX + SM_DIRECTION_NAME + 1];
    const char *text;
    size_t text_length;
    float *values = NULL;
    if (named->length < PREFIX || memcmp(named->name, SM_DIRECTIONS, PREFIX) != 0) continue;
    if (!sm_direction_named_well(named->name + PREFIX, named->length - PREFIX))
      return sm_refuse_tensor(error, c->file.path, "S6", SM_TEXT("its name is empty or too long"), named->name,
                              named->length);
    snprintf(name, sizeof name, "%.*s", (int)named->length, named->name);
    SM_TRY(sm_safetensors_floats(&c->file, c->safetensors, name, 3, shape, &values, error));
    find_text(c, name, &text, &text_length);
    SM_TRY(sm_directions_add(d, name + PREFIX, named->length - PREFIX, text, text_length, values, error));
  }
  return STYLEMAP_OK;
}

sm_out_tensor sm_direction_out(const sm_direction *d, const sm_config *c) {
  return (sm_out_tensor){.name = d->key, .kind = SM_F32, .rank = 3, .size = {c->dim, c->spatial, c->spatial},
                         .values = d->values};
}
