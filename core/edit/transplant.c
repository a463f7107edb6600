/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole flow, one call a stage, in order. A host puts sample before it and paste behind it:
 *
 *   stylemap_fit(width, height, &square);                            where the model looks
 *   stylemap_sample(&layer, &square, size, target, &error);          layer -> image tensor
 *   stylemap_sample_mask(&mask, &square, size, weights, &error);     selection -> mask tensor
 *   stylemap_transplant(session, target, &(stylemap_reference){reference, weights}, 1, &edit, image, &error);
 *   stylemap_paste(image, size, &square, &layer, x, y, w, h, &result, &error);
 */
#include "edit/transplant.h"

#include <string.h>

#include "base/memory.h"
#include "net/blend.h"
#include "net/boxes.h"
#include "network/network.h"

const char *stylemap_version(void) { return STYLEMAP_VERSION; }

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

static stylemap_status new_stylemap(const stylemap_session *s, float **stylemap, stylemap_error *error) {
  const sm_config *c = &s->net->config;
  const size_t floats = (size_t)c->dim * sm_pixels(c->spatial);
  *stylemap = sm_alloc(floats, sizeof(float));
  return *stylemap ? STYLEMAP_OK : sm_no_memory(error, floats * sizeof(float));
}

/* E, unless the session has seen the image; nothing of the pyramid yet. */
static stylemap_status encoded(stylemap_session *s, const float *image, styled *p, stylemap_error *error) {
  sm_picture *picture = sm_cache_picture(&s->cache, image);
  if (picture) {
    p->stylemap = picture->stylemap;
    p->pyramid = picture->pyramid;
    p->remembered = picture;
    if (picture->taken) s->done += sm_encode_work(&s->net->config);
    else SM_TRY(stylemap_encode(s, image, picture->stylemap, error));
    picture->taken = 1;
  } else {
    SM_TRY(new_stylemap(s, &p->own_stylemap, error));
    SM_TRY(stylemap_pyramid_new(s->model, &p->own, error));
    SM_TRY(stylemap_encode(s, image, p->own_stylemap, error));
    p->stylemap = p->own_stylemap;
    p->pyramid = p->own;
  }
  return STYLEMAP_OK;
}

/* And what is needed of the style resizer, see sm_resize_needed. */
static stylemap_status styles_of(stylemap_session *s, const float *image, sm_part part, const float *weight,
                                 double strength, styled *p, stylemap_error *error) {
  SM_TRY(encoded(s, image, p, error));
  return sm_resize_needed(s, p->stylemap, p->pyramid, part, weight, strength, error);
}

/* The target's styles with `count` references blended in, in a pyramid of this call's own. */
static stylemap_status blend_below(stylemap_session *s, const float *target, const stylemap_reference *references,
                                   int count, const stylemap_edit *edit, styled *a, stylemap_error *error) {
  styled b = {0};
  stylemap_status status;
  SM_TRY_DONE(styles_of(s, target, SM_OF_TARGET, NULL, 1, a, error));
  if (a->remembered) {
    SM_TRY_DONE(stylemap_pyramid_new(s->model, &a->own, error));
    SM_TRY_DONE(stylemap_mix(a->own, a->pyramid, 0, a->own->levels, error));
    a->pyramid = a->own;
    a->remembered = NULL;
  }
  for (int i = 0; i < count; i++) {
    const stylemap_reference *r = &references[i];
    SM_TRY_DONE(sm_weights(&s->net->config, r->mask, edit->rule, edit->strength, s->weight, error));
    SM_TRY_DONE(styles_of(s, r->image, SM_OF_REFERENCE, s->weight, edit->strength, &b, error));
    SM_TRY_DONE(stylemap_blend(a->pyramid, b.pyramid, r->mask, edit->rule, edit->strength, error));
    styled_free(&b);
  }
done:
  styled_free(&b);
  return status;
}

