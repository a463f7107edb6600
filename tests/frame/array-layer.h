/* SPDX-License-Identifier: GPL-3.0-or-later
 * A layer of W x H pixels in memory; the file that includes this says what W and H are. Reads beyond it fail the test. */
#pragma once
#include "harness.h"
#include "stylemap.h"

typedef struct picture {
  int channels, writes;
  float *pixels;
} picture;

static int read_picture(void *data, int x, int y, int w, int h, float *to) {
  const picture *p = data;
  CHECK(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= W && y + h <= H, "%d %d %d %d", x, y, w, h);
  for (int r = 0; r < h; r++)
    memcpy(to + r * w * p->channels, p->pixels + ((y + r) * W + x) * p->channels, sizeof(float) * (size_t)(w * p->channels));
  return 0;
}

static int write_picture(void *data, int x, int y, int w, int h, const float *from) {
  picture *p = data;
  p->writes++;
  for (int r = 0; r < h; r++)
    memcpy(p->pixels + ((y + r) * W + x) * p->channels, from + r * w * p->channels, sizeof(float) * (size_t)(w * p->channels));
  return 0;
}

static stylemap_layer layer_of(picture *p) { return (stylemap_layer){W, H, p, read_picture, write_picture}; }
static picture make(int channels) {
  return (picture){.channels = channels, .pixels = calloc((size_t)(W * H * channels), sizeof(float))};
}
