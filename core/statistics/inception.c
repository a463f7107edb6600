/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inception v3 as the FID takes it (Szegedy et al. 2016, with the weights of 2015-12-05): its last pooling's features. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/layers.h"
#include "stylemap-measure.h"

enum { SIDE = 299, NAME = 64 };

struct stylemap_inception {
  sm_seer seer;
  int width;
};

/* Convolution, norm, ReLU. `same`: the sides stay as they are; else only what lies in the picture. */
static sm_map conv(sm_walk *w, const sm_map *in, int stride, int same, int kh, int kw, const char *block, const char *name) {
  char full[NAME], of_norm[NAME];
  snprintf(full, sizeof full, *name ? "%s.%s.conv" : "%s%s.conv", block, name);
  snprintf(of_norm, sizeof of_norm, *name ? "%s.%s.bn" : "%s%s.bn", block, name);
  return sm_walk_convolve(w, in, &(sm_convolution){stride, same ? kh / 2 : 0, same ? kw / 2 : 0, kh, kw, 0}, full, of_norm);
}

/* One behind the other; frees them. */
static sm_map join(sm_walk *w, int count, ...) {
  sm_map parts[6], out;
  int channels = 0;
  va_list list;
  va_start(list, count);
  for (int i = 0; i < count; i++) channels += (parts[i] = va_arg(list, sm_map)).c;
  va_end(list);
  out = sm_map_new(w, channels, parts[0].h, parts[0].w);
  float *to = out.values;
  for (int i = 0; i < count; i++) {
    const size_t size = (size_t)parts[i].c * (size_t)parts[i].h * (size_t)parts[i].w;
    if (to && w->status == STYLEMAP_OK) {
      memcpy(to, parts[i].values, size * sizeof *to);
      to += size;
    }
    sm_map_free(&parts[i]);
  }
  return out;
}

/* -------------------------------------------------------------------------------------------------- blocks */

static sm_map block_a(sm_walk *w, const sm_map *in, const char *b) {
  sm_map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  sm_map five = conv(w, in, 1, 1, 1, 1, b, "branch5x5_1");
  sm_map_pass(&five, conv(w, &five, 1, 1, 5, 5, b, "branch5x5_2"));
  sm_map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  sm_map_pass(&three, conv(w, &three, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  sm_map_pass(&three, conv(w, &three, 1, 1, 3, 3, b, "branch3x3dbl_3"));
  sm_map mean = sm_walk_pool(w, in, 1, 1, 0);
  sm_map_pass(&mean, conv(w, &mean, 1, 1, 1, 1, b, "branch_pool"));
  return join(w, 4, one, five, three, mean);
}

static sm_map block_b(sm_walk *w, const sm_map *in, const char *b) {
  sm_map three = conv(w, in, 2, 0, 3, 3, b, "branch3x3");
  sm_map twice = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  sm_map_pass(&twice, conv(w, &twice, 2, 0, 3, 3, b, "branch3x3dbl_3"));
  return join(w, 3, three, twice, sm_walk_pool(w, in, 2, 0, 1));
}

static sm_map block_c(sm_walk *w, const sm_map *in, const char *b) {
  sm_map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  sm_map seven = conv(w, in, 1, 1, 1, 1, b, "branch7x7_1");
  sm_map_pass(&seven, conv(w, &seven, 1, 1, 1, 7, b, "branch7x7_2"));
  sm_map_pass(&seven, conv(w, &seven, 1, 1, 7, 1, b, "branch7x7_3"));
  sm_map twice = conv(w, in, 1, 1, 1, 1, b, "branch7x7dbl_1");
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 7, 1, b, "branch7x7dbl_2"));
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 1, 7, b, "branch7x7dbl_3"));
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 7, 1, b, "branch7x7dbl_4"));
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 1, 7, b, "branch7x7dbl_5"));
  sm_map mean = sm_walk_pool(w, in, 1, 1, 0);
  sm_map_pass(&mean, conv(w, &mean, 1, 1, 1, 1, b, "branch_pool"));
  return join(w, 4, one, seven, twice, mean);
}

static sm_map block_d(sm_walk *w, const sm_map *in, const char *b) {
  sm_map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3_1");
  sm_map_pass(&three, conv(w, &three, 2, 0, 3, 3, b, "branch3x3_2"));
  sm_map seven = conv(w, in, 1, 1, 1, 1, b, "branch7x7x3_1");
  sm_map_pass(&seven, conv(w, &seven, 1, 1, 1, 7, b, "branch7x7x3_2"));
  sm_map_pass(&seven, conv(w, &seven, 1, 1, 7, 1, b, "branch7x7x3_3"));
  sm_map_pass(&seven, conv(w, &seven, 2, 0, 3, 3, b, "branch7x7x3_4"));
  return join(w, 3, three, seven, sm_walk_pool(w, in, 2, 0, 1));
}

