/* SPDX-License-Identifier: GPL-3.0-or-later
 * The zip form. Checksums are a wall for mutations: here they are all 0 (linked with --wrap=sm_crc32_add), in the reader
 * and in the file. The target `open` has the true ones. */
#include "model.h"

#include "base/crc32.h"

uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size);
uint32_t __wrap_sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size) {
  fuzz_touch(data, size);
  return 0;
}

/* Where records keep theirs, behind their signatures. */
static void clear_checksums(uint8_t *b, size_t size) {
  static const struct {
    uint8_t mark[2];
    size_t at;
  } records[] = {{{3, 4}, 14}, {{1, 2}, 16}, {{7, 8}, 4}};
  for (size_t i = 0; i + 20 <= size; i++)
    for (size_t k = 0; b[i] == 'P' && b[i + 1] == 'K' && k < 3; k++)
      if (b[i + 2] == records[k].mark[0] && b[i + 3] == records[k].mark[1]) memset(b + i + records[k].at, 0, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4 || memcmp(data, "PK\3\4", 4) != 0) return 0; /* F1 */
  uint8_t *copy = malloc(size);
  MUST(copy != NULL);
  memcpy(copy, data, size);
  clear_checksums(copy, size);
  sm_checkpoint c;
  stylemap_error error = {0};
  stylemap_status status = sm_checkpoint_open(fuzz_file(copy, size), &c, &error);
  fuzz_verdict(status, &error);
  if (status == STYLEMAP_OK) fuzz_checkpoint(&c);
  sm_checkpoint_close(&c);
  free(copy);
  return 0;
}
