/* SPDX-License-Identifier: GPL-3.0-or-later
 * The generator's main path (the paper's section 3.3): style pyramid -> image, by spatially varying modulation.
 *
 * to_rgb is W (norm(x) gamma + beta) + b: W and beta's convolution, both linear, are one convolution to 3 channels
 * (`rgb_beta`), whose result is added after W. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "net/boxes.h"
#include "net/layers.h"

double sm_synth_work(const sm_config *c) {
  double s = sm_style_width(c, 0), w = c->width[0], pixels = (double)sm_pixels(c->spatial);
  double work = 9 * w * (2 * s + w) * pixels;
  for (int i = 1; i <= c->blocks; i++) {
    double a = c->width[i - 1], b = c->width[i], sa = sm_style_width(c, i - 1), sb = sm_style_width(c, i);
    double low = (double)sm_pixels(c->spatial << (i - 1)), high = 4 * low;
    work += (18 * sa * a + 10 * a * b) * low + (18 * sb * b + 9 * b * b) * high;
  }
  double last = sm_style_width(c, c->blocks), rgb = c->width[c->blocks];
  return work + (9 * last * (rgb + 3) + 3 * rgb) * (double)sm_pixels(c->size);
}

/* And over its bias; in double. */
void sm_fold_rgb(const sm_network *n, float *out) {
  const sm_conv *rgb = &n->to_rgb.conv, *beta = &n->to_rgb.beta;
  assert(rgb->k == 1 && rgb->weight && beta->weight && beta->cout == rgb->cin);
  const double scale = sqrt(2) / sqrt(rgb->cin);
  const size_t taps = (size_t)beta->cin * 9;
  const double each = 1 / sqrt((double)taps);
  for (size_t o = 0; o < 3; o++) {
    double bias = 0;
    for (size_t t = 0; t < taps; t++) {
      double sum = 0;
      for (size_t j = 0; j < (size_t)rgb->cin; j++)
        sum += (double)rgb->weight[o * (size_t)rgb->cin + j] * beta->weight[j * taps + t];
      out[o * taps + t] = (float)(sum * scale * each);
    }
    for (size_t j = 0; j < (size_t)rgb->cin; j++) bias += (double)rgb->weight[o * (size_t)rgb->cin + j] * beta->bias[j];
    out[3 * taps + o] = (float)(bias * scale);
  }
}

/* buffer a (side) -> buffer a (2 side), the window's part of it that level `level` modulates. */
static void up_part(stylemap_session *s, const sm_conv *conv, const sm_window *w, int level, int side) {
  unsigned char *cells = (unsigned char *)s->tile_weight; /* which a window has no use for */
  sm_window_mark(w, s->net, level, cells);
  const int count = sm_up_tiles(cells, 2 * side, s->tile_list);
  sm_conv_up_tiles(s, conv, s->buffer.a, side, s->buffer.b, s->tile_list, count, cells, s->buffer.a);
}

/* x (side, buffer a) -> buffer b (2 side). The 1x1 of what is drawn in part is made whole: it is little. */
static void styled_block(stylemap_session *s, int i, int side, const sm_styles *styles) {
  const sm_network *n = s->net;
  const sm_conv *skip = &n->blocks[i].skip;
  sm_buffers b = s->buffer;
  /* the 1x1 at the low resolution; its upsampling is conv2's last step */
  sm_conv_same(s, skip, b.a, side, 1, sqrt(0.5), NULL, NULL, b.skip);
  sm_modulate_level(s, styles, 2 * i + 1, b.a, NULL, b.a, b.b, b.floats);
  const sm_window *w = styles->window;
  if (w && 2 * i + 2 >= w->first) up_part(s, &n->blocks[i].conv1.conv, w, 2 * i + 2, side);
  else sm_conv_up(s, &n->blocks[i].conv1.conv, b.a, side, b.b, b.a);
  sm_modulate_level(s, styles, 2 * i + 2, b.a, NULL, b.a, b.b, b.floats);
  const int in_part = w && 2 * i + 3 >= w->first, count = in_part ? sm_window_tiles(w, n, 2 * i + 3, s->tile_list) : 0;
  if (in_part || s->planning)
    sm_conv_same_tiles(s, &n->blocks[i].conv2.conv, b.a, 2 * side, 1, in_part ? s->tile_list : NULL, count, b.skip, skip->blur, b.b);
  if (!in_part) sm_conv_same(s, &n->blocks[i].conv2.conv, b.a, 2 * side, 0, 1, b.skip, skip->blur, b.b);
}

/* buffer a -> image. */
static void to_rgb(stylemap_session *s, const sm_styles *styles, float *image) {
  const sm_config *c = &s->net->config;
  const sm_conv *conv = &s->net->to_rgb.conv;
  const size_t rest = s->planning ? 0 : sm_map_floats(3, c->size, c->size); /* buffer b's beginning */
  sm_modulate_level(s, styles, sm_level_count(c) - 1, s->buffer.a, s->buffer.b, s->buffer.a, s->buffer.b + rest,
                    s->buffer.floats - rest);
  if (s->planning || s->stopped) return;
  const int padded = sm_blocks(conv->cin) * SM_BLOCK;
  const sm_filter f = sm_filter_of(conv, sqrt(2));
  for (int o = 0; o < conv->cout; o++)
    for (int i = 0; i < padded; i++)
      s->colour[o * padded + i] = i < conv->cin ? conv->weight[o * conv->cin + i] * f.scale : 0;
  sm_pad_bias(conv->bias, conv->cout, sqrt(2), s->bias);
  /* into a buffer first: the caller's image stays as it was if the work is stopped */
  if (sm_leave(&s->work, s->buffer.a, conv->cin, c->size, c->size, s->colour, s->buffer.b, s->bias, 0.2f,
               s->buffer.skip))
    return;
  memcpy(image, s->buffer.skip, sizeof(float) * 3 * sm_pixels(c->size));
}

void sm_synth_run(stylemap_session *s, const sm_styles *styles, float *image) {
  assert(s->planning || (styles->target && image && styles->target->size == s->net->config.size));
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  if (!s->planning) sm_pack(n->input, c->width[0], sm_pixels(c->spatial), s->buffer.b);
  sm_modulate_level(s, styles, 0, s->buffer.b, NULL, s->buffer.b, s->buffer.a, s->buffer.floats);
  sm_conv_same(s, &n->conv1.conv, s->buffer.b, c->spatial, 0, sqrt(2), NULL, NULL, s->buffer.a);
  for (int i = 0; i < c->blocks; i++) {
    styled_block(s, i, c->spatial << i, styles);
    float *next = s->buffer.b;
    s->buffer.b = s->buffer.a;
    s->buffer.a = next;
  }
  to_rgb(s, styles, image);
}

stylemap_status stylemap_synth(stylemap_session *s, const stylemap_pyramid *p, float *image, stylemap_error *error) {
  if (!s || !image || !p || p->levels != sm_level_count(&s->net->config) || p->size != s->net->config.size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("synth needs a pyramid of the session's model."), NULL);
  sm_styles styles = {.target = p};
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, sm_synth_work(&s->net->config));
  sm_synth_run(s, &styles, image);
  return sm_work_end(s, error);
}
