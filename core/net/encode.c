/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder E (the paper's section 3.2): image -> stylemap. */
#include <math.h>
#include <string.h>

#include "net/session.h"

double sm_encode_work(const sm_config *c) {
  double work = 3.0 * c->encoder[c->blocks] * (double)sm_pixels(c->size);
  for (int i = c->blocks; i > 0; i--) {
    double e = c->encoder[i], d = c->encoder[i - 1], pixels = (double)sm_pixels(c->spatial << i);
    work += 9 * e * e * pixels + 10 * e * d * pixels / 4;
  }
  return work + 9.0 * c->encoder[0] * c->dim * (double)sm_pixels(c->spatial);
}

/* x (side) -> out (side / 2): (conv2(conv1(x)) + skip(x)) / sqrt(2). */
static void residual_block(stylemap_session *s, const sm_conv *conv1, const sm_conv *conv2, const sm_conv *skip,
                           const float *x, int side, float *out) {
  float *t = s->buffer[2], *wide = s->buffer[3], *main = s->buffer[4], *half = s->buffer[2], *side_path = s->buffer[3];
  sm_conv_same(s, conv1, x, side, 0, t);
  sm_conv_down(s, conv2, t, side, wide, main);
  if (s->stopped) return;
  /* only the pixels that the stride keeps are blurred */
  if (sm_plain_blur(&s->plain, x, skip->cin, side, skip->blur, 1, 1, 2, NULL, NULL, 1, half)) return;
  sm_conv_same(s, skip, half, side / 2, 1, side_path);
  sm_plain_add(main, side_path, (size_t)skip->cout * sm_pixels(side / 2), sqrtf(0.5f), out);
}

stylemap_status stylemap_encode(stylemap_session *s, const float *image, float *stylemap, stylemap_error *error) {
  if (!s || !image || !stylemap)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("encode needs a session, an image and a stylemap."), NULL);
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  sm_work_begin(s, STYLEMAP_PHASE_ENCODE, sm_encode_work(c));
  float *x = s->buffer[0], *y = s->buffer[1];
  sm_conv_same(s, &n->from_rgb, image, c->size, 0, x);
  for (int i = 0, side = c->size; i < c->blocks; i++, side /= 2) {
    residual_block(s, &n->encoder[i].conv1, &n->encoder[i].conv2, &n->encoder[i].skip, x, side, y);
    float *swap = x;
    x = y;
    y = swap;
  }
  sm_conv_same(s, &n->final_conv, x, c->spatial, 0, y);
  stylemap_status status = sm_work_end(s, error);
  if (status == STYLEMAP_OK) memcpy(stylemap, y, sizeof(float) * (size_t)c->dim * sm_pixels(c->spatial));
  return status;
}
