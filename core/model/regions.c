/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model's regions, asked for and given. */
#include <string.h>

#include "base/memory.h"
#include "model/bind.h"

const float *stylemap_model_region(const stylemap_model *model, stylemap_region region, int *side) {
  if (!model || region < 0 || region >= STYLEMAP_REGIONS || !model->regions[region].side) return NULL;
  if (side) *side = model->regions[region].side;
  return model->regions[region].values;
}

stylemap_status stylemap_model_set_region(stylemap_model *model, stylemap_region region, int side, const float *values,
                                          stylemap_error *error) {
  if (!model || region < 0 || region >= STYLEMAP_REGIONS || side < SM_REGION_LEAST || side > SM_REGION_MOST || !values ||
      !sm_region_is_good(values, (size_t)side * (size_t)side))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("A region is a square of 8 to 256 numbers a side, from 0 to 1."), NULL);
  const size_t count = (size_t)side * (size_t)side;
  float *copy = sm_alloc(count, sizeof *copy);
  if (!copy) return sm_no_memory(error, count * sizeof *copy);
  memcpy(copy, values, count * sizeof *copy);
  sm_free(model->regions[region].values);
  model->regions[region] = (sm_region){side, copy};
  return STYLEMAP_OK;
}
