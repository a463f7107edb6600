/* SPDX-License-Identifier: GPL-3.0-or-later
 * The generator's main path (the paper's section 3.3): style pyramid -> image, by spatially varying modulation. */
#include <math.h>
#include <string.h>

#include "net/session.h"

double sm_synth_work(const sm_config *c) {
  double s = sm_style_width(c, 0), w = c->width[0], pixels = (double)sm_pixels(c->spatial);
  double work = 9 * w * (2 * s + w) * pixels;
  for (int i = 1; i <= c->blocks; i++) {
    double a = c->width[i - 1], b = c->width[i], sa = sm_style_width(c, i - 1), sb = sm_style_width(c, i);
    double low = (double)sm_pixels(c->spatial << (i - 1)), high = 4 * low;
    work += (18 * sa * a + 10 * a * b) * low + (18 * sb * b + 9 * b * b) * high;
  }
  return work + (18.0 * sm_style_width(c, c->blocks) + 3) * c->width[c->blocks] * (double)sm_pixels(c->size);
}

/* out := norm(x) * gamma(style) + beta(style). `gamma` and `beta` are scratch of x's size; out may be x. */
static void modulate(stylemap_session *s, const sm_styled *l, const float *x, int side, const float *style,
                     float *gamma, float *beta, float *out) {
  sm_conv_same(s, &l->gamma, style, side, 1, gamma);
  sm_conv_same(s, &l->beta, style, side, 1, beta);
  if (s->stopped) return;
  int channels = l->gamma.cout;
  if (s->net->config.norm == STYLEMAP_BATCH_NORM) {
    memcpy(s->mean, l->mean, sizeof(float) * (size_t)channels);
    for (int c = 0; c < channels; c++) s->rstd[c] = (float)(1 / sqrt(l->var[c] + 1e-5));
  } else if (sm_plain_statistics(&s->plain, x, channels, sm_pixels(side), s->net->config.norm == STYLEMAP_LAYER_NORM,
                                 s->mean, s->rstd)) {
    return;
  }
  sm_plain_modulate(&s->plain, x, channels, sm_pixels(side), s->mean, s->rstd, gamma, beta, out);
}

/* x (side) -> out (2 side). */
static void styled_block(stylemap_session *s, int i, const float *x, int side, const stylemap_pyramid *p, float *out) {
  const sm_network *n = s->net;
  const sm_styled *conv1 = &n->blocks[i].conv1, *conv2 = &n->blocks[i].conv2;
  const sm_conv *skip = &n->blocks[i].skip;
  float *a = s->buffer[2], *b = s->buffer[3], *c = s->buffer[4], *h = s->buffer[5];

  modulate(s, conv1, x, side, p->level[2 * i + 1], a, b, c);
  sm_conv_up(s, &conv1->conv, c, side, a, h);
  modulate(s, conv2, h, 2 * side, p->level[2 * i + 2], a, b, c);
  sm_conv_same(s, &conv2->conv, c, 2 * side, 0, h);

  /* the 1x1 at the low resolution, then zero insertion and blur */
  sm_conv_same(s, skip, x, side, 1, a);
  if (s->stopped) return;
  sm_plain_insert_zeros(a, skip->cout, side, b);
  sm_plain_blur(&s->plain, b, skip->cout, 2 * side - 1, skip->blur, 2, 2, 1, NULL, h, sqrtf(0.5f), out);
}

stylemap_status stylemap_synth(stylemap_session *s, const stylemap_pyramid *p, float *image, stylemap_error *error) {
  if (!s || !image || !p || p->levels != sm_level_count(&s->net->config) || p->size != s->net->config.size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("synth needs a pyramid of the session's model."), NULL);
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, sm_synth_work(c));
  float *x = s->buffer[0], *y = s->buffer[1];
  modulate(s, &n->conv1, n->input, c->spatial, p->level[0], s->buffer[2], s->buffer[3], y);
  sm_conv_same(s, &n->conv1.conv, y, c->spatial, 0, x);
  for (int i = 0; i < c->blocks; i++) {
    styled_block(s, i, x, c->spatial << i, p, y);
    float *swap = x;
    x = y;
    y = swap;
  }
  modulate(s, &n->to_rgb, x, c->size, p->level[p->levels - 1], s->buffer[2], s->buffer[3], y);
  sm_conv_same(s, &n->to_rgb.conv, y, c->size, 0, x);
  stylemap_status status = sm_work_end(s, error);
  if (status == STYLEMAP_OK) memcpy(image, x, sizeof(float) * 3 * sm_pixels(c->size));
  return status;
}
