/* SPDX-License-Identifier: GPL-3.0-or-later
 * The averaged weights -> a model, over the one table of names (network/names.c). */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/bind.h"
#include "train/trainer.h"

typedef struct exporting {
  const stylemap_trainer *trainer;
  float *at; /* NULL: only count */
  size_t floats, batches;
  stylemap_error *error;
} exporting;

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && !strcmp(text + a - b, end);
}

/* The blur: outer([1,3,3,1]) / 64, with the gain of 4 where it follows an up layer. The encoder's are all down. */
static void fill_kernel(int state, float *to) {
  static const float tap[4] = {1, 3, 3, 1};
  for (int i = 0; i < 16; i++) to[i] = tap[i / 4] * tap[i % 4] / (state == SM_G ? 16 : 64);
}

static stylemap_status visit(void *context, const sm_slot *slot) {
  exporting *e = context;
  if (!slot->to) {
    e->batches++;
    return STYLEMAP_OK;
  }
  e->floats += (size_t)slot->numel;
  if (!e->at) return STYLEMAP_OK;
  const sm_learner *l = e->trainer->learner;
  int channels;
  const sm_parameter *p = sm_find_parameter(slot->state == SM_G ? &l->generator : &l->encoder, slot->name);
  const float *from = p && p->count == (size_t)slot->numel ? p->average : sm_find_running(l, slot->name, &channels);
  if (ends_with(slot->name, "kernel")) fill_kernel(slot->state, e->at);
  else if (from) memcpy(e->at, from, sizeof(float) * (size_t)slot->numel);
  else return sm_fail(e->error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The trainer has no tensor %1."), slot->name, NULL);
  *slot->to = e->at;
  e->at += slot->numel;
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_export(const stylemap_trainer *t, const char *path,
                                        const stylemap_save_options *options, stylemap_save_report *report,
                                        stylemap_error *error) {
  if (!t || !path)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Exporting needs a trainer and a file name."), NULL);
  stylemap_model *model = sm_calloc(1, sizeof *model);
  if (!model) return sm_no_memory(error, sizeof *model);
  stylemap_status status = STYLEMAP_OK;
  model->network.config = t->learner->config;
  exporting e = {.trainer = t, .error = error};
  for (int state = 0; state < SM_STATES; state++) SM_TRY_DONE(sm_names_walk(&model->network, state, visit, &e));
  model->weights = sm_alloc(e.floats, sizeof(float));
  model->batch_count = e.batches;
  model->batches = sm_calloc(e.batches, sizeof *model->batches);
  if (!model->weights || !model->batches) {
    status = sm_no_memory(error, e.floats * sizeof(float));
    goto done;
  }
  for (size_t i = 0; i < e.batches; i++) model->batches[i] = (int64_t)t->iteration;
  e.at = model->weights;
  for (int state = 0; state < SM_STATES; state++) SM_TRY_DONE(sm_names_walk(&model->network, state, visit, &e));
  model->bound = 1;
  SM_TRY_DONE(stylemap_save(model, path, options, report, error));
done:
  stylemap_close(model);
  return status;
}
