/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels' one body. A file for an instruction set defines SM_TABLE and SM_TABLE_NAME, and includes this.
 * The order below is the order in which a convolution runs. */
#include "kernels/kernels.h"
#include "kernels/simd.h"

typedef struct tile_at {
  int picture, row, column;
} tile_at;

SM_INLINE tile_at tile(const int32_t *tiles, int number, int rows, int columns) {
  int n = tiles ? tiles[number] : number, in_picture = n % (rows * columns);
  return (tile_at){n / (rows * columns), in_picture / columns, in_picture % columns};
}

SM_INLINE vf leaky(vf v, vf slope) { return v_max(v, v * slope); }

/* Some lanes of an entrance's block. */
typedef struct entering {
  const float *planes;
  int cin;
  vf weight[4], bias, slope;
} entering;

SM_INLINE entering entering_of(const sm_entrance *e, int block, int blocks, int l) {
  entering n = {.planes = e->planes, .cin = e->cin, .bias = v_load(e->bias + block * 16 + l), .slope = v_set(e->slope)};
  for (int c = 0; c < 4; c++)
    n.weight[c] = c < e->cin ? v_load(e->weights + (c * blocks + block) * 16 + l) : v_set(0);
  return n;
}

SM_INLINE vf entered(const entering *e, size_t pixels, size_t at) {
  vf v = e->bias;
  for (int c = 0; c < e->cin; c++) v = v_fma(v_set(e->planes[(size_t)c * pixels + at]), e->weight[c], v);
  return leaky(v, e->slope);
}

/* Block `block` of a picture's map for the tile of side x side pixels from (y, x): `*map` is the only one it is made
 * of, or `*other` is the one it is blended with. */
SM_INLINE void maps_of(const sm_input *in, int picture, int block, int y, int x, int side, const float **map,
                       const float **other) {
  const size_t at = (size_t)block * (size_t)in->height * (size_t)in->width * 16;
  *map = in->maps[picture] + at;
  *other = NULL;
  if (!in->other) return;
  int y1 = y + side < in->height ? y + side : in->height, x1 = x + side < in->width ? x + side : in->width;
  y = y < 0 ? 0 : y, x = x < 0 ? 0 : x;
  const float first = in->alpha[(size_t)y * (size_t)in->width + (size_t)x];
  int same = first == 0 || first == 1;
  for (int v = y; same && v < y1; v++)
    for (int u = x; u < x1; u++) same &= in->alpha[(size_t)v * (size_t)in->width + (size_t)u] == first;
  if (!same) *other = in->other + at;
  else if (first == 1) *map = in->other + at;
}

/* The side x side pixels from (y, x) of a block, lanes l .., zero outside the map: the slow way in, for tiles at the
 * map's edge and for blended ones (`other` not NULL). */
SM_INLINE void gather(const sm_input *in, const float *map, const float *other, int y, int x, int side, int l,
                      vf *patch) {
  for (int r = 0; r < side; r++)
    for (int c = 0; c < side; c++) {
      int v = y + r, u = x + c;
      vf value = v_set(0);
      if (v >= 0 && v < in->height && u >= 0 && u < in->width) {
        size_t pixel = (size_t)v * (size_t)in->width + (size_t)u, p = pixel * 16 + (size_t)l;
        value = v_load(map + p);
        if (other) {
          vf toward = v_load(other + p);
          const float a = in->alpha[pixel];
          if (a != 0) value = a == 1 ? toward : v_fma(v_set(a), toward - value, value);
        }
      }
      patch[r * side + c] = value;
    }
}

/* The same of an entrance. */
SM_INLINE void gather_entrance(const sm_input *in, int block, int y, int x, int side, int l, vf *patch) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  const entering e = entering_of(in->entrance, block, in->blocks, l);
  for (int r = 0; r < side; r++)
    for (int c = 0; c < side; c++) {
      const int v = y + r, u = x + c, inside = v >= 0 && v < in->height && u >= 0 && u < in->width;
      patch[r * side + c] = inside ? entered(&e, pixels, (size_t)v * (size_t)in->width + (size_t)u) : v_set(0);
    }
}

/* What the same tile will read of the next block: high x wide pixels from (y, x), those that its neighbour did not ask
 * for. A group's lines of one block are too short for the processor to see a stream in them. */
SM_INLINE void prefetch_patch(const float *block, int width, int y, int x, int high, int wide) {
  const float *p = block + ((size_t)y * (size_t)width + (size_t)x) * 16;
  for (int r = 0; r < high; r++, p += (size_t)width * 16)
    for (int c = 0; c < wide; c++) v_prefetch_far(p + c * 16);
}

/* What tile `number` of the result will read of block `block` of `maps`, its side x side pixels. */
SM_INLINE void prefetch_tile(const sm_output *o, const float *const *maps, int number, size_t block, int side) {
  const tile_at t = tile(o->tiles, number, o->rows, o->columns);
  const int y = side * t.row, x = side * t.column;
  prefetch_patch(maps[t.picture] + block * (size_t)o->height * (size_t)o->width * 16, o->width, y, x,
                 o->height - y < side ? o->height - y : side, o->width - x < side ? o->width - x : side);
}

