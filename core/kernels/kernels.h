/* SPDX-License-Identifier: GPL-3.0-or-later
 * The hot loops, one table of functions for each instruction set. No network knowledge, no threads, no allocation.
 *
 * MAP. Activations are blocks x height x width x 16 floats ("nChw16c"): channel c of pixel (y, x) lies at
 * ((c / 16 * height + y) * width + x) * 16 + c % 16. Channels are padded to whole blocks; padded channels are 0 in
 * every input and come out as whatever bias 0 gives, that is 0. Maps are 64-byte aligned.
 *
 * CONVOLUTIONS are done in four stages over tiles; convolve.c cuts a layer into pieces and strings them together:
 *   input    a group of up to `rows` tiles -> V, `planes` matrices of rows x channels
 *   weights  one or two blocks of 16 output channels -> U, weight planes of channels x 16 (32)
 *   product  M := V U in every plane
 *   output   M -> tiles of the result, with bias, activation, additions or modulation
 *
 *   method    what                                       tile: in -> out   planes (U)
 *   WINOGRAD  3x3, stride 1, zero padding: F(4x4, 3x3)     6x6 -> 4x4      36 (36)  points 0, +-5/8, +-3/2, inf
 *   WINOGRAD6 the same: F(6x6, 3x3)                        8x8 -> 6x6      64 (64)  points 0, +-1/2, +-1, +-2, inf
 *   TAPS3     the same as one matrix product of 9 C        3x3 -> 1        1 (1)
 *   POINT     1x1                                          1 -> 1          1 (1)
 *   UP        transposed 3x3, stride 2: F(3,2) and a tap   4x4 -> 6x6      49 (25)  of 2 side + 1, before the blur
 *   DOWN      4x4 blur, then 3x3 with stride 2             10x10 -> 3x3    49 (25)
 *   DOWN4     the same: F(4,2) and a tap                   12x12 -> 4x4    81 (36)
 *
 * Layouts, floats: V [plane][group][block][rows][16], U [plane][channel][16 or 32], M [plane][tile][16 or 32]; the
 * distance between planes is the caller's, so that up to 81 streams need not lie at a power of two. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum sm_method {
  SM_WINOGRAD,
  SM_WINOGRAD6,
  SM_TAPS3,
  SM_POINT,
  SM_UP,
  SM_DOWN,
  SM_DOWN4,
  SM_METHODS
} sm_method;

enum {
  SM_BLOCK = 16,
  SM_SEGMENT = 8, /* blocks of channels whose products are summed by themselves: see product */
};

/* A stored convolution: cout x cin x taps numbers, fp32 or fp16, each times `scale`. */
typedef struct sm_filter {
  const void *values;
  int half;
  int cout, cin, taps; /* taps: 9 or 1 */
  float scale;
} sm_filter;

/* A 4 x 4 FIR kernel; where it is the outer product of `column` and `row`, those are used. */
typedef struct sm_fir {
  int separable;
  float column[4], row[4], full[16];
} sm_fir;

/* A map that is made where it is read, never stored: leaky(weights . planes + bias), a 1x1 convolution of few inputs. */
typedef struct sm_entrance {
  const float *planes; /* cin x height x width, cin <= 4 */
  int cin;
  const float *weights, *bias; /* [cin][blocks * 16], [blocks * 16] */
  float slope;
} sm_entrance;

/* Where tiles come from. Tiles are numbered picture by picture, row by row; `tiles` picks some of them. */
typedef struct sm_input {
  const float *const *maps; /* one for each picture: blocks x height x width x 16 */
  const float *other;       /* NULL, or: the input is maps[0] + alpha (other - maps[0]), one picture */
  const float *alpha;       /* height x width; exactly 0 gives maps[0], exactly 1 gives other */
  int blocks, height, width;
  int rows, columns;        /* tiles of a picture */
  const int32_t *tiles;     /* numbers of the tiles to do, or NULL = 0, 1, 2, ... */
  const sm_fir *fir;        /* DOWN, DOWN4 */
  const sm_entrance *entrance; /* WINOGRAD6: in the place of one picture's map; or NULL */
} sm_input;

