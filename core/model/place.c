/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/place.h"

#include "base/memory.h"
#include "model/file/safetensors.h"
#include "model/file/tensor.h"

enum { MOST_SIDE = 8, MOST_FEATURES = 8192 };

int sm_place_side(const sm_config *c) {
  int side = c->spatial < MOST_SIDE ? c->spatial : MOST_SIDE;
  while (side > 1 && c->dim * side * side > MOST_FEATURES) side /= 2;
  return side;
}

int sm_place_features(const sm_config *c) { return c->dim * sm_place_side(c) * sm_place_side(c); }

static stylemap_status read_one(const sm_checkpoint *c, sm_loader *loader, const char *name, int rank,
                                const int64_t *shape, float *to, stylemap_error *error) {
  const uint32_t i = sm_safetensors_find(c->safetensors, name);
  if (i == SM_NONE)
    return sm_fail(error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1: the tensor %2 is missing."), c->file.path, name, NULL);
  const sm_tensor *t = &c->safetensors->tensors[i].tensor;
  int same = t->rank == rank;
  for (int k = 0; same && k < rank; k++) same = t->size[k] == shape[k];
  if (!same) {
    sm_shape_text is, should;
    return sm_fail(error, STYLEMAP_REFUSED, "M4", SM_TEXT("%1: the tensor %2 has the shape %3, expected %4."),
                   c->file.path, name, sm_shape(&is, t->rank, t->size), sm_shape(&should, rank, shape), NULL);
  }
  if (!sm_kind_is_float(t->kind))
    return sm_fail(error, STYLEMAP_REFUSED, "M5", SM_TEXT("%1: the tensor %2 holds no floating-point numbers."),
                   c->file.path, name, NULL);
  loader->not_finite = 0;
  SM_TRY(sm_loader_floats(loader, t, to, error));
  sm_number n;
  if (!loader->not_finite) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_REFUSED, "M5",
                 SM_TEXT("%1: %3 numbers of the tensor %2 are not finite (NaN or infinite)."), c->file.path, name,
                 sm_decimal(&n, (int64_t)loader->not_finite), NULL);
}

stylemap_status sm_place_read(const sm_checkpoint *c, const sm_config *config, sm_place *place, stylemap_error *error) {
  static const char regress[] = "place.regress", limits[] = "place.limits";
  *place = (sm_place){0};
  if (!c->safetensors || (sm_safetensors_find(c->safetensors, regress) == SM_NONE &&
                          sm_safetensors_find(c->safetensors, limits) == SM_NONE))
    return STYLEMAP_OK;
  const int features = sm_place_features(config);
  const int64_t shape[] = {SM_PLACE_STAGES, SM_PLACE_ROWS, features + 1}, limit_shape[] = {SM_PLACE_LIMITS};
  const size_t count = (size_t)SM_PLACE_STAGES * SM_PLACE_ROWS * ((size_t)features + 1);
  stylemap_status status;
  float *values = sm_alloc(count, sizeof *values);
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  if (!values || !loader) {
    status = sm_no_memory(error, count * sizeof *values);
    goto done;
  }
  sm_loader_init(loader, &c->file, count + SM_PLACE_LIMITS, NULL, NULL);
  SM_TRY_DONE(read_one(c, loader, regress, 3, shape, values, error));
  SM_TRY_DONE(read_one(c, loader, limits, 1, limit_shape, place->limits, error));
  place->features = features;
  place->regress = values;
  values = NULL;
done:
  sm_free(loader);
  sm_free(values);
  return status;
}
