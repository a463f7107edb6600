/* SPDX-License-Identifier: GPL-3.0-or-later
 * The weights of the perceptual network from the files that people have: torchvision's vgg16 and LPIPS's heads, as
 * torch.save wrote them or as safetensors, in one file or two. */
#include "train/perceive-read.h"

#include <string.h>

#include "base/memory.h"
#include "model/file/tensor.h"
#include "model/form.h"
#include "train/trainer.h"

enum { MOST_WIDTH = 1 << 16, MOST_NUMBERS = 1 << 26 };

/* The entry whose name is `name`, alone or behind a prefix that ends in a dot. */
static const sm_entry *find_suffix(const sm_state *state, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < state->count; i++) {
    const sm_entry *e = &state->entries[i];
    if (!e->name || e->length < length || memcmp(e->name + e->length - length, name, length) != 0) continue;
    if (e->length == length || e->name[e->length - length - 1] == '.') return e;
  }
  return NULL;
}

static stylemap_status read_tensor(sm_perceiver *p, const sm_checkpoint *c, sm_loader *loader, const char *name,
                                   stylemap_error *error) {
  const sm_entry *e = find_suffix(&c->state[0], name);
  sm_tensor t;
  int shape[SM_MAX_RANK];
  int64_t count = 1;
  if (!e || e->tensor == SM_NONE)
    return sm_fail(error, STYLEMAP_REFUSED, "T3", SM_TEXT("%1 lacks the tensor %2 of the perceptual network."),
                   c->file.path, name, NULL);
  sm_checkpoint_tensor(c, e->tensor, &t);
  int good = sm_kind_is_float(t.kind) && t.rank <= 5;
  for (int i = 0; good && i < t.rank; i++) {
    good = t.size[i] >= 1 && t.size[i] <= MOST_WIDTH && (count *= t.size[i]) <= MOST_NUMBERS;
    shape[i] = (int)t.size[i];
  }
  if (!good)
    return sm_refuse_tensor(error, c->file.path, "T3", SM_TEXT("it has a bad shape or kind"), name, strlen(name));
  float *values = sm_alloc((size_t)count, sizeof *values);
  if (!values) return sm_no_memory(error, (uint64_t)count * sizeof *values);
  stylemap_status status = sm_loader_floats(loader, &t, values, error);
  if (status == STYLEMAP_OK) status = sm_perceiver_set(p, name, t.rank, shape, values, error);
  sm_free(values);
  return status;
}

/* The convolutions, or the heads, of one file. */
static stylemap_status read_file(sm_perceiver *p, const char *path, int convolutions, int heads,
                                 stylemap_error *error) {
  sm_checkpoint c;
  char weight[32], bias[32];
  stylemap_status status;
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  if (!loader) return sm_no_memory(error, sizeof *loader);
  SM_TRY_DONE(sm_checkpoint_open_flat(path, &c, error));
  sm_loader_init(loader, &c.file, UINT64_MAX, NULL, NULL);
  for (int i = 0; convolutions && i < SM_PERCEIVER_CONVS; i++) {
    sm_perceiver_names(i, weight, bias);
    SM_TRY_DONE(read_tensor(p, &c, loader, weight, error));
    SM_TRY_DONE(read_tensor(p, &c, loader, bias, error));
  }
  for (int i = 0; heads && i < SM_PERCEIVER_TAPS; i++) {
    sm_perceiver_head_name(i, weight);
    SM_TRY_DONE(read_tensor(p, &c, loader, weight, error));
  }
  if (loader->not_finite)
    status = sm_refuse(error, path, "M5", SM_TEXT("numbers of the perceptual network are not finite"));
done:
  sm_checkpoint_close(&c);
  sm_free(loader);
  return status;
}

stylemap_status sm_perceiver_read(sm_perceiver *p, const char *vgg, const char *heads, stylemap_error *error) {
  SM_TRY(read_file(p, vgg, 1, !heads, error));
  return heads ? read_file(p, heads, 0, 1, error) : STYLEMAP_OK;
}

stylemap_status stylemap_trainer_perceptual(stylemap_trainer *t, const char *vgg, const char *heads,
                                            stylemap_error *error) {
  if (!t || !vgg) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_perceiver p = {0};
  stylemap_status status = STYLEMAP_OK;
  SM_TRY_DONE(sm_perceiver_read(&p, vgg, heads, error));
  sm_perceiver_clear(&t->perceiver);
  t->perceiver = p;
  t->perceives = 1;
  p = (sm_perceiver){0};
done:
  sm_perceiver_clear(&p);
  return status;
}
