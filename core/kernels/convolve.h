/* SPDX-License-Identifier: GPL-3.0-or-later
 * A whole convolution on the pool: cuts a layer into pieces that fit the caches and runs the kernels over them.
 * Every function returns non-zero if `poll` stopped it; the output is then undefined. */
#pragma once
#include "base/workers.h"
#include "kernels/kernels.h"

/* Who works, and in which memory. */
typedef struct sm_convolver {
  const sm_kernels *kernels;
  sm_pool *pool;
  float *shared;       /* memory of all, and of each worker; 64-byte aligned */
  size_t shared_floats;
  float *own;
  size_t own_floats;
  int (*poll)(void *);
  void *poll_data;
} sm_convolver;

typedef struct sm_convolution {
  sm_method method;
  sm_filter filter;
  sm_filter second;      /* beta beside gamma, of the same shape; values NULL = none */
  int height, width;     /* of the input */
  int pictures;
  const float *const *in; /* a map for each picture */
  const float *other, *alpha; /* see sm_input */
  const sm_entrance *entrance; /* WINOGRAD6: in the place of `in`, or NULL */
  const int32_t *tiles;  /* the tiles to do, or NULL for all */
  int tile_count;        /* of `tiles` */
  int apart;             /* out.maps and out.second have a map for each tile in turn, as large as one; not UP, DOWN, DOWN4 */
  const sm_fir *fir;     /* UP, DOWN, DOWN4 */
  sm_output out;         /* maps, bias, slope, add, low, x ...; its shape and tiles are filled in here */
  float *wide;           /* UP: sm_wide_floats(...) floats for each picture */
  const unsigned char *cells; /* UP with `tiles`: which 4 x 4 cells of the result to finish, those that `tiles` cover */
} sm_convolution;

static inline int sm_blocks(int channels) { return (channels + SM_BLOCK - 1) / SM_BLOCK; }
/* Floats of a map, padded channels included. */
static inline size_t sm_map_floats(int channels, int height, int width) {
  return (size_t)sm_blocks(channels) * SM_BLOCK * (size_t)height * (size_t)width;
}
/* Maps, and all that is read a block at a time, lie on cache lines. */
static inline int sm_is_map(const float *map) { return map && (uintptr_t)map % (SM_BLOCK * sizeof *map) == 0; }
/* Floats UP needs between the transposed product and the blur. */
static inline size_t sm_wide_floats(int cout, int height, int width) {
  return sm_map_floats(cout, 2 * height + 3, 2 * width + 3);
}

/* The method for a stride-1 convolution of k x k on a map of this size. */
sm_method sm_method_for(int k, int height, int width);
/* The same where no part of the map is ever made by itself: larger tiles on larger maps. */
sm_method sm_method_whole(int k, int height, int width);
static inline int sm_goes_down(sm_method m) { return m == SM_DOWN || m == SM_DOWN4; }

/* Tiles of one picture, by row and column, and the pixels of the result a tile covers. */
void sm_tiling(sm_method method, int height, int width, int *rows, int *columns, int *step);

/* Floats that `c` (method, filter, second, shape, pictures), or any part of its tiles or pictures, needs in shared and in each
 * worker's memory. */
void sm_convolution_memory(const sm_kernels *kernels, int threads, const sm_convolution *c, size_t *shared,
                           size_t *own);
int sm_convolution_run(const sm_convolver *v, const sm_convolution *c);

/* Element-wise work over maps, cut by blocks and rows. */

/* scale and shift [blocks * 16], so that x * scale + shift has mean 0 and variance 1 (biased, + 1e-5): over the whole
 * map (`together`) or each channel. Padded channels get shift 0. */
int sm_normalise(const sm_convolver *v, const float *x, int channels, int height, int width, int together,
                 float *scale, float *shift);
int sm_halve(const sm_convolver *v, const float *in, int channels, int height, int width, const sm_fir *fir,
             float *out);
int sm_twice(const sm_convolver *v, const float *in, int channels, int height, int width, const sm_fir *fir,
             float *out);
/* A map of `channels` from an entrance; and sm_halve of that map without it, if fir is separable. The second needs
 * 16 width floats of each worker's memory. */
int sm_enter(const sm_convolver *v, const sm_entrance *e, int channels, int height, int width, float *out);
int sm_halve_entrance(const sm_convolver *v, const sm_entrance *e, int channels, int height, int width,
                      const sm_fir *fir, float *out);
int sm_leave(const sm_convolver *v, const float *in, int channels, int height, int width, const float *weights,
             const float *rest, const float *bias, float slope, float *planes);

/* C H W <-> map. Padded channels become 0. */
void sm_pack(const float *planes, int channels, size_t pixels, float *map);
void sm_unpack(const float *map, int channels, size_t pixels, float *planes);
/* A 4 x 4 kernel as stored -> sm_fir. */
void sm_fir_from(const float kernel[16], sm_fir *fir);
