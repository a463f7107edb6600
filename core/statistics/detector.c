/* SPDX-License-Identifier: GPL-3.0-or-later
 * The detector of generated pictures (Wang, Wang, Zhang, Owens, Efros 2020): a ResNet-50 (He et al. 2016; where a block goes on
 * in steps of two, its 3 x 3 kernel does, as torchvision has it) with one output. Pictures are neither resized nor cropped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/layers.h"
#include "stylemap-measure.h"

enum { NAME = 64 };

struct stylemap_detector {
  sm_seer seer;
  int width;
  float *weight, *bias; /* of the last layer: width, 1 */
};

/* -------------------------------------------------------------------------------------------------- blocks */

/* A block of a stage, for names. */
typedef struct place {
  int stage, block;
} place;

static sm_map conv(sm_walk *w, const sm_map *in, const sm_convolution *how, place at, const char *part, const char *norm) {
  char of_conv[NAME], of_norm[NAME];
  snprintf(of_conv, sizeof of_conv, "layer%d.%d.%s", at.stage, at.block, part);
  snprintf(of_norm, sizeof of_norm, "layer%d.%d.%s", at.stage, at.block, norm);
  return sm_walk_convolve(w, in, how, of_conv, of_norm);
}

/* x := ReLU(x + y); frees y. */
static void add(sm_walk *w, sm_map *x, sm_map y, place at) {
  const size_t count = (size_t)x->c * (size_t)x->h * (size_t)x->w;
  if (w->status == STYLEMAP_OK && x->c != y.c) {
    char name[NAME];
    snprintf(name, sizeof name, "layer%d.%d.conv3.weight", at.stage, at.block);
    w->status = sm_refuse_tensor(w->error, w->file->file.path, "M4", SM_TEXT("it has a bad shape or kind"), name, strlen(name));
  }
  for (size_t i = 0; w->status == STYLEMAP_OK && !w->file && i < count; i++) {
    const float sum = x->values[i] + y.values[i];
    x->values[i] = sum > 0 ? sum : 0;
  }
  sm_map_free(&y);
}

/* Frees `x`. The first of a stage changes how wide its pictures are, and so what is added to them. */
static sm_map block(sm_walk *w, sm_map x, place at) {
  static const sm_convolution one = {1, 0, 0, 1, 1, 0}, last = {1, 0, 0, 1, 1, 1};
  const int stride = at.block == 0 && at.stage > 1 ? 2 : 1;
  const sm_convolution three = {stride, 1, 1, 3, 3, 0}, down = {stride, 0, 0, 1, 1, 1};
  sm_map made = conv(w, &x, &one, at, "conv1", "bn1");
  sm_map_pass(&made, conv(w, &made, &three, at, "conv2", "bn2"));
  sm_map_pass(&made, conv(w, &made, &last, at, "conv3", "bn3"));
  if (at.block == 0) sm_map_pass(&x, conv(w, &x, &down, at, "downsample.0", "downsample.1"));
  add(w, &made, x, at);
  return made;
}

/* Frees `x`. */
static sm_map whole(sm_walk *w, sm_map x) {
  static const int blocks[] = {3, 4, 6, 3};
  sm_map_pass(&x, sm_walk_convolve(w, &x, &(sm_convolution){2, 3, 3, 7, 7, 0}, "conv1", "bn1"));
  sm_map_pass(&x, sm_walk_pool(w, &x, 2, 1, 1));
  for (int stage = 0; stage < 4; stage++)
    for (int i = 0; i < blocks[stage]; i++) x = block(w, x, (place){stage + 1, i});
  return x;
}

/* -------------------------------------------------------------------------------------------------- public */

void stylemap_detector_free(stylemap_detector *net) {
  if (!net) return;
  sm_seer_clear(&net->seer);
  sm_free(net->weight);
  sm_free(net->bias);
  sm_free(net);
}

/* An sm_read. */
static void read_all(sm_walk *w, void *data) {
  stylemap_detector *net = data;
  int64_t found[2];
  net->width = whole(w, (sm_map){3, 224, 224, NULL}).c;
  if (w->status == STYLEMAP_OK) w->status = sm_walk_tensor(w, "fc.weight", 2, (int64_t[]){1, net->width}, &net->weight, found);
  if (w->status == STYLEMAP_OK) w->status = sm_walk_tensor(w, "fc.bias", 1, (int64_t[]){1}, &net->bias, found);
}

stylemap_status stylemap_detector_open(const char *path, int threads, stylemap_detector **net, stylemap_error *error) {
  if (!path || !net) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  stylemap_detector *made = sm_calloc(1, sizeof *made);
  if (!made) return sm_no_memory(error, sizeof *made);
  made->seer.epsilon = 1e-5;
  const stylemap_status status = sm_seer_open(&made->seer, path, threads, read_all, made, error);
  if (status == STYLEMAP_OK) *net = made;
  else stylemap_detector_free(made);
  return status;
}

typedef struct looking {
  const stylemap_detector *net;
  const float *images;
  int size;
  float *scores;
} looking;

/* An sm_look. */
static void look(sm_walk *w, void *data, int index) {
  static const double mean[] = {0.485, 0.456, 0.406}, spread[] = {0.229, 0.224, 0.225}; /* of 0..1, as ImageNet has them */
  const looking *l = data;
  const size_t plane = (size_t)l->size * (size_t)l->size;
  const float *image = l->images + (size_t)index * 3 * plane;
  sm_map x = sm_map_new(w, 3, l->size, l->size);
  for (size_t i = 0; x.values && i < 3 * plane; i++)
    x.values[i] = (float)((((double)image[i] + 1) / 2 - mean[i / plane]) / spread[i / plane]);
  x = whole(w, x);
  sm_map means = sm_map_new(w, x.c, 1, 1);
  if (means.values) {
    double score = (double)l->net->bias[0];
    sm_map_means(&x, means.values);
    for (int c = 0; c < x.c; c++) score += (double)l->net->weight[c] * (double)means.values[c];
    l->scores[index] = (float)score;
  }
  sm_map_free(&means);
  sm_map_free(&x);
}

stylemap_status stylemap_detector_scores(stylemap_detector *net, const float *images, int count, int size, float *scores,
                                         stylemap_error *error) {
  if (!net || !images || !scores || count < 1 || size < 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no pictures to be looked at."), NULL);
  return sm_seer_look(&net->seer, count, look, &(looking){net, images, size, scores}, error);
}

/* -------------------------------------------------------------------------------------------------- precision */

typedef struct told {
  float score;
  uint8_t class;
} told;

static int by_score(const void *a, const void *b) {
  const float x = ((const told *)a)->score, y = ((const told *)b)->score;
  return x > y ? -1 : x < y;
}

double stylemap_average_precision(const float *scores, const uint8_t *classes, int count) {
  told *all = scores && classes && count > 0 ? sm_alloc((size_t)count, sizeof *all) : NULL;
  int ones = 0;
  double sum = 0;
  for (int i = 0; all && i < count; i++) {
    all[i] = (told){scores[i], classes[i]};
    ones += classes[i];
    if (isnan(scores[i])) sum = NAN;
  }
  if (!all || !ones) sum = NAN;
  if (!isnan(sum)) qsort(all, (size_t)count, sizeof *all, by_score);
  for (int i = 0, seen = 0; !isnan(sum) && i < count;) { /* equal scores are told at once */
    const float score = all[i].score;
    int more = 0;
    for (; i < count && !(all[i].score < score); i++) more += all[i].class;
    seen += more;
    sum += (double)more / ones * seen / i;
  }
  sm_free(all);
  return sum;
}
