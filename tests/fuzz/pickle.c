/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pickle machine, over pickles one after the other, from the first that the file has: at its beginning those of the
 * legacy form, further behind that of a zip. Of the last one the root is a checkpoint's, or a plain state dict. */
#include "model.h"

#include "base/memory.h"
#include "model/torch/pickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *start = memmem(data, size, "\x80\x02", 2);
  sm_checkpoint c = {.mean = SM_NONE};
  if (!start) return 0;
  MUST(sm_file_open(fuzz_file(data, size), &c.file, NULL) == STYLEMAP_OK);
  for (uint64_t at = (uint64_t)(start - data); at < size;) {
    stylemap_error error = {0};
    sm_pickle *p = NULL;
    stylemap_status status = sm_pickle_new(&c.file, at, size - at, start == data ? 6 : 5, &p, &error);
    if (status == STYLEMAP_OK) status = sm_pickle_run(p, &error);
    fuzz_verdict(status, &error);
    if (status != STYLEMAP_OK) {
      sm_pickle_free(p);
      break;
    }
    MUST(p->at > 0 && p->at <= size - at);
    at += p->at;
    sm_pickle_free(c.pickle);
    c.pickle = p;
  }
  for (c.flat = 0; c.pickle && c.flat < 2; c.flat++) {
    stylemap_error error = {0};
    fuzz_verdict(sm_torch_root(&c, &error), &error);
  }
  fuzz_checkpoint(&c);
  sm_checkpoint_close(&c);
  return 0;
}
