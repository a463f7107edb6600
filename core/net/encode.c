/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder E (the paper's section 3.2): image -> stylemap. */
#include <assert.h>
#include <math.h>

#include "net/boxes.h"
#include "net/layers.h"
#include "network/blur.h"

double sm_encode_work(const sm_config *c) {
  double work = 3.0 * c->encoder[c->blocks] * (double)sm_pixels(c->size);
  for (int i = c->blocks; i > 0; i--) {
    double e = c->encoder[i], d = c->encoder[i - 1], pixels = (double)sm_pixels(c->spatial << i);
    work += 9 * e * e * pixels + 10 * e * d * pixels / 4;
  }
  return work + 9.0 * c->encoder[0] * c->dim * (double)sm_pixels(c->spatial);
}

/* A 1x1 convolution of 3 channels at every pixel, straight from the caller's planes. */
static sm_entrance from_rgb(stylemap_session *s, const float *image) {
  const sm_conv *c = &s->net->from_rgb;
  const sm_entrance e = {image, c->cin, s->colour, s->bias2, 0.2f};
  if (s->planning) return e;
  const int padded = sm_blocks(c->cout) * SM_BLOCK;
  const sm_filter f = sm_filter_of(c, sqrt(2));
  for (int i = 0; i < c->cin; i++)
    for (int o = 0; o < padded; o++)
      s->colour[i * padded + o] = o < c->cout ? c->weight[o * c->cin + i] * f.scale : 0;
  sm_pad_bias(c->bias, c->cout, sqrt(2), s->bias2);
  s->done += (double)c->cin * c->cout * (double)sm_pixels(s->net->config.size);
  return e;
}

/* x (side, buffer a, or an entrance) -> buffer a (side / 2): (conv2(conv1(x)) + skip(x)) / sqrt(2). conv2's sqrt(2) and
 * 1 / sqrt(2) cancel. x is over once it is halved, and the skip's result takes its place. */
static void residual_block(stylemap_session *s, const sm_conv *conv1, const sm_conv *conv2, const sm_conv *skip,
                           const sm_entrance *entrance, int side) {
  float *x = s->buffer.a, *t = s->buffer.b, *half = s->buffer.skip;
  sm_fir fir;
  sm_blur_fir(skip->blur, SM_GAIN_HALVE, &fir);
  const int unstored = entrance && fir.separable && sm_conv_can_enter(conv1, side);
  if (entrance && !unstored && !s->planning && !s->stopped)
    sm_enter(&s->work, entrance, conv1->cin, side, side, x);
  if (unstored) sm_conv_entrance(s, conv1, entrance, side, sqrt(2), t);
  else sm_conv_same(s, conv1, x, side, 0, sqrt(2), NULL, NULL, t);
  if (!s->planning && !s->stopped) { /* only the pixels that the stride keeps */
    if (unstored) sm_halve_entrance(&s->work, entrance, skip->cin, side, side, &fir, half);
    else sm_halve(&s->work, x, skip->cin, side, side, &fir, half);
  }
  sm_conv_same(s, skip, half, side / 2, 1, sqrt(0.5), NULL, NULL, x);
  sm_conv_down(s, conv2, t, side, 1, x, x);
}

void sm_encode_run(stylemap_session *s, const float *image, float *stylemap) {
  assert(s->planning || (image && stylemap));
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  const sm_entrance rgb = from_rgb(s, image);
  for (int i = 0, side = c->size; i < c->blocks; i++, side /= 2)
    residual_block(s, &n->encoder[i].conv1, &n->encoder[i].conv2, &n->encoder[i].skip, i ? NULL : &rgb, side);
  sm_conv_same(s, &n->final_conv, s->buffer.a, c->spatial, 0, sqrt(2), NULL, NULL, s->buffer.b);
  if (!s->planning && !s->stopped) sm_unpack(s->buffer.b, c->dim, sm_pixels(c->spatial), stylemap);
}

stylemap_status stylemap_encode(stylemap_session *s, const float *image, float *stylemap, stylemap_error *error) {
  if (!s || !image || !stylemap)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("encode needs a session, an image and a stylemap."), NULL);
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(&s->net->config));
  sm_encode_run(s, image, stylemap);
  return sm_work_end(s, error);
}
