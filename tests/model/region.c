/* SPDX-License-Identifier: GPL-3.0-or-later
 * Regions of a model: kept by its file bit for bit, refused where they are none.
 * usage: region SCRATCH */
#include <unistd.h>

#include "harness.h"
#include "model/file/safetensors-write.h"
#include "model/bind.h"

enum { SIDE = 9 };
static stylemap_error error;

int main(int argc, char **argv) {
  const stylemap_architecture a = {32, 4, 16, 16, 512, 0, 2, 0.01};
  stylemap_model *model = NULL, *again = NULL;
  char path[4096];
  float values[SIDE * SIDE];
  int side = -1;
  if (argc != 2) return 2;
  snprintf(path, sizeof path, "%s/regions.safetensors", argv[1]);
  for (int i = 0; i < SIDE * SIDE; i++) values[i] = (float)i / (SIDE * SIDE - 1);
  CHECK(stylemap_model_random(&a, 5, &model, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(!stylemap_model_region(model, STYLEMAP_REGION_HAIR, &side) && side == -1);
  CHECK(!stylemap_model_region(NULL, STYLEMAP_REGION_HAIR, &side) && !stylemap_model_region(model, STYLEMAP_REGIONS, &side));
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, SIDE, values, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, SIDE, values, &error) == STYLEMAP_OK, "once more");
  CHECK(stylemap_save(model, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_open(path, 0, NULL, NULL, &again, &error) == STYLEMAP_OK, "%s", error.message);
  const float *kept = stylemap_model_region(again, STYLEMAP_REGION_HAIR, &side);
  CHECK(kept && side == SIDE && memcmp(kept, values, sizeof values) == 0);
  CHECK(!stylemap_model_region(again, STYLEMAP_REGION_EYES, &side));

  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, 7, values, &error) == STYLEMAP_BAD_ARGUMENT, "too small");
  values[3] = 1.5f;
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, SIDE, values, &error) == STYLEMAP_BAD_ARGUMENT, "above 1");
  values[3] = NAN;
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, SIDE, values, &error) == STYLEMAP_BAD_ARGUMENT, "no number");
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGIONS, SIDE, values, &error) == STYLEMAP_BAD_ARGUMENT, "no region");

  /* files that hold something else under the name; written past what stylemap_model_set_region lets through */
  model->regions[STYLEMAP_REGION_HAIR].values[3] = -0.25f;
  CHECK(stylemap_save(model, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_close(again);
  again = NULL;
  CHECK(stylemap_open(path, 0, NULL, NULL, &again, &error) == STYLEMAP_REFUSED && !again, "below 0");
  CHECK_TEXT(error.rule, "M5");
  model->regions[STYLEMAP_REGION_HAIR].side = 7;
  CHECK(stylemap_save(model, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_inspect(path, &again, &error) == STYLEMAP_REFUSED && !again, "7 x 7");
  CHECK_TEXT(error.rule, "M4");
  unlink(path);
  stylemap_close(model);
  return harness_end();
}
