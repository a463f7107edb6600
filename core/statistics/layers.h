/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the networks that look at pictures are made of: convolutions with their batch norms folded in, and poolings. One walk over
 * a network's layers reads its weights; the same walk, later, looks at a picture. */
#pragma once
#include "base/error.h"
#include "base/workers.h"
#include "model/file/tensor.h"

enum { SM_SEEING_LAYERS = 96, SM_SEEING_WIDTH = 4096 };

/* Convolution and batch norm, folded. */
typedef struct sm_seeing_layer {
  int cin, cout, kh, kw;
  float *weight, *bias; /* cout x cin x kh x kw, cout; one block */
} sm_seeing_layer;

/* C x H x W numbers; while the weights are read, none. */
typedef struct sm_map {
  int c, h, w;
  float *values;
} sm_map;

typedef struct sm_walk {
  sm_seeing_layer *layers;   /* SM_SEEING_LAYERS, of which `next` were walked over */
  int next;
  double epsilon; /* of the batch norms */
  const sm_checkpoint *file; /* the weights are read; NULL: a picture is looked at */
  sm_loader *loader;
  stylemap_status status;
  stylemap_error *error; /* for files alone */
} sm_walk;

typedef struct sm_convolution {
  int stride, ph, pw, kh, kw; /* step; rows and columns of 0 on each side; the kernel */
  int linear;                 /* no ReLU at its end */
} sm_convolution;

sm_map sm_map_new(sm_walk *walk, int c, int h, int w);
void sm_map_free(sm_map *map);
/* `x` := what `next` is, made of x. */
void sm_map_pass(sm_map *x, sm_map next);

/* The next layer: convolution "CONV.weight", norm "NORM.weight" and so on. */
sm_map sm_walk_convolve(sm_walk *walk, const sm_map *in, const sm_convolution *how, const char *conv, const char *norm);
/* 3 x 3, the greatest or the mean of what lies in the picture: no padding counts. */
sm_map sm_walk_pool(sm_walk *walk, const sm_map *in, int stride, int padding, int greatest);
/* The mean of each channel; there are `map->c` of them. */
void sm_map_means(const sm_map *map, float *means);

/* The tensor `name`, of `rank` sizes (-1: any), to be freed with sm_free; found[rank] := its own. */
stylemap_status sm_walk_tensor(const sm_walk *walk, const char *name, int rank, const int64_t *shape, float **values, int64_t *found);

/* A network that looks at pictures, one a thread. All 0 but for epsilon, until it is opened. */
typedef struct sm_seer {
  sm_seeing_layer layers[SM_SEEING_LAYERS];
  double epsilon; /* of its batch norms */
  sm_pool *pool;
} sm_seer;

/* Walks over all layers and reads what else there is; a failure goes into the walk's status. */
typedef void sm_read(sm_walk *walk, void *net);
/* Walks over all layers with picture `index`. */
typedef void sm_look(sm_walk *walk, void *data, int index);

/* Reads the weights of a file, of torch or safetensors. After a failure sm_seer_clear is due, too. */
stylemap_status sm_seer_open(sm_seer *seer, const char *path, int threads, sm_read *read, void *net, stylemap_error *error);
stylemap_status sm_seer_look(sm_seer *seer, int count, sm_look *look, void *data, stylemap_error *error);
void sm_seer_clear(sm_seer *seer);
