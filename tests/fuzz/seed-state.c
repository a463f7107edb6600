/* SPDX-License-Identifier: GPL-3.0-or-later
 * The smallest state of a run, for the target `state`; its checksum is 0, as there. usage: seed-state FILE */
#include "fuzz.h"

#include "base/crc32.h"
#include "stylemap.h"

uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size);
uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size) { return 0; }

int main(int argc, char **argv) {
  stylemap_train_options o;
  stylemap_trainer *trainer;
  stylemap_train_defaults(&o);
  o.size = o.base = 8;
  o.latent_spatial_size = 4;
  o.latent_channel_size = o.mapping_layer_num = o.cap = o.batch = 1;
  o.norm = STYLEMAP_BATCH_NORM;
  MUST(argc == 2 && stylemap_trainer_new(&o, 1, &trainer, NULL) == STYLEMAP_OK);
  MUST(stylemap_trainer_save(trainer, argv[1], NULL) == STYLEMAP_OK);
  stylemap_trainer_free(trainer);
  return 0;
}