/* W+: the last reference is blended with what lies below it where that is needed, in net/modulate.c. */
static stylemap_status blend_pyramids(stylemap_session *s, const float *target, const stylemap_reference *references,
                                      int count, const stylemap_edit *edit, float *image, stylemap_error *error) {
  const stylemap_reference *last = count ? &references[count - 1] : NULL;
  const float *weight = last ? s->weight : NULL;
  styled a = {0}, b = {0};
  stylemap_status status;
  if (count > 1) SM_TRY_DONE(blend_below(s, target, references, count - 1, edit, &a, error));
  if (last) SM_TRY_DONE(sm_weights(&s->net->config, last->mask, edit->rule, edit->strength, s->weight, error));
  if (count < 2) SM_TRY_DONE(styles_of(s, target, SM_OF_TARGET, weight, edit->strength, &a, error));
  if (last) SM_TRY_DONE(styles_of(s, last->image, SM_OF_REFERENCE, weight, edit->strength, &b, error));
  sm_styles styles = {.target = a.pyramid, .reference = b.pyramid, .weight = weight,
                      .strength = (float)edit->strength};
  if (a.remembered) styles.of_target = a.remembered->modulations;
  if (a.remembered && !last) styles.statistics = a.remembered->statistics;
  if (b.remembered) styles.of_reference = b.remembered->modulations;
  if (a.remembered && b.remembered && edit->strength < 1) {
    sm_digest weights = sm_digest_of(weight, sizeof(float) * sm_weight_floats(&s->net->config));
    sm_digest pictures = sm_digest_both(a.remembered->image, b.remembered->image);
    styles.of_blend = sm_cache_blended(&s->cache, sm_digest_both(pictures, weights));
  }
  sm_cache_allow(&s->cache, edit->strength);
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, 0);
  sm_synth_run(s, &styles, image);
  status = sm_work_end(s, error);
done:
  styled_free(&b);
  styled_free(&a);
  return status;
}

/* W: the stylemaps are blended, then everything is new. */
static stylemap_status blend_stylemaps(stylemap_session *s, const float *target, const stylemap_reference *references,
                                       int count, const stylemap_edit *edit, float *image, stylemap_error *error) {
  stylemap_pyramid *pyramid = NULL;
  float *w = NULL, *other = NULL;
  stylemap_status status;
  SM_TRY_DONE(new_stylemap(s, &w, error));
  SM_TRY_DONE(new_stylemap(s, &other, error));
  SM_TRY_DONE(stylemap_pyramid_new(s->model, &pyramid, error));
  SM_TRY_DONE(stylemap_encode(s, target, w, error));
  for (int i = 0; i < count; i++) {
    SM_TRY_DONE(stylemap_encode(s, references[i].image, other, error));
    SM_TRY_DONE(stylemap_blend_w(s->model, w, other, references[i].mask, edit->rule, edit->strength, error));
  }
  SM_TRY_DONE(stylemap_resize(s, w, pyramid, error));
  SM_TRY_DONE(stylemap_synth(s, pyramid, image, error));
done:
  stylemap_pyramid_free(pyramid);
  sm_free(other);
  sm_free(w);
  return status;
}

static stylemap_status blend_pictures(stylemap_session *s, const float *target, const stylemap_reference *references,
                                      int count, const stylemap_edit *edit, float *image, stylemap_error *error) {
  const sm_config *c = &s->net->config;
  const int in_w = edit->space == STYLEMAP_SPACE_W, pictures = 1 + count;
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE,
                pictures * sm_encode_work(c) + (in_w ? 1 : pictures) * sm_resize_work(c) + sm_synth_work(c));
  do {
    sm_cache_begin(&s->cache);
    status = (in_w ? blend_stylemaps : blend_pyramids)(s, target, references, count, edit, image, error);
  } while (status == STYLEMAP_NO_MEMORY && sm_cache_drop(&s->cache));
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  return status == STYLEMAP_OK ? ended : status;
}

