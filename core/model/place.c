/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/place.h"

#include <string.h>

#include "base/memory.h"
#include "model/file/safetensors.h"

enum { MOST_SIDE = 8, MOST_FEATURES = 8192 };

int sm_place_side(const sm_config *c) {
  int side = c->spatial < MOST_SIDE ? c->spatial : MOST_SIDE;
  while (side > 1 && c->dim * side * side > MOST_FEATURES) side /= 2;
  return side;
}

int sm_place_features(const sm_config *c) { return c->dim * sm_place_side(c) * sm_place_side(c); }

stylemap_status sm_place_read(const sm_checkpoint *c, const sm_config *config, sm_place *place, stylemap_error *error) {
  static const char regress[] = "place.regress", limits[] = "place.limits";
  *place = (sm_place){0};
  if (!c->safetensors || (sm_safetensors_find(c->safetensors, regress) == SM_NONE &&
                          sm_safetensors_find(c->safetensors, limits) == SM_NONE))
    return STYLEMAP_OK;
  const int features = sm_place_features(config);
  const int64_t shape[] = {SM_PLACE_STAGES, SM_PLACE_ROWS, features + 1}, limit_shape[] = {SM_PLACE_LIMITS};
  float *values = NULL, *told = NULL;
  stylemap_status status;
  SM_TRY_DONE(sm_safetensors_floats(&c->file, c->safetensors, regress, 3, shape, &values, error));
  SM_TRY_DONE(sm_safetensors_floats(&c->file, c->safetensors, limits, 1, limit_shape, &told, error));
  memcpy(place->limits, told, sizeof place->limits);
  place->features = features;
  place->regress = values;
  values = NULL;
done:
  sm_free(told);
  sm_free(values);
  return status;
}
