/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style resizer (the paper's section 3.3): stylemap -> style pyramid (W+). */
#include <assert.h>
#include <math.h>

#include "net/boxes.h"
#include "net/layers.h"

double sm_resize_work(const sm_config *c) {
  double s0 = sm_style_width(c, 0), work = 9 * (c->dim * s0 + s0 * s0) * (double)sm_pixels(c->spatial);
  for (int i = 1; i <= c->blocks; i++) {
    double a = sm_style_width(c, i - 1), b = sm_style_width(c, i), pixels = (double)sm_pixels(c->spatial << i);
    work += 9 * a * b * pixels / 4 + 9 * b * b * pixels;
  }
  return work;
}

void sm_resize_run(stylemap_session *s, const float *stylemap, stylemap_pyramid *p) {
  assert(s->planning || (stylemap && p->size == s->net->config.size && p->levels == sm_level_count(&s->net->config)));
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  if (!s->planning) sm_pack(stylemap, c->dim, sm_pixels(c->spatial), s->buffer.a);
  for (int l = 0; l < sm_level_count(c); l++) {
    const float *below = s->planning ? NULL : l ? p->level[l - 1] : s->buffer.a;
    float *out = s->planning ? NULL : p->level[l];
    const int side = c->spatial << (l / 2);
    if (l == 0 || l % 2) sm_conv_same_tiles(s, &n->resizer[l], below, side, sqrt(2), NULL, 0, NULL, NULL, out);
    else sm_conv_up(s, &n->resizer[l], below, side / 2, s->buffer.b, out);
  }
}

stylemap_status stylemap_resize(stylemap_session *s, const float *stylemap, stylemap_pyramid *pyramid,
                                stylemap_error *error) {
  if (!s || !stylemap || !pyramid || pyramid->levels != sm_level_count(&s->net->config) ||
      pyramid->size != s->net->config.size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("resize needs a pyramid of the session's model."), NULL);
  sm_work_begin(s, STYLEMAP_PHASE_RESIZE, sm_resize_work(&s->net->config));
  sm_resize_run(s, stylemap, pyramid);
  sm_pyramid_mark(pyramid, !s->stopped);
  return sm_work_end(s, error);
}
