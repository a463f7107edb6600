/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of a training run, whose checksum is always right: 0 (linked with --wrap=sm_crc32_add). */
#include "model.h"

#include "base/crc32.h"

uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size);
uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size) {
  fuzz_touch(data, size);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  stylemap_trainer *trainer = NULL;
  stylemap_error error = {0};
  stylemap_status status = stylemap_trainer_load(fuzz_file(data, size), 1, &trainer, &error);
  if (status != STYLEMAP_BAD_ARGUMENT) fuzz_verdict(status, &error);
  MUST((status == STYLEMAP_OK) == (trainer != NULL));
  stylemap_trainer_free(trainer);
  return 0;
}