stylemap_status stylemap_transplant(stylemap_session *s, const float *target, const stylemap_reference *references,
                                    int count, const stylemap_edit *edit, float *image, stylemap_error *error) {
  int complete = s && target && references && count > 0 && edit && image && (unsigned)edit->space <= STYLEMAP_SPACE_W;
  for (int i = 0; complete && i < count; i++) complete = references[i].image && references[i].mask;
  if (!complete)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("transplant needs a target, references with their masks, and an edit."), NULL);
  return blend_pictures(s, target, references, count, edit, image, error);
}

stylemap_status stylemap_reconstruct(stylemap_session *s, const float *target, float *image, stylemap_error *error) {
  static const stylemap_edit none = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1};
  if (!s || !target || !image)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("reconstruct needs a session and two images."), NULL);
  const sm_config *c = &s->net->config;
  const sm_picture *drawn = sm_cache_redrawn(&s->cache, target);
  if (drawn) {
    memcpy(image, drawn->drawn, 3 * sm_pixels(c->size) * sizeof(float));
    s->done += sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c);
    return STYLEMAP_OK;
  }
  SM_TRY(blend_pictures(s, target, NULL, 0, &none, image, error));
  sm_cache_redraw(&s->cache, target, image);
  return STYLEMAP_OK;
}

/* `like`: drawn before; in use. */
static stylemap_status draw_part(stylemap_session *s, const float *image, const sm_picture *like, const sm_window *window,
                                 const sm_part_of_square *part, float *out, stylemap_error *error) {
  const sm_config *c = &s->net->config;
  const size_t size = (size_t)c->size, plane = sm_pixels(c->size);
  styled p = {0};
  stylemap_status status;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c));
  SM_TRY_DONE(encoded(s, image, &p, error));
  SM_TRY_DONE(sm_resize_window(s, p.stylemap, p.pyramid, window, error));
  const sm_styles styles = {.target = p.pyramid, .window = window, .statistics = like->statistics};
  const double done = s->done + sm_synth_work(c);
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, 0);
  sm_synth_run(s, &styles, out);
  s->done = done;
  SM_TRY_DONE(sm_work_end(s, error));
  for (size_t i = 0; i < 3 * plane; i++) {
    const int x = (int)(i % size) - part->x, y = (int)(i % plane / size) - part->y;
    if (x < 0 || y < 0 || x >= part->width || y >= part->height) out[i] = like->drawn[i];
  }
done:
  styled_free(&p);
  const stylemap_status ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  return status == STYLEMAP_OK ? ended : status;
}

stylemap_status sm_reconstruct_part(stylemap_session *s, const float *image, const float *like, const sm_part_of_square *part,
                                    double least, float *out, stylemap_error *error) {
  sm_window window = {0};
  stylemap_status status = STYLEMAP_NO_MEMORY;
  if (part->width && s->net->config.norm != STYLEMAP_INSTANCE_NORM)
    window = sm_window_of(s->net, part->x, part->y, part->width, part->height);
  if (window.saved <= least || sm_cache_redrawn(&s->cache, image)) return stylemap_reconstruct(s, image, out, error);
  sm_cache_begin(&s->cache);
  const sm_picture *drawn = sm_cache_redrawn(&s->cache, like);
  if (drawn) status = draw_part(s, image, drawn, &window, part, out, error);
  return status == STYLEMAP_NO_MEMORY ? stylemap_reconstruct(s, image, out, error) : status;
}

stylemap_status stylemap_probe(stylemap_session *s, const float *image, double *mse, stylemap_error *error) {
  if (!s || !image || !mse)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A picture is looked at by a session."), NULL);
  const size_t count = 3 * sm_pixels(s->net->config.size);
  float *drawn = sm_alloc(count, sizeof(float));
  if (!drawn) return sm_no_memory(error, count * sizeof(float));
  const stylemap_status status = stylemap_reconstruct(s, image, drawn, error);
  if (status == STYLEMAP_OK) *mse = stylemap_mse(drawn, image, count);
  sm_free(drawn);
  return status;
}
