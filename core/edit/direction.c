/* SPDX-License-Identifier: GPL-3.0-or-later
 * layer -> sample -> encode -> so much of some directions, weighed by the mask -> synth -> correction of the layer.
 * Local semantic editing (the paper's section 4.4), with weights of the selection instead of a rectangle of cells. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/detail.h"
#include "frame/frame.h"
#include "net/blend.h"
#include "net/boxes.h"

typedef struct adjusting {
  stylemap_session *session;
  const stylemap_layer *layer; /* the target */
  const stylemap_placement *placement;
  const stylemap_amount *amounts;
  int count;
  float *image;                  /* 3 planes: the target */
  float *weights;                /* of the mask: S x S */
  float *before, *after;         /* 3 each: the drawing */
  float *stylemap;               /* D x P x P */
  stylemap_pyramid *pyramid;
} adjusting;

/* The target as a model sees it: a colour is what it is however little of it is let through. */
static int read_opaque(void *data, int x, int y, int w, int h, float *pixels) {
  const stylemap_layer *layer = data;
  if (layer->read(layer->data, x, y, w, h, pixels)) return 1;
  for (size_t i = 0; i < (size_t)w * (size_t)h; i++) pixels[4 * i + 3] = pixels[4 * i + 3] > 0;
  return 0;
}

static stylemap_status draw(const adjusting *a, float *image, stylemap_error *error) {
  const size_t numbers = 3 * sm_pixels(a->session->net->config.size);
  SM_TRY(stylemap_resize(a->session, a->stylemap, a->pyramid, error));
  SM_TRY(stylemap_synth(a->session, a->pyramid, image, error));
  for (size_t i = 0; i < numbers; i++) image[i] = image[i] < -1 ? -1 : image[i] > 1 ? 1 : image[i];
  return STYLEMAP_OK;
}

/* stylemap += weight of the cell * (the sum of the amounts' directions). */
static stylemap_status move(const adjusting *a, const stylemap_layer *mask, stylemap_error *error) {
  const sm_config *c = &a->session->net->config;
  const size_t cells = sm_pixels(c->spatial);
  const float *cell = NULL;
  if (mask) {
    SM_TRY(stylemap_sample_mask(mask, a->placement, c->size, a->weights, error));
    SM_TRY(sm_weights(c, a->weights, STYLEMAP_MASK_SOFT, 1, a->session->weight, error));
    cell = sm_level_weight(c, a->session->weight, c->spatial);
  }
  for (int k = 0; k < a->count; k++)
    for (size_t i = 0; i < (size_t)c->dim * cells; i++)
      a->stylemap[i] += (float)(a->amounts[k].amount * (double)(cell ? cell[i % cells] : 1) * (double)a->amounts[k].direction[i]);
  return STYLEMAP_OK;
}

static stylemap_status check(const stylemap_session *s, const stylemap_layer *target, const stylemap_placement *placement,
                             const stylemap_layer *mask, const stylemap_amount *amounts, int count, double detail, int x,
                             int y, int w, int h, stylemap_error *error) {
  int complete = s && target && placement && amounts && count > 0 && count <= 1000 && detail >= 0 && detail <= 1;
  for (int i = 0; complete && i < count; i++) complete = amounts[i].direction && fabs(amounts[i].amount) <= 1e6;
  if (!complete)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("An adjustment takes a target, directions with their amounts, and detail from 0 to 1."), NULL);
  SM_TRY(sm_check_placement(target, placement, s->net->config.size, error));
  SM_TRY(sm_check_rectangle(target, x, y, w, h, error));
  if (mask && (mask->width != target->width || mask->height != target->height))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A mask must have the size of the target."), NULL);
  return STYLEMAP_OK;
}

stylemap_status stylemap_adjust(stylemap_session *s, const stylemap_layer *target, const stylemap_placement *placement,
                                const stylemap_layer *mask, const stylemap_amount *amounts, int count, double detail, int x,
                                int y, int w, int h, const stylemap_layer *result, stylemap_adjust_report *report,
                                stylemap_error *error) {
  SM_TRY(check(s, target, placement, mask, amounts, count, detail, x, y, w, h, error));
  if (!result) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("An adjustment needs a result."), NULL);
  const sm_config *c = &s->net->config;
  enum { PLANES = 3 + 1 + 3 + 3 };
  const size_t plane = sm_pixels(c->size), codes = (size_t)c->dim * sm_pixels(c->spatial);
  adjusting a = {.session = s, .layer = target, .placement = placement, .amounts = amounts, .count = count};
  const stylemap_layer seen = {target->width, target->height, (void *)target, read_opaque, NULL};
  stylemap_status status, ended;
  a.image = sm_alloc(plane * PLANES + codes, sizeof(float));
  if (!a.image) return sm_no_memory(error, (plane * PLANES + codes) * sizeof(float));
  a.weights = a.image + 3 * plane;
  a.before = a.image + 4 * plane;
  a.after = a.before + 3 * plane;
  a.stylemap = a.image + PLANES * plane;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c) + 2 * (sm_resize_work(c) + sm_synth_work(c)));
  SM_TRY_DONE(stylemap_pyramid_new(s->model, &a.pyramid, error));
  SM_TRY_DONE(stylemap_sample(&seen, placement, c->size, a.image, error));
  SM_TRY_DONE(stylemap_encode(s, a.image, a.stylemap, error));
  SM_TRY_DONE(draw(&a, a.before, error));
  SM_TRY_DONE(move(&a, mask, error));
  SM_TRY_DONE(draw(&a, a.after, error));
  const stylemap_detail own = {&seen, *placement, a.before, 1};
  SM_TRY_DONE(stylemap_paste_detailed(a.after, c->size, placement, target, &own, 1, detail, x, y, w, h, result, error));
  if (report) report->change = sm_change(a.before, a.after, mask ? a.weights : NULL, plane);
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  stylemap_pyramid_free(a.pyramid);
  sm_free(a.image);
  return status == STYLEMAP_OK ? ended : status;
}
