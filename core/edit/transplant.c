/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole flow, one call a stage, in order. A host puts sample before it and paste behind it:
 *
 *   stylemap_fit(width, height, &square);                            where the model looks
 *   stylemap_sample(&layer, &square, size, target, &error);          layer -> image tensor
 *   stylemap_sample_mask(&mask, &square, size, weights, &error);     selection -> mask tensor
 *   stylemap_transplant(session, target, reference, weights, &edit, image, &error);
 *   stylemap_paste(image, size, &square, &layer, x, y, w, h, &result, &error);
 */
#include "base/memory.h"
#include "network/network.h"
#include "net/session.h"

const char *stylemap_version(void) { return STYLEMAP_VERSION; }

static size_t stylemap_floats(const sm_config *c) { return (size_t)c->dim * sm_pixels(c->spatial); }

/* One of the flow's pictures: from the session's memory, or made for this call. */
typedef struct styled {
  float *own_stylemap;    /* or NULL */
  stylemap_pyramid *own;  /* or NULL */
  const float *stylemap;
  stylemap_pyramid *pyramid;
  const sm_picture *remembered;  /* or NULL */
} styled;

static void styled_free(styled *p) {
  stylemap_pyramid_free(p->own);
  sm_free(p->own_stylemap);
  *p = (styled){0};
}

static stylemap_status styled_new(stylemap_session *s, styled *p, stylemap_error *error) {
  size_t floats = stylemap_floats(&s->net->config);
  p->stylemap = p->own_stylemap = sm_alloc(floats, sizeof(float));
  if (!p->stylemap) return sm_no_memory(error, floats * sizeof(float));
  SM_TRY(stylemap_pyramid_new(s->model, &p->own, error));
  p->pyramid = p->own;
  return STYLEMAP_OK;
}

/* E, unless the session has seen the image, and what is needed of the style resizer, see sm_resize_needed. */
static stylemap_status styles_of(stylemap_session *s, const float *image, sm_part part, const float *weight,
                                 double strength, styled *p, stylemap_error *error) {
  sm_picture *picture;
  SM_TRY(sm_cache_recall(s, image, &picture, error));
  p->remembered = picture;
  if (picture) {
    p->stylemap = picture->stylemap;
    p->pyramid = picture->pyramid;
  } else {
    SM_TRY(styled_new(s, p, error));
    SM_TRY(stylemap_encode(s, image, p->own_stylemap, error));
  }
  return sm_resize_needed(s, p->stylemap, p->pyramid, part, weight, strength, error);
}

/* image := G of `styles`, as part of a call that counts its own work. */
static stylemap_status synth(stylemap_session *s, const sm_styles *styles, float *image, stylemap_error *error) {
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, 0);
  sm_synth_run(s, styles, image);
  return sm_work_end(s, error);
}

/* W+: every level is blended where it is needed, in net/modulate.c. */
static stylemap_status transplant_pyramids(stylemap_session *s, const float *target, const float *reference,
                                           const float *mask, const stylemap_edit *edit, float *image,
                                           stylemap_error *error) {
  styled a = {0}, b = {0};
  stylemap_status status;
  SM_TRY_DONE(sm_weights(&s->net->config, mask, edit->rule, edit->strength, s->weight, error));
  SM_TRY_DONE(styles_of(s, target, SM_OF_TARGET, s->weight, edit->strength, &a, error));
  SM_TRY_DONE(styles_of(s, reference, SM_OF_REFERENCE, s->weight, edit->strength, &b, error));
  sm_styles styles = {.target = a.pyramid, .reference = b.pyramid, .weight = s->weight,
                      .strength = (float)edit->strength};
  if (a.remembered) styles.of_target = a.remembered->modulations;
  if (b.remembered) styles.of_reference = b.remembered->modulations;
  if (a.remembered && b.remembered && edit->strength < 1) {
    sm_digest weights = sm_digest_of(s->weight, sizeof(float) * sm_weight_floats(&s->net->config));
    sm_digest pictures = sm_digest_both(a.remembered->image, b.remembered->image);
    styles.of_blend = sm_cache_blended(s, sm_digest_both(pictures, weights));
  }
  sm_cache_allow(&s->cache, edit->strength);
  SM_TRY_DONE(synth(s, &styles, image, error));
done:
  styled_free(&b);
  styled_free(&a);
  return status;
}

/* W: one blend of the stylemaps, then everything is new. */
static stylemap_status transplant_stylemaps(stylemap_session *s, const float *target, const float *reference,
                                            const float *mask, const stylemap_edit *edit, float *image,
                                            stylemap_error *error) {
  const size_t floats = stylemap_floats(&s->net->config);
  float *w = NULL;
  styled a = {0};
  stylemap_status status;
  SM_TRY_DONE(styled_new(s, &a, error));
  w = sm_alloc(floats, sizeof(float));
  if (!w) {
    status = sm_no_memory(error, floats * sizeof(float));
    goto done;
  }
  SM_TRY_DONE(stylemap_encode(s, target, a.own_stylemap, error));
  SM_TRY_DONE(stylemap_encode(s, reference, w, error));
  SM_TRY_DONE(stylemap_blend_w(s->model, a.own_stylemap, w, mask, edit->rule, edit->strength, error));
  SM_TRY_DONE(stylemap_resize(s, a.stylemap, a.own, error));
  SM_TRY_DONE(stylemap_synth(s, a.own, image, error));
done:
  sm_free(w);
  styled_free(&a);
  return status;
}

stylemap_status stylemap_transplant(stylemap_session *s, const float *target, const float *reference,
                                    const float *mask, const stylemap_edit *edit, float *image, stylemap_error *error) {
  if (!s || !target || !reference || !mask || !edit || !image || (unsigned)edit->space > STYLEMAP_SPACE_W)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("transplant needs two images, a mask and an edit."), NULL);
  const sm_config *c = &s->net->config;
  const int in_w = edit->space == STYLEMAP_SPACE_W;
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE,
                2 * sm_encode_work(c) + (in_w ? 1 : 2) * sm_resize_work(c) + sm_synth_work(c));
  do {
    sm_cache_begin(&s->cache);
    status = (in_w ? transplant_stylemaps : transplant_pyramids)(s, target, reference, mask, edit, image, error);
  } while (status == STYLEMAP_NO_MEMORY && sm_cache_drop(&s->cache));
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  return status == STYLEMAP_OK ? ended : status;
}

static stylemap_status reconstruct(stylemap_session *s, const float *target, float *image, stylemap_error *error) {
  styled a = {0};
  stylemap_status status;
  SM_TRY_DONE(styles_of(s, target, SM_OF_TARGET, NULL, 1, &a, error));
  sm_styles styles = {.target = a.pyramid, .of_target = a.remembered ? a.remembered->modulations : NULL};
  sm_cache_allow(&s->cache, 1);
  SM_TRY_DONE(synth(s, &styles, image, error));
done:
  styled_free(&a);
  return status;
}

stylemap_status stylemap_reconstruct(stylemap_session *s, const float *target, float *image, stylemap_error *error) {
  if (!s || !target || !image)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("reconstruct needs a session and two images."), NULL);
  const sm_config *c = &s->net->config;
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c));
  do {
    sm_cache_begin(&s->cache);
    status = reconstruct(s, target, image, error);
  } while (status == STYLEMAP_NO_MEMORY && sm_cache_drop(&s->cache));
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  return status == STYLEMAP_OK ? ended : status;
}

