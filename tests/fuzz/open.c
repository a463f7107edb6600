/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model file of any form: what can be examined can be opened, unless its weights are not all finite, or need more
 * memory than allowed. */
#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_file(data, size);
  stylemap_model *seen = NULL, *model = NULL;
  stylemap_error error = {0};
  stylemap_status examined = stylemap_examine(path, &seen, &error), expected = examined;
  fuzz_verdict(examined, &error);
  MUST((examined == STYLEMAP_OK) == (seen != NULL));
  if (seen) {
    const stylemap_info *info = stylemap_model_info(seen);
    MUST(info->size >= 8 && info->parameters > 0);
    if (info->not_finite) expected = STYLEMAP_REFUSED;
  }
  error = (stylemap_error){0};
  stylemap_status opened = stylemap_open(path, 16 << 20, NULL, NULL, &model, &error);
  fuzz_verdict(opened, &error);
  MUST((opened == STYLEMAP_OK) == (model != NULL));
  MUST(opened == STYLEMAP_NO_MEMORY || opened == expected);
  stylemap_close(seen);
  stylemap_close(model);
  return 0;
}
