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

/* image := G of `styles`, as part of a call that counts its own work. */
static stylemap_status synth(stylemap_session *s, const sm_styles *styles, float *image, stylemap_error *error) {
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, 0);
  sm_synth_run(s, styles, image);
  return sm_work_end(s, error);
}

/* The flow in W+ from the session's memory: encodes and resizes only pictures it has not seen, and computes
 * modulations only where the mask's edge lies or a picture was not needed before. `*done` stays 0 where the memory is
 * too small. */
static stylemap_status transplant_remembered(stylemap_session *s, const float *target, const float *reference,
                                             const float *mask, const stylemap_edit *edit, float *image, int *done,
                                             stylemap_error *error) {
  sm_picture *a, *b = NULL;
  SM_TRY(sm_weights(&s->net->config, mask, edit->rule, edit->strength, s->weight, error));
  SM_TRY(sm_cache_recall(s, target, NULL, &a, error));
  if (a) SM_TRY(sm_cache_recall(s, reference, a, &b, error));
  if (!a || !b) return STYLEMAP_OK;
  sm_styles styles = {.target = a->pyramid, .reference = b->pyramid, .weight = s->weight,
                      .strength = (float)edit->strength, .of_target = sm_cache_modulations(s, a, b),
                      .of_reference = sm_cache_modulations(s, b, a)};
  if (!styles.of_target || !styles.of_reference) return STYLEMAP_OK;
  if (edit->strength < 1) {
    sm_digest weights = sm_digest_of(s->weight, sizeof(float) * sm_weight_floats(&s->net->config));
    styles.of_blend = sm_cache_blended(s, sm_digest_both(sm_digest_both(a->image, b->image), weights), a, b);
  }
  *done = 1;
  return synth(s, &styles, image, error);
}

stylemap_status stylemap_transplant(stylemap_session *s, const float *target, const float *reference,
                                    const float *mask, const stylemap_edit *edit, float *image, stylemap_error *error) {
  if (!s || !target || !reference || !mask || !edit || !image || (unsigned)edit->space > STYLEMAP_SPACE_W)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("transplant needs two images, a mask and an edit."), NULL);
  const sm_config *c = &s->net->config;
  int in_w = edit->space == STYLEMAP_SPACE_W, remembered = 0;
  flow f = {0};
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE,
                2 * sm_encode_work(c) + (in_w ? 1 : 2) * sm_resize_work(c) + sm_synth_work(c));
  if (!in_w) SM_TRY_DONE(transplant_remembered(s, target, reference, mask, edit, image, &remembered, error));
  status = STYLEMAP_OK;
  if (remembered) goto done;

  SM_TRY_DONE(flow_new(s, !in_w, &f, error));
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
  flow f = {0};
  sm_picture *a;
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c));
  SM_TRY_DONE(sm_cache_recall(s, target, NULL, &a, error));
  if (a) {
    sm_styles styles = {.target = a->pyramid, .of_target = sm_cache_modulations(s, a, NULL)};
    SM_TRY_DONE(synth(s, &styles, image, error));
    goto done;
  }
  SM_TRY_DONE(flow_new(s, 0, &f, error));
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