/* Whether a map is larger than the caches: such a one is written past them, or it would be read to be overwritten. */
static inline int sm_streams(int blocks, int height, int width) {
  return (size_t)blocks * 16 * (size_t)height * (size_t)width >= (size_t)2 << 20;
}

/* Where tiles go, and what is done to a sum s of a channel on the way:
 *   neither:    y = leaky(s + bias) + add + upsampled low
 *   x given:    y = (x * norm_scale + norm_shift) * (s + bias) + (s2 + bias2)     (bias2 NULL: no second product; not WINOGRAD6)
 *   second:     y = s + bias, second = s2 + bias2                                 (WINOGRAD and TAPS3) */
typedef struct sm_output {
  float *const *maps; /* one for each picture: blocks x height x width x 16 */
  int height, width;
  int rows, columns;
  const int32_t *tiles;
  const float *bias;         /* blocks x 16 */
  float slope;               /* of the leaky ReLU; 1 = linear */
  const float *const *add;   /* maps of the same shape (`maps` itself is fine), or NULL */
  const float *const *low;   /* WINOGRAD, WINOGRAD6: maps of half the height and width, upsampled by the standard blur, or NULL */
  const float *const *x;
  const float *norm_scale, *norm_shift, *bias2; /* blocks x 16 each */
  float *const *second;
  int stream;                /* see sm_streams */
} sm_output;

/* What a weight's gradient is a sum over: pixel (y, x) of d meets (y stride + u - pad, x stride + v - pad) of x. */
typedef struct sm_correlation {
  int k, stride, pad;
  int height, width; /* of x; beyond it there are zeros */
  int d_width;
} sm_correlation;

/* A line of pixels of a direct convolution: y := leaky(sum of x's taps + bias) + add, for one or two blocks. */
typedef struct sm_line {
  const float *x;          /* the line; tap d of pixel i is the 16 floats at x + offset[d] + 16 i */
  const ptrdiff_t *offset; /* `depth` of them */
  int depth;
  const float *u; /* [depth * 16][16 or 32], as from weights[SM_TAPS3] or weights[SM_POINT] */
  float *y[2];
  const float *bias[2], *add[2]; /* bias [16]; add NULL: nothing */
  float slope;
} sm_line;

/* What is worth having nearer when a product has been made: it is asked for meanwhile, and never read. */
typedef struct sm_ahead {
  const float *u;      /* the next product's U */
  const float *v;      /* of the next plane of V, v_lines lines of 64 bytes a block of channels and group */
  const char *stored;  /* weights to be transformed, stored_lines lines a block of channels and group */
  int v_lines, stored_lines;
} sm_ahead;