/* Output r of the 16 x 16 channels of weights that are loaded after those of output block k and the input channels from
 * c on, in an order of inputs within outputs; the inputs are from .. from + 16 depth - 1. A weight's first touch is
 * from memory, so its lines are asked for one by one while the ones before it are transformed. */
SM_INLINE void prefetch_weights(const sm_filter *f, int k, int c, int from, int depth, int r) {
  c += 16;
  if (c >= from + 16 * depth) k++, c = from;
  if (k * 16 + r >= f->cout) return;
  const size_t each = f->half ? sizeof(uint16_t) : sizeof(float);
  const char *p = (const char *)f->values + ((size_t)(k * 16 + r) * (size_t)f->cin + (size_t)c) * (size_t)f->taps * each;
  for (size_t i = 0; i < 16 * (size_t)f->taps * each; i += 64) __builtin_prefetch(p + i, 0, 2);
}

/* out[16 inputs][taps][16 outputs] := scale * the filter's numbers from output k, input c; zero beyond its sizes. */
static void load_weights(const sm_filter *f, int k, int c, float *out) {
  float line[16][144] __attribute__((aligned(64)));
  const float *row[16];
  const int n = 16 * f->taps, used = (f->cin - c < 16 ? f->cin - c : 16) * f->taps;
  for (int r = 0; r < 16; r++) {
    size_t from = ((size_t)(k + r) * (size_t)f->cin + (size_t)c) * (size_t)f->taps;
    row[r] = line[r];
    if (k + r >= f->cout) {
      memset(line[r], 0, (size_t)n * sizeof(float));
    } else if (f->half) {
      const uint16_t *values = (const uint16_t *)f->values + from;
      uint16_t tail[144] = {0};
      if (used < n) values = memcpy(tail, values, (size_t)used * sizeof *tail);
      for (int i = 0; i < n; i += 16) v_half(values + i, line[r] + i);
    } else if (used == n) {
      row[r] = (const float *)f->values + from;
    } else {
      memcpy(line[r], (const float *)f->values + from, (size_t)used * sizeof(float));
      memset(line[r] + used, 0, (size_t)(n - used) * sizeof(float));
    }
  }
  for (int i = 0; i < n; i += 16) {
    v_transpose16(row, out + i * 16);
    for (int r = 0; r < 16; r++) row[r] += 16;
  }
  if (f->scale != 1)
    for (int i = 0; i < n * 16; i += SM_LANES) v_store(out + i, v_load(out + i) * v_set(f->scale));
}

/* The last step of every output, see sm_output. */
typedef struct finish {
  float *y, *second;
  const float *add, *x;
  vf bias, slope, bias2, norm_scale, norm_shift;
} finish;

SM_INLINE finish finish_of(const sm_output *o, int picture, size_t channel) {
  finish f = {.y = o->maps[picture], .bias = v_load(o->bias + channel), .slope = v_set(o->slope)};
  if (o->add) f.add = o->add[picture];
  if (o->x) {
    f.x = o->x[picture];
    f.bias2 = v_set(0);
    if (o->bias2) f.bias2 = v_load(o->bias2 + channel);
    f.norm_scale = v_load(o->norm_scale + channel);
    f.norm_shift = v_load(o->norm_shift + channel);
  } else if (o->second) {
    f.second = o->second[picture];
    f.bias2 = v_load(o->bias2 + channel);
  }
  return f;
}

SM_INLINE vf finish_active(const finish *f, vf sum, size_t at) {
  vf v = leaky(sum + f->bias, f->slope);
  if (f->add) v += v_load(f->add + at);
  return v;
}

SM_INLINE vf finish_modulated(const finish *f, vf sum, vf sum2, size_t at) {
  vf normed = v_fma(v_load(f->x + at), f->norm_scale, f->norm_shift);
  return v_fma(normed, sum + f->bias, sum2 + f->bias2);
}

#include "kernels/product-body.h"
#include "kernels/winograd-body.h"
#include "kernels/taps-body.h"
#include "kernels/polyphase-body.h"
#include "kernels/points-body.h"
#include "kernels/line-body.h"
#include "kernels/gradient-body.h"
#include "kernels/adjoint-body.h"

const sm_kernels SM_TABLE = {
    .name = SM_TABLE_NAME,
    .rows = SM_ROWS,
    .pair = SM_PAIR,
    .input = {input_winograd, input_winograd6, input_taps3, input_point, input_up, input_down, input_down4},
    .weights = {weights_winograd, weights_winograd6, weights_taps, weights_taps, weights_up, weights_down, weights_down4},
    .product = product,
    .output = {output_winograd, output_winograd6, output_pixels, output_pixels, output_up, output_down, output_down4},
    .blur = blur,
    .halve = halve,
    .halve_entrance = halve_entrance,
    .twice = twice,
    .sums = sums,
    .modulate = modulate,
    .enter = enter,
    .leave = leave,
    .gradient = gradient,
    .correlate = correlate,
    .line = line,
    .delta = {[SM_WINOGRAD] = delta_winograd, [SM_DOWN] = delta_down},
    .fold = {[SM_WINOGRAD] = fold_winograd, [SM_DOWN] = fold_down},
};
