/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model as `convert` and a run write it: with the mean stylemap, which only the network itself can tell. */
#include "base/error.h"
#include "base/memory.h"
#include "model/bind.h"
#include "net/map.h"

stylemap_status stylemap_save(const stylemap_model *model, const char *path, const stylemap_save_options *options,
                              stylemap_save_report *report, stylemap_error *error) {
  if (!model || !model->bound || !path)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Only an opened model can be written."), NULL);
  const sm_config *c = &model->network.config;
  const float *mean = model->network.mean;
  if (mean) return sm_model_save(model, mean, path, options, report, error);
  const size_t numel = (size_t)c->dim * (size_t)c->spatial * (size_t)c->spatial;
  float *made = sm_alloc(numel, sizeof *made);
  if (!made) return sm_no_memory(error, numel * sizeof *made);
  stylemap_status status = sm_mean_stylemap(&model->network, made, error);
  if (status == STYLEMAP_OK) status = sm_model_save(model, made, path, options, report, error);
  sm_free(made);
  return status;
}