typedef struct sm_kernels {
  const char *name; /* "portable", "avx2", "avx512", "neon" */
  int rows;         /* most tiles in a group */
  int pair;         /* most blocks of 16 output channels in a product: 1 or 2 */

  /* Tiles first .. first + count - 1 (count <= rows) into V's group at `v`; missing rows are filled with 0. */
  void (*input[SM_METHODS])(const sm_input *in, int first, int count, int rows, float *v, size_t plane);
  /* Blocks block .. block + blocks - 1 of the filter's outputs, blocks from .. from + depth - 1 of its inputs; channels
   * beyond cin and cout are 0. `scratch` holds 16 x 16 x 9 floats. */
  void (*weights[SM_METHODS])(const sm_filter *filter, int block, int blocks, int from, int depth, float *u,
                              size_t plane, float *scratch);
  /* M[groups * rows][16 blocks] := V[groups][depth][rows][16] x U[depth * 16][16 blocks], by segments of SM_SEGMENT
   * blocks of `depth` that are then added up: of 512 channels a third of the error that one long sum has. `onto`: what M
   * holds is added to, with the same bits as in one go if that was made of whole segments. `v_group`: floats from one
   * group of V to the next. V and U are prefetched, never read, beyond their ends. */
  void (*product)(int rows, int blocks, const float *v, size_t v_group, const float *u, int depth, int groups,
                  float *m, int onto, const sm_ahead *ahead);
  /* Tiles first .. first + count - 1 of blocks block .. block + blocks - 1; M starts at tile `first`. */
  void (*output[SM_METHODS])(const sm_output *out, int block, int blocks, int first, int count, const float *m,
                             const float *m2, size_t plane);

  /* UP's second half: rows y0 .. y1 - 1, columns x0 .. x1 - 1 of block `block` of picture `picture` from `wide`, that
   * block's transposed result with a border of one zero pixel: (height + 3) x (width + 3) x 16. bias, slope and add as
   * above. `line` holds (x1 - x0 + 3) x 16 floats. */
  void (*blur)(const sm_output *out, const sm_fir *fir, int picture, int block, int y0, int y1, int x0, int x1,
               const float *wide, float *line);
  /* Rows y0 .. y1 - 1 of the half-size map: 4 x 4 blur, zero padding 1, every second pixel. One block. */
  void (*halve)(const float *in, int height, int width, const sm_fir *fir, int y0, int y1, float *out);
  /* The same rows of block `block` of `blocks` of an entrance, fir separable. `line` holds 16 width floats. */
  void (*halve_entrance)(const sm_entrance *e, int block, int blocks, int height, int width, const sm_fir *fir, int y0,
                         int y1, float *line, float *out);
  /* Rows y0 .. y1 - 1 of the double-size map: zero insertion, padding 2, 4 x 4 blur. One block; out += result. */
  void (*twice)(const float *in, int height, int width, const sm_fir *fir, int y0, int y1, float *out);
  /* sum[16], squares[16] (of x - shift, shift[16] or NULL = 0) of `pixels` pixels of one block, in double. */
  void (*sums)(const float *in, size_t pixels, const float *shift, double *sum, double *squares);
  /* y := (x * scale + shift) * gamma + beta over rows x columns pixels of one block; scale, shift [16]. Rows of x and
   * out are `line` floats apart, those of gamma and beta lie close together. Where gamma2 is given, gamma is
   * gamma + t (gamma2 - gamma), and beta likewise. beta may be NULL. `out` may be `x`. */
  void (*modulate)(const float *x, size_t line, const float *scale, const float *shift, const float *gamma,
                   const float *beta, const float *gamma2, const float *beta2, float t, size_t rows, size_t columns,
                   float *out);
  /* An entrance, stored: pixels first .. first + count - 1 of every block. */
  void (*enter)(const sm_entrance *e, size_t pixels, int blocks, size_t first, size_t count, float *out);
  /* The way back: out planes (3, `pixels` apart) := leaky(weights [3][blocks * 16] . x + rest + bias[3]), where rest is
   * a map of one block whose channels 0..2 are added. */
  void (*leave)(const float *in, int blocks, size_t pixels, const float *weights, const float *rest, const float *bias,
                float slope, size_t first, size_t count, float *out);
  /* Training. g[k * k][16 inputs][16 outputs] += the correlation of one block of x with rows y0 .. y1 - 1 of one block
   * of d. */
  void (*gradient)(const sm_correlation *c, const float *x, const float *d, int y0, int y1, float *g);
  /* g[16 inputs][16 outputs] += the products of one block of x with `blocks` (1 .. pair) blocks of d, over `pixels`
   * pixels; d_block and g_block: floats from one of d's blocks, and of g's, to the next. */
  void (*correlate)(const float *x, const float *d, size_t d_block, int blocks, size_t pixels, float *g,
                    size_t g_block);
  /* `pixels` pixels of `blocks` (1 .. pair) blocks. */
  void (*line)(const sm_line *line, int pixels, int blocks);
  /* The weight's gradient by tiles (WINOGRAD and DOWN, else NULL): tiles of the result's gradient -> as many planes as
   * input makes of x; and a block pair's sums of products, one plane of 16 x 16 for each weight plane, -> g[9][16][16].
   */
  void (*delta[SM_METHODS])(const sm_input *in, int first, int count, int rows, float *v, size_t plane);
  void (*fold[SM_METHODS])(const float *sums, size_t plane, float *g);
} sm_kernels;

/* The best table for this CPU and system, or the named one; NULL if the machine cannot run it or it is not built. */
const sm_kernels *sm_kernels_best(void);
const sm_kernels *sm_kernels_named(const char *name);
/* The tables that this machine can run, slowest first, closed by NULL. */
const sm_kernels *const *sm_kernels_all(void);