/* The last block of these weights pools by the greatest, not by the mean. */
static sm_map block_e(sm_walk *w, const sm_map *in, const char *b, int greatest) {
  sm_map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  sm_map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3_1");
  sm_map across = conv(w, &three, 1, 1, 1, 3, b, "branch3x3_2a"), down = conv(w, &three, 1, 1, 3, 1, b, "branch3x3_2b");
  sm_map twice = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  sm_map_pass(&twice, conv(w, &twice, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  sm_map again = conv(w, &twice, 1, 1, 1, 3, b, "branch3x3dbl_3a"), below = conv(w, &twice, 1, 1, 3, 1, b, "branch3x3dbl_3b");
  sm_map pooled = sm_walk_pool(w, in, 1, 1, greatest);
  sm_map_pass(&pooled, conv(w, &pooled, 1, 1, 1, 1, b, "branch_pool"));
  sm_map_free(&three);
  sm_map_free(&twice);
  return join(w, 6, one, across, down, again, below, pooled);
}

/* Frees `x`. */
static sm_map whole(sm_walk *w, sm_map x) {
  static const char *const a[] = {"Mixed_5b", "Mixed_5c", "Mixed_5d"}, *const c[] = {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"};
  sm_map_pass(&x, conv(w, &x, 2, 0, 3, 3, "Conv2d_1a_3x3", ""));
  sm_map_pass(&x, conv(w, &x, 1, 0, 3, 3, "Conv2d_2a_3x3", ""));
  sm_map_pass(&x, conv(w, &x, 1, 1, 3, 3, "Conv2d_2b_3x3", ""));
  sm_map_pass(&x, sm_walk_pool(w, &x, 2, 0, 1));
  sm_map_pass(&x, conv(w, &x, 1, 0, 1, 1, "Conv2d_3b_1x1", ""));
  sm_map_pass(&x, conv(w, &x, 1, 0, 3, 3, "Conv2d_4a_3x3", ""));
  sm_map_pass(&x, sm_walk_pool(w, &x, 2, 0, 1));
  for (int i = 0; i < 3; i++) sm_map_pass(&x, block_a(w, &x, a[i]));
  sm_map_pass(&x, block_b(w, &x, "Mixed_6a"));
  for (int i = 0; i < 4; i++) sm_map_pass(&x, block_c(w, &x, c[i]));
  sm_map_pass(&x, block_d(w, &x, "Mixed_7a"));
  sm_map_pass(&x, block_e(w, &x, "Mixed_7b", 0));
  sm_map_pass(&x, block_e(w, &x, "Mixed_7c", 1));
  return x;
}

/* -------------------------------------------------------------------------------------------------- public */

void stylemap_inception_free(stylemap_inception *net) {
  if (!net) return;
  sm_seer_clear(&net->seer);
  sm_free(net);
}

int stylemap_inception_width(const stylemap_inception *net) { return net ? net->width : 0; }

/* An sm_read. */
static void read_all(sm_walk *w, void *net) { ((stylemap_inception *)net)->width = whole(w, (sm_map){3, SIDE, SIDE, NULL}).c; }

stylemap_status stylemap_inception_open(const char *path, int threads, stylemap_inception **net, stylemap_error *error) {
  if (!path || !net) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  stylemap_inception *made = sm_calloc(1, sizeof *made);
  if (!made) return sm_no_memory(error, sizeof *made);
  made->seer.epsilon = 0.001;
  const stylemap_status status = sm_seer_open(&made->seer, path, threads, read_all, made, error);
  if (status == STYLEMAP_OK) *net = made;
  else stylemap_inception_free(made);
  return status;
}

/* Bilinear, corners not aligned, as torch enlarges and shrinks: without averaging. */
static void resize(const float *image, int size, float *out) {
  for (int p = 0; p < 3; p++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++) {
        const double sy = fmax(0, (y + 0.5) * size / SIDE - 0.5), sx = fmax(0, (x + 0.5) * size / SIDE - 0.5);
        const int y0 = (int)sy, x0 = (int)sx, y1 = y0 + (y0 < size - 1), x1 = x0 + (x0 < size - 1);
        const double v = sy - y0, u = sx - x0;
        const float *plane = image + (size_t)p * (size_t)size * (size_t)size;
        const double above = (1 - u) * (double)plane[y0 * size + x0] + u * (double)plane[y0 * size + x1];
        const double below = (1 - u) * (double)plane[y1 * size + x0] + u * (double)plane[y1 * size + x1];
        *out++ = (float)((1 - v) * above + v * below);
      }
}

typedef struct looking {
  const float *images;
  int size, width;
  float *features;
} looking;

/* An sm_look. */
static void look(sm_walk *w, void *data, int index) {
  const looking *l = data;
  sm_map x = sm_map_new(w, 3, SIDE, SIDE);
  if (x.values) resize(l->images + (size_t)index * 3 * (size_t)l->size * (size_t)l->size, l->size, x.values);
  x = whole(w, x);
  if (w->status == STYLEMAP_OK) sm_map_means(&x, l->features + (size_t)index * (size_t)l->width);
  sm_map_free(&x);
}

stylemap_status stylemap_inception_features(stylemap_inception *net, const float *images, int count, int size, float *features,
                                            stylemap_error *error) {
  if (!net || !images || !features || count < 1 || size < 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no pictures to be looked at."), NULL);
  return sm_seer_look(&net->seer, count, look, &(looking){images, size, net->width, features}, error);
}
