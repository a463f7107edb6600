/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole flow, one call a stage, in order. A host puts sample before it and paste behind it:
 *
 *   stylemap_fit(width, height, &square);                            where the model looks
 *   stylemap_sample(&layer, &square, size, target, &error);          layer -> image tensor
 *   stylemap_sample_mask(&mask, &square, size, weights, &error);     selection -> mask tensor
 *   stylemap_transplant(session, target, reference, weights, &edit, image, &error);
 *   stylemap_paste(image, size, &square, &layer, x, y, w, h, &result, &error);
 */
#include <string.h>

#include "base/memory.h"
#include "model/model.h"
#include "net/session.h"

const char *stylemap_version(void) { return STYLEMAP_VERSION; }

static size_t stylemap_floats(const sm_config *c) { return (size_t)c->dim * sm_pixels(c->spatial); }

typedef struct flow {
  float *w_target, *w_reference;
  stylemap_pyramid *target, *reference;
} flow;

static stylemap_status flow_new(stylemap_session *s, int references, flow *f, stylemap_error *error) {
  memset(f, 0, sizeof *f);
  size_t floats = stylemap_floats(&s->net->config);
  f->w_target = sm_alloc(floats, sizeof(float));
  f->w_reference = sm_alloc(floats, sizeof(float));
  if (!f->w_target || !f->w_reference) return sm_no_memory(error, 2 * floats * sizeof(float));
  SM_TRY(stylemap_pyramid_new(s->model, &f->target, error));
  if (references) SM_TRY(stylemap_pyramid_new(s->model, &f->reference, error));
  return STYLEMAP_OK;
}

static void flow_free(flow *f) {
  stylemap_pyramid_free(f->reference);
  stylemap_pyramid_free(f->target);
  sm_free(f->w_reference);
  sm_free(f->w_target);
}

stylemap_status stylemap_transplant(stylemap_session *s, const float *target, const float *reference,
                                    const float *mask, const stylemap_edit *edit, float *image, stylemap_error *error) {
  if (!s || !target || !reference || !mask || !edit || !image || (unsigned)edit->space > STYLEMAP_SPACE_W)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("transplant needs two images, a mask and an edit."), NULL);
  const sm_config *c = &s->net->config;
  int in_w = edit->space == STYLEMAP_SPACE_W;
  flow f;
  stylemap_status status = flow_new(s, !in_w, &f, error), ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE,
                2 * sm_encode_work(c) + (in_w ? 1 : 2) * sm_resize_work(c) + sm_synth_work(c));
  if (status != STYLEMAP_OK) goto done;

  SM_TRY_DONE(stylemap_encode(s, target, f.w_target, error));
  SM_TRY_DONE(stylemap_encode(s, reference, f.w_reference, error));
  if (in_w) {
    SM_TRY_DONE(stylemap_blend_w(s->model, f.w_target, f.w_reference, mask, edit->rule, edit->strength, error));
    SM_TRY_DONE(stylemap_resize(s, f.w_target, f.target, error));
  } else {
    SM_TRY_DONE(stylemap_resize(s, f.w_target, f.target, error));
    SM_TRY_DONE(stylemap_resize(s, f.w_reference, f.reference, error));
    SM_TRY_DONE(stylemap_blend(f.target, f.reference, mask, edit->rule, edit->strength, error));
  }
  SM_TRY_DONE(stylemap_synth(s, f.target, image, error));
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  flow_free(&f);
  return status == STYLEMAP_OK ? ended : status;
}

stylemap_status stylemap_reconstruct(stylemap_session *s, const float *target, float *image, stylemap_error *error) {
  if (!s || !target || !image)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("reconstruct needs a session and two images."), NULL);
  const sm_config *c = &s->net->config;
  flow f;
  stylemap_status status = flow_new(s, 0, &f, error), ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c));
  if (status != STYLEMAP_OK) goto done;
  SM_TRY_DONE(stylemap_encode(s, target, f.w_target, error));
  SM_TRY_DONE(stylemap_resize(s, f.w_target, f.target, error));
  SM_TRY_DONE(stylemap_synth(s, f.target, image, error));
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  flow_free(&f);
  return status == STYLEMAP_OK ? ended : status;
}

double stylemap_mse(const float *a, const float *b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    double v = a[i] < -1 ? -1 : a[i] > 1 ? 1 : a[i];
    sum += (v - b[i]) * (v - b[i]);
  }
  return count ? sum / (double)count : 0;
}
