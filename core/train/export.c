/* SPDX-License-Identifier: GPL-3.0-or-later
 * The averaged weights -> a model, over the description of the network. */
#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/bind.h"
#include "train/trainer.h"

typedef struct exporting {
  const sm_learner *learner;
  float *at; /* NULL: only count */
  size_t floats, batches;
  stylemap_error *error;
} exporting;

static stylemap_status check_finite(const exporting *e, const sm_slot *slot) {
  int64_t count = 0;
  sm_number n;
  for (int64_t i = 0; i < slot->numel; i++) count += sm_not_finite(e->at[i]);
  if (!count) return STYLEMAP_OK;
  return sm_fail(e->error, STYLEMAP_REFUSED, "M5",
                 SM_TEXT("The run went astray: %2 numbers of the tensor %1 are NaN or infinite, and nobody could open "
                         "such a model. Go on from an earlier state, with a smaller learning rate."),
                 slot->name, sm_decimal(&n, count), NULL);
}

static stylemap_status visit(void *context, const sm_slot *slot) {
  exporting *e = context;
  const size_t count = (size_t)slot->numel;
  if (slot->role == SM_BATCHES) {
    e->batches++;
    return STYLEMAP_OK;
  }
  e->floats += count;
  if (!e->at) return STYLEMAP_OK;
  const sm_parameter *p = sm_parameter_of(e->learner, slot);
  const float *from = p ? p->average : sm_running_of(e->learner, slot);
  for (size_t i = 0; i < count; i++) e->at[i] = from ? from[i] : sm_slot_first(slot, i, NULL); /* the blurs */
  SM_TRY(check_finite(e, slot));
  *slot->to = e->at;
  e->at += count;
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
  model->network.config = t->learner->network.config;
  exporting e = {.learner = t->learner, .error = error};
  sm_network_walk(&model->network, SM_OF_MODEL, visit, &e);
  model->weights = sm_alloc(e.floats, sizeof(float));
  model->batch_count = e.batches;
  model->batches = sm_calloc(e.batches, sizeof *model->batches);
  if (!model->weights || !model->batches) {
    status = sm_no_memory(error, e.floats * sizeof(float));
    goto done;
  }
  for (size_t i = 0; i < e.batches; i++) model->batches[i] = (int64_t)t->iteration;
  e.at = model->weights;
  SM_TRY_DONE(sm_network_walk(&model->network, SM_OF_MODEL, visit, &e));
  model->bound = 1;
  SM_TRY_DONE(stylemap_save(model, path, options, report, error));
done:
  stylemap_close(model);
  return status;
}
