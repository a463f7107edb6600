/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which form a file has (rule F1), and so which reader. */
#include "model/form.h"
#include "base/memory.h"
#include "model/file/safetensors.h"
#include "model/torch/pickle.h"

#include <string.h>

void sm_checkpoint_tensor(const sm_checkpoint *c, uint32_t tensor, sm_tensor *out) {
  if (c->safetensors) *out = c->safetensors->tensors[tensor].tensor;
  else sm_torch_tensor(c->pickle, tensor, out);
}

/* What a file that is no model looks like. */
static stylemap_status refuse_form(const sm_checkpoint *c, const uint8_t *head, size_t size, stylemap_error *error) {
  static const struct {
    uint16_t at, length;
    const char *bytes, *format;
  } known[] = {
      {0, 1, "<", SM_TEXT("%1 is a web page, not a model: the download failed.")},
      {0, 23, "version https://git-lfs", SM_TEXT("%1 is a Git LFS pointer: fetch the model itself with git lfs.")},
      {0, 4, "GGUF", SM_TEXT("%1 is a GGUF file, neither a PyTorch checkpoint nor a safetensors file.")},
      {0, 4, "\x89HDF", SM_TEXT("%1 is an HDF5 file, neither a PyTorch checkpoint nor a safetensors file.")},
      {0, 2, "\x1f\x8b", SM_TEXT("%1 is compressed with gzip. Unpack it first.")},
      {257, 5, "ustar", SM_TEXT("%1 is a tar archive, as PyTorch before 0.1.10 wrote. Save it again with torch.save.")},
  };
  const char *path = c->file.path;
  sm_number n;
  if (size >= 2 && head[0] == 0x80 && head[1] <= 5)
    return sm_fail(error, STYLEMAP_REFUSED, "F1",
                   SM_TEXT("%1 uses pickle protocol %2. Save it again with torch.save's defaults."), path,
                   sm_decimal(&n, head[1]), NULL);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (size >= (size_t)known[i].at + known[i].length &&
        memcmp(head + known[i].at, known[i].bytes, known[i].length) == 0)
      return sm_fail(error, STYLEMAP_REFUSED, "F1", known[i].format, path, NULL);
  if (!size) return sm_fail(error, STYLEMAP_REFUSED, "F1", SM_TEXT("%1 is empty."), path, NULL);
  return sm_fail(error, STYLEMAP_REFUSED, "F1",
                 SM_TEXT("%1 is neither a PyTorch checkpoint nor a safetensors file."), path, NULL);
}

static stylemap_status open_file(const char *path, int flat, sm_checkpoint *c, stylemap_error *error) {
  uint8_t head[262];
  *c = (sm_checkpoint){.mean = SM_NONE, .flat = flat};
  SM_TRY(sm_file_open(path, &c->file, error));
  size_t size = c->file.size < sizeof head ? (size_t)c->file.size : sizeof head;
  SM_TRY(sm_file_read(&c->file, 0, head, size, error));
  if (size >= 4 && memcmp(head, "PK\3\4", 4) == 0) {
    c->form = STYLEMAP_FORM_ZIP;
    return sm_read_zip(c, error);
  }
  if (size >= 2 && memcmp(head, "\x80\x02", 2) == 0) {
    c->form = STYLEMAP_FORM_LEGACY;
    return sm_read_legacy(c, error);
  }
  if (size >= 10 && head[8] == '{') {
    c->form = STYLEMAP_FORM_SAFETENSORS;
    return sm_read_safetensors(c, error);
  }
  return refuse_form(c, head, size, error);
}

stylemap_status sm_checkpoint_open(const char *path, sm_checkpoint *c, stylemap_error *error) {
  return open_file(path, 0, c, error);
}

stylemap_status sm_checkpoint_open_flat(const char *path, sm_checkpoint *c, stylemap_error *error) {
  return open_file(path, 1, c, error);
}

void sm_checkpoint_close(sm_checkpoint *c) {
  sm_free(c->arguments);
  for (int s = SM_STATES; s-- > 0;) sm_free(c->state[s].entries);
  sm_safetensors_free(c->safetensors);
  sm_free(c->safetensors);
  sm_pickle_free(c->pickle);
  sm_file_close(&c->file);
  *c = (sm_checkpoint){0};
}
