/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/region.h"

#include "base/memory.h"
#include "model/file/safetensors.h"

static const char *const names[STYLEMAP_REGIONS] = {"regions.eyes", "regions.mouth", "regions.hair", "regions.face",
                                                    "regions.background"};

int sm_region_is_good(const float *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!(values[i] >= 0 && values[i] <= 1)) return 0;
  return 1;
}

stylemap_status sm_regions_read(const sm_checkpoint *c, sm_region *regions, stylemap_error *error) {
  for (int i = 0; c->safetensors && i < STYLEMAP_REGIONS; i++) {
    const char *name = names[i];
    const uint32_t found = sm_safetensors_find(c->safetensors, name);
    if (found == SM_NONE) continue;
    const sm_tensor *t = &c->safetensors->tensors[found].tensor;
    const int64_t side = t->rank > 0 ? t->size[0] : 0, shape[] = {side, side};
    if (side < SM_REGION_LEAST || side > SM_REGION_MOST)
      return sm_fail(error, STYLEMAP_REFUSED, "M4", SM_TEXT("%1: the tensor %2 is no square of 8 to 256 numbers a side."),
                     c->file.path, name, NULL);
    SM_TRY(sm_safetensors_floats(&c->file, c->safetensors, name, 2, shape, &regions[i].values, error));
    regions[i].side = (int)side;
    if (!sm_region_is_good(regions[i].values, (size_t)(side * side)))
      return sm_fail(error, STYLEMAP_REFUSED, "M5", SM_TEXT("%1: the tensor %2 holds a number that is not in 0 to 1."),
                     c->file.path, name, NULL);
  }
  return STYLEMAP_OK;
}

sm_out_tensor sm_region_out(const sm_region *region, int number) {
  return (sm_out_tensor){.name = names[number], .kind = SM_F32, .rank = 2, .size = {region->side, region->side},
                         .values = region->values};
}

void sm_regions_free(sm_region *regions) {
  for (int i = 0; i < STYLEMAP_REGIONS; i++) sm_free(regions[i].values);
}
