/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of tensors of a safetensors file, whoever's file it is. */
#include "model.h"

#include "model/file/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sm_file file;
  sm_safetensors s = {0};
  stylemap_error error = {0};
  if (size < 10 || data[8] != '{') return 0; /* F1 */
  MUST(sm_file_open(fuzz_file(data, size), &file, NULL) == STYLEMAP_OK);
  stylemap_status status = sm_safetensors_read(&file, &s, &error);
  fuzz_verdict(status, &error);
  for (size_t i = 0; status == STYLEMAP_OK && i < s.count; i++) {
    const sm_tensor *t = &s.tensors[i].tensor;
    fuzz_touch(s.tensors[i].name, s.tensors[i].length);
    MUST(t->rank >= 0 && t->rank <= SM_MAX_RANK && t->at <= size);
    MUST((uint64_t)t->numel <= (size - t->at) / (uint64_t)sm_kind_size(t->kind));
  }
  sm_safetensors_free(&s);
  sm_file_close(&file);
  return 0;
}
