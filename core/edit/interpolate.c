/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row of pictures between two stylemaps. */
#include "base/memory.h"
#include "net/blend.h"
#include "net/boxes.h"

/* What a frame is made between: the stylemaps, or (W+) their pyramids. */
typedef struct between {
  const float *a, *b;
  float *w, *image; /* of the frame */
  stylemap_pyramid *from, *to, *frame;
} between;

static stylemap_status prepare(stylemap_session *s, between *k, int plus, stylemap_error *error) {
  const sm_config *c = &s->net->config;
  const size_t codes = (size_t)c->dim * sm_pixels(c->spatial), numbers = 3 * sm_pixels(c->size);
  k->w = sm_alloc(codes + numbers, sizeof(float));
  if (!k->w) return sm_no_memory(error, (codes + numbers) * sizeof(float));
  k->image = k->w + codes;
  SM_TRY(stylemap_pyramid_new(s->model, &k->frame, error));
  if (!plus) return STYLEMAP_OK;
  SM_TRY(stylemap_pyramid_new(s->model, &k->from, error));
  SM_TRY(stylemap_pyramid_new(s->model, &k->to, error));
  SM_TRY(stylemap_resize(s, k->a, k->from, error));
  return stylemap_resize(s, k->b, k->to, error);
}

static stylemap_status draw(stylemap_session *s, between *k, double t, stylemap_error *error) {
  const sm_config *c = &s->net->config;
  if (k->from) {
    SM_TRY(stylemap_lerp(k->from, k->to, t, k->frame, error));
  } else {
    sm_lerp(k->a, k->b, (size_t)c->dim * sm_pixels(c->spatial), t, k->w);
    SM_TRY(stylemap_resize(s, k->w, k->frame, error));
  }
  return stylemap_synth(s, k->frame, k->image, error);
}

static int makes_sense(const double *at, int frames) {
  for (int i = 0; at && i < frames; i++)
    if (!(at[i] >= 0 && at[i] <= 1)) return 0;
  return 1;
}

stylemap_status stylemap_interpolate(stylemap_session *s, const float *a, const float *b, stylemap_space space,
                                     int frames, stylemap_frame take, void *data, stylemap_error *error) {
  return stylemap_interpolate_at(s, a, b, space, NULL, frames, take, data, error);
}

stylemap_status stylemap_interpolate_at(stylemap_session *s, const float *a, const float *b, stylemap_space space,
                                        const double *at, int frames, stylemap_frame take, void *data,
                                        stylemap_error *error) {
  if (!s || !a || !b || !take || (unsigned)space > STYLEMAP_SPACE_W || frames < (at ? 1 : 2) || !makes_sense(at, frames))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("interpolate needs two stylemaps, somebody who takes the frames, and at least 2 of them."), NULL);
  const sm_config *c = &s->net->config;
  const int plus = space == STYLEMAP_SPACE_W_PLUS;
  between k = {.a = a, .b = b};
  stylemap_status status, ended;
  sm_work_begin(s, STYLEMAP_PHASE_RESIZE, (plus ? 2 : frames) * sm_resize_work(c) + frames * sm_synth_work(c));
  SM_TRY_DONE(prepare(s, &k, plus, error));
  for (int i = 0; i < frames; i++) {
    SM_TRY_DONE(draw(s, &k, at ? at[i] : (double)i / (frames - 1), error));
    if (take(data, i, k.image)) {
      status = sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
      goto done;
    }
  }
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  stylemap_pyramid_free(k.from);
  stylemap_pyramid_free(k.to);
  stylemap_pyramid_free(k.frame);
  sm_free(k.w);
  return status == STYLEMAP_OK ? ended : status;
}
