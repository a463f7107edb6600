/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every kernel by itself, on every instruction set this machine has: those that sum against the sum in double, those
 * that transform against the portable set, which `stages`, `convolutions` and `elements` compare with an oracle.
 * usage: check [SET]           tests
 *        check --bench [SET]   nanoseconds a call, of the sizes of a layer of 128 channels at 64 x 64 */
#include <time.h>

#include "maps.h"

static const struct {
  const char *name;
  int planes, weight_planes, taps;
} methods[SM_METHODS] = {
    [SM_WINOGRAD] = {"winograd", 36, 36, 1}, [SM_WINOGRAD6] = {"winograd6", 64, 64, 1}, [SM_TAPS3] = {"taps3", 1, 1, 9},
    [SM_POINT] = {"point", 1, 1, 1},         [SM_UP] = {"up", 49, 25, 1},               [SM_DOWN] = {"down", 49, 25, 1},
    [SM_DOWN4] = {"down4", 81, 36, 1},
};

static const sm_kernels *k, *portable;
static int bench;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void print_time(const char *kernel, const char *method, double time) {
  printf("%-8s %-15s %-9s %10.0f ns\n", k->name, kernel, method, time);
}

/* Runs the call; with --bench, again and again, and prints the fastest. */
#define TIMED(kernel, method, call)                                                   \
  do {                                                                                \
    double least = 1e30;                                                              \
    call;                                                                             \
    for (int round = 0; bench && round < 5; round++) {                                \
      double start = now(), end;                                                      \
      int calls = 0;                                                                  \
      do {                                                                            \
        call;                                                                         \
        calls++;                                                                      \
      } while ((end = now()) - start < 4e6);                                          \
      if ((end - start) / calls < least) least = (end - start) / calls;               \
    }                                                                                 \
    if (bench) print_time(kernel, method, least);                                     \
  } while (0)

static guarded random_floats(size_t n) {
  guarded g = guarded_new(n);
  for (size_t i = 0; i < n; i++)
    g.v[i] = harness_float();
  return g;
}

/* How far the two may be apart, in 2^-24 of the largest number of the result: three times the most that was measured
 * (seeds 1..20: 11.7, a line of nine taps). */
enum { APART = 36 };

/* NaN (not written) in both or in none. */
static void same(const char *what, const char *method, const float *got, const float *want, size_t n) {
  double most = 1, worst = 0;
  size_t wrong = 0;
  for (size_t i = 0; i < n; i++)
    if (fabs(want[i]) > most)
      most = fabs(want[i]);
  for (size_t i = 0; i < n; i++) {
    if (isnan(got[i]) && isnan(want[i]))
      continue;
    const double e = fabs((double)got[i] - want[i]) / most;
    wrong += !(e <= APART * 0x1p-24);
    if (!(e <= worst))
      worst = e;
  }
  CHECK(wrong == 0, "%s %s %s: %zu of %zu wrong, by up to %.3g", k->name, what, method, wrong, n, worst);
}

typedef struct layer {
  int in, out, h, w, pictures; /* in, out: blocks of channels */
} layer;

/* ------------------------------------------------------------------------------------------------ tiles */

/* V of `count` tiles from `first` on, group by group of 1 .. k->rows, against tile by tile. */
static void input_of(const char *what, sm_method m, const sm_input *in, int most, int planes, int depth,
                     void (*tested)(const sm_input *, int, int, int, float *, size_t),
                     void (*reference)(const sm_input *, int, int, int, float *, size_t)) {
  for (int rows = bench ? k->rows : 1; rows <= k->rows; rows++)
    for (int left = 0; left < rows && left < 2; left++) {
      const int count = rows - left < most ? rows - left : most, first = (most - count) / 2;
      const size_t plane = (size_t)(depth * rows) * 16 + 16, one = (size_t)depth * 16;
      guarded v = guarded_new((size_t)planes * plane), expect = guarded_new((size_t)planes * plane);
      guarded tile = guarded_new((size_t)planes * one);
      TIMED(what, methods[m].name, tested(in, first, count, rows, v.v, plane));
      for (int i = 0; i < rows; i++) {
        if (i < count)
          reference(in, first + i, 1, 1, tile.v, one);
        for (int p = 0; p < planes; p++)
          for (int d = 0; d < depth; d++)
            for (int c = 0; c < 16; c++)
              expect.v[(size_t)p * plane + (size_t)(d * rows + i) * 16 + (size_t)c] =
                  i < count ? tile.v[(size_t)p * one + (size_t)d * 16 + (size_t)c] : 0;
      }
      same(what, methods[m].name, v.v, expect.v, v.n);
      guarded_end(v, what), guarded_end(expect, "reference"), guarded_end(tile, "reference");
      if (bench)
        return;
    }
}

static void input(sm_method m, layer s, int blended) {
  const float *maps[4];
  guarded map[4], other = random_floats(sm_map_floats(s.in * 16, s.h, s.w));
  guarded alpha = random_floats((size_t)(s.h * s.w));
  for (int i = 0; i < s.pictures; i++)
    maps[i] = (map[i] = random_floats(other.n)).v;
  for (size_t i = 0; i < alpha.n; i++)
    alpha.v[i] = alpha.v[i] < -0.3f ? 0 : alpha.v[i] > 0.3f ? 1 : alpha.v[i] + 0.4f;
  sm_fir fir;
  float kernel[16];
  for (int i = 0; i < 16; i++)
    kernel[i] = s.h % 4 ? harness_float() : standard_fir[i];
  sm_fir_from(kernel, &fir);
  sm_input in = {.maps = maps, .blocks = s.in, .height = s.h, .width = s.w, .fir = &fir};
  if (blended)
    in.other = other.v, in.alpha = alpha.v;
  int step;
  sm_tiling(m, s.h, s.w, &in.rows, &in.columns, &step);
  const int all = in.rows * in.columns * s.pictures;
  int32_t *list = malloc(sizeof *list * (size_t)all);
  for (int i = 0; i < all; i++)
    list[i] = all - 1 - i;
  for (int listed = 0; listed < 2 - bench; listed++) {
    in.tiles = listed ? list : NULL;
    input_of("input", m, &in, all, methods[m].planes, s.in * methods[m].taps, k->input[m], portable->input[m]);
  }
  if (k->delta[m]) { /* of a result as large as this map */
    const int side = m == SM_DOWN ? 3 : 4;
    in.rows = (s.h + side - 1) / side, in.columns = (s.w + side - 1) / side, in.tiles = NULL;
    input_of("delta", m, &in, in.rows * in.columns * s.pictures, methods[m].planes, s.in, k->delta[m],
             portable->delta[m]);
  }
  free(list);
  for (int i = 0; i < s.pictures; i++)
    guarded_end(map[i], "map");
  guarded_end(other, "other"), guarded_end(alpha, "alpha");
}

/* U of each pair of output blocks, in two parts of the inputs where the method allows it, against block by block. */
static void weights(sm_method m, layer s, int half) {
  const int taps = m == SM_POINT ? 1 : 9, planes = methods[m].weight_planes;
  const int parts = s.in > 1 && methods[m].taps == 1 && !bench ? 2 : 1;
  filter f = random_filter(s.out * 16 - 5, s.in * 16 - 3, taps, half);
  guarded scratch = guarded_new(16 * 16 * 9);
  for (int block = 0, n; block < s.out; block += n)
    for (int part = 0; part < parts; part++) {
      n = s.out - block < k->pair ? s.out - block : k->pair;
      const int from = part * (s.in / 2), depth = parts == 1 ? s.in : part ? s.in - from : s.in / 2;
      const size_t lines = (size_t)(depth * methods[m].taps) * 16, width = (size_t)n * 16;
      const size_t plane = lines * width + 16, one = lines * 16;
      guarded u = guarded_new((size_t)planes * plane), expect = guarded_new((size_t)planes * plane);
      guarded single = guarded_new((size_t)planes * one);
      TIMED("weights", methods[m].name, k->weights[m](&f.f, block, n, from, depth, u.v, plane, scratch.v));
      for (int j = 0; j < n; j++) {
        portable->weights[m](&f.f, block + j, 1, from, depth, single.v, one, scratch.v);
        for (size_t p = 0; p < (size_t)planes; p++)
          for (size_t i = 0; i < lines; i++)
            memcpy(expect.v + p * plane + i * width + (size_t)j * 16, single.v + p * one + i * 16, 64);
      }
      same("weights", methods[m].name, u.v, expect.v, u.n);
      guarded_end(u, "weights"), guarded_end(expect, "reference"), guarded_end(single, "reference");
      if (bench)
        n = s.out;
    }
  guarded_end(scratch, "scratch");
  filter_end(f);
}

enum { PLAIN, ADD, LOW, MODULATED, SECOND };

/* All tiles of the result but the first, by groups of blocks, against block by block. */
static void output(sm_method m, layer s, int how, int stream) {
  sm_output out = {.height = s.h, .width = s.w, .slope = how >= MODULATED ? 1 : 0.2f, .stream = stream};
  int step, border = m == SM_UP ? 2 : 0; /* UP's result has a border, and is bare sums */
  sm_tiling(m, s.h, s.w, &out.rows, &out.columns, &step);
  if (m == SM_UP)
    out.height = 2 * s.h + 1, out.width = 2 * s.w + 1;
  if (sm_goes_down(m))
    out.height /= 2, out.width /= 2;
  const size_t numbers = sm_map_floats(s.out * 16, out.height + border, out.width + border);
  const int tiles = out.rows * out.columns * s.pictures - 1, planes = methods[m].planes;
  const float *sides[4];
  float *maps[4], *expects[4], *seconds[4], *expect_seconds[4];
  guarded map[4], expect[4], side[4], second[4], expect_second[4], bias[4];
  for (int i = 0; i < 4; i++)
    bias[i] = random_floats((size_t)s.out * 16);
  for (int i = 0; i < s.pictures; i++) {
    maps[i] = (map[i] = guarded_new(numbers)).v, expects[i] = (expect[i] = guarded_new(numbers)).v;
    seconds[i] = (second[i] = guarded_new(numbers)).v, expect_seconds[i] = (expect_second[i] = guarded_new(numbers)).v;
    sides[i] = (side[i] = random_floats(numbers)).v;
  }
  out.maps = maps, out.bias = bias[0].v;
  if (how == ADD)
    out.add = sides;
  if (how == LOW)
    out.low = sides;
  if (how == MODULATED)
    out.x = sides, out.norm_scale = bias[1].v, out.norm_shift = bias[2].v, out.bias2 = bias[3].v;
  if (how == SECOND)
    out.second = seconds, out.bias2 = bias[3].v;
  for (int block = 0, n; block < s.out; block += n) {
    n = s.out - block < k->pair ? s.out - block : k->pair;
    const size_t width = (size_t)n * 16, plane = (size_t)tiles * width + 16, one = (size_t)tiles * 16;
    guarded sums[2], single[2];
    for (int i = 0; i < 2; i++)
      sums[i] = random_floats((size_t)planes * plane), single[i] = guarded_new((size_t)planes * one);
    TIMED("output", methods[m].name,
          k->output[m](&out, block, n, 1, tiles, sums[0].v, how >= MODULATED ? sums[1].v : NULL, plane));
    sm_output other = out;
    other.maps = expects, other.stream = 0;
    if (how == SECOND)
      other.second = expect_seconds;
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < 2; i++)
        for (size_t p = 0; p < (size_t)planes; p++)
          for (size_t t = 0; t < (size_t)tiles; t++)
            memcpy(single[i].v + p * one + t * 16, sums[i].v + p * plane + t * width + (size_t)j * 16, 64);
      portable->output[m](&other, block + j, 1, 1, tiles, single[0].v, how >= MODULATED ? single[1].v : NULL, one);
    }
    for (int i = 0; i < 2; i++)
      guarded_end(sums[i], "sums"), guarded_end(single[i], "sums");
    if (bench)
      break;
  }
  for (int i = 0; i < s.pictures; i++) {
    same("output", methods[m].name, maps[i], expects[i], numbers);
    same("output, the second", methods[m].name, seconds[i], expect_seconds[i], numbers);
    guarded_end(map[i], "output"), guarded_end(expect[i], "reference"), guarded_end(side[i], "side");
    guarded_end(second[i], "output"), guarded_end(expect_second[i], "reference");
  }
  for (int i = 0; i < 4; i++)
    guarded_end(bias[i], "bias");
}

static void product(int rows, int blocks, int depth, int groups) {
  const size_t width = (size_t)blocks * 16, n = (size_t)depth * 16, v_group = (size_t)rows * n;
  guarded v = random_floats(v_group * (size_t)groups), u = random_floats(n * width);
  guarded m = guarded_new((size_t)(rows * groups) * width), expect = guarded_new(m.n);
  const sm_ahead ahead = {.u = u.v, .v = v.v};
  TIMED("product", "", k->product(rows, blocks, v.v, v_group, u.v, depth, groups, m.v, 0, &ahead));
  for (size_t t = 0; t < (size_t)(rows * groups); t++)
    for (size_t o = 0; o < width; o++) {
      const float *row = v.v + t / (size_t)rows * v_group + t % (size_t)rows * 16;
      double sum = 0;
      for (size_t c = 0; c < n; c++)
        sum += (double)row[c / 16 * (size_t)rows * 16 + c % 16] * u.v[c * width + o];
      expect.v[t * width + o] = (float)sum;
    }
  same("product", "", m.v, expect.v, m.n);
  guarded_end(v, "v"), guarded_end(u, "u"), guarded_end(m, "product"), guarded_end(expect, "reference");
}

static void fold(sm_method m) {
  const size_t plane = 256 + 16;
  guarded sums = random_floats((size_t)methods[m].weight_planes * plane), g = guarded_new(9 * 256);
  guarded expect = guarded_new(9 * 256);
  TIMED("fold", methods[m].name, k->fold[m](sums.v, plane, g.v));
  portable->fold[m](sums.v, plane, expect.v);
  same("fold", methods[m].name, g.v, expect.v, g.n);
  guarded_end(sums, "sums"), guarded_end(g, "fold"), guarded_end(expect, "reference");
}

/* --------------------------------------------------------------------------------------------- by pixels */

static void resized(layer s, int standard) {
  const int h = s.h, w = s.w, y0 = bench ? 0 : h / 5, y1 = bench ? h : h - h / 7, x0 = bench ? 0 : w / 3;
  float kernel[16];
  for (int i = 0; i < 16; i++)
    kernel[i] = standard ? standard_fir[i] / 16 : harness_float();
  sm_fir fir;
  sm_fir_from(kernel, &fir);
  const size_t numbers = (size_t)(h * w) * 16;
  guarded line = guarded_new((size_t)(w + 3) * 16), bias = random_floats((size_t)s.out * 16);
  guarded wide = random_floats((size_t)((h + 3) * (w + 3)) * 16), add = random_floats(numbers * (size_t)s.out);
  guarded map = random_floats(numbers);
  for (int stream = 0; stream < 2 - bench; stream++) {
    guarded got = guarded_new(numbers * (size_t)s.out), expect = guarded_new(got.n);
    float *to = got.v, *also = expect.v;
    const float *addend = add.v;
    sm_output out = {.maps = &to, .height = h, .width = w, .bias = bias.v, .slope = 0.2f, .add = &addend,
                     .stream = stream};
    sm_output other = out;
    other.maps = &also, other.stream = 0;
    TIMED("blur", "", k->blur(&out, &fir, 0, s.out - 1, y0, y1, x0, w, wide.v, line.v));
    portable->blur(&other, &fir, 0, s.out - 1, y0, y1, x0, w, wide.v, line.v);
    same("blur", "", got.v, expect.v, got.n);
    guarded_end(got, "blur"), guarded_end(expect, "reference");
  }
  if (h % 2 == 0 && w % 2 == 0) {
    guarded got = guarded_new(numbers / 4), expect = guarded_new(numbers / 4);
    TIMED("halve", "", k->halve(map.v, h, w, &fir, y0 / 2, y1 / 2, got.v));
    portable->halve(map.v, h, w, &fir, y0 / 2, y1 / 2, expect.v);
    same("halve", "", got.v, expect.v, got.n);
    guarded_end(got, "halve"), guarded_end(expect, "reference");
  }
  guarded got = guarded_new(numbers * 4), expect = guarded_new(numbers * 4);
  for (size_t i = 0; i < got.n; i++)
    got.v[i] = expect.v[i] = harness_float();
  TIMED("twice", "", k->twice(map.v, h, w, &fir, 2 * y0 + 1, 2 * y1, got.v));
  portable->twice(map.v, h, w, &fir, 2 * y0 + 1, 2 * y1, expect.v);
  if (!bench) /* which adds more than once */
    same("twice", "", got.v, expect.v, got.n);
  guarded_end(got, "twice"), guarded_end(expect, "reference");
  guarded_end(line, "line"), guarded_end(bias, "bias"), guarded_end(wide, "wide"), guarded_end(add, "add");
  guarded_end(map, "map");
}

/* From three planes and back. */
static void colours(layer s) {
  const size_t pixels = (size_t)(s.h * s.w), padded = (size_t)s.out * 16;
  const size_t first = bench ? 0 : pixels / 3, count = pixels - first - (bench || pixels < 4 ? 0 : 1);
  guarded planes = random_floats(3 * pixels), w = random_floats(3 * padded), bias = random_floats(padded);
  guarded line = guarded_new((size_t)s.w * 16), map = guarded_new(padded * pixels), expect = guarded_new(map.n);
  const sm_entrance e = {planes.v, 3, w.v, bias.v, 0.2f};
  TIMED("enter", "", k->enter(&e, pixels, s.out, first, count, map.v));
  portable->enter(&e, pixels, s.out, first, count, expect.v);
  same("enter", "", map.v, expect.v, map.n);
  if (s.h % 2 == 0 && s.w % 2 == 0) {
    sm_fir fir;
    sm_fir_from(standard_fir, &fir);
    guarded half = guarded_new(pixels * 4), expect_half = guarded_new(pixels * 4);
    const int y1 = s.h / 2, y0 = bench ? 0 : y1 / 3;
    TIMED("halve_entrance", "", k->halve_entrance(&e, s.out - 1, s.out, s.h, s.w, &fir, y0, y1, line.v, half.v));
    portable->halve_entrance(&e, s.out - 1, s.out, s.h, s.w, &fir, y0, y1, line.v, expect_half.v);
    same("halve_entrance", "", half.v, expect_half.v, half.n);
    guarded_end(half, "halve_entrance"), guarded_end(expect_half, "reference");
  }
  guarded in = random_floats(padded * pixels), rest = random_floats(pixels * 16);
  guarded back = guarded_new(3 * pixels), expect_back = guarded_new(3 * pixels);
  static const float bias3[3] = {0.1f, -0.2f, 0.3f};
  TIMED("leave", "", k->leave(in.v, s.out, pixels, w.v, rest.v, bias3, 0.2f, first, count, back.v));
  portable->leave(in.v, s.out, pixels, w.v, rest.v, bias3, 0.2f, first, count, expect_back.v);
  same("leave", "", back.v, expect_back.v, back.n);
  guarded_end(planes, "planes"), guarded_end(w, "w"), guarded_end(bias, "bias"), guarded_end(line, "line");
  guarded_end(map, "enter"), guarded_end(expect, "reference"), guarded_end(in, "in"), guarded_end(rest, "rest");
  guarded_end(back, "leave"), guarded_end(expect_back, "reference");
}

static void modulations(layer s) {
  const size_t rows = (size_t)s.h, columns = (size_t)s.w, line = (columns + 3) * 16, numbers = rows * columns * 16;
  guarded x = random_floats(rows * line), scale = random_floats(16), shift = random_floats(16), g[4];
  for (int i = 0; i < 4; i++)
    g[i] = random_floats(numbers);
  for (int how = 0; how < 3; how++) {
    guarded out = guarded_new(x.n), expect = guarded_new(x.n);
    const float *beta = how ? g[1].v : NULL, *gamma2 = how == 2 ? g[2].v : NULL, *beta2 = how == 2 ? g[3].v : NULL;
    TIMED("modulate", how == 2 ? "mixed" : how ? "" : "no beta",
          k->modulate(x.v, line, scale.v, shift.v, g[0].v, beta, gamma2, beta2, 0.3f, rows, columns, out.v));
    portable->modulate(x.v, line, scale.v, shift.v, g[0].v, beta, gamma2, beta2, 0.3f, rows, columns, expect.v);
    same("modulate", "", out.v, expect.v, out.n);
    guarded_end(out, "modulate"), guarded_end(expect, "reference");
  }
  guarded_end(x, "x"), guarded_end(scale, "scale"), guarded_end(shift, "shift");
  for (int i = 0; i < 4; i++)
    guarded_end(g[i], "gamma");
}

/* ------------------------------------------------------------------------------------- sums, in double */

static void sums(size_t pixels) {
  guarded x = random_floats(pixels * 16), shift = random_floats(16);
  for (int shifted = 0; shifted < 2; shifted++) {
    double sum[17], squares[17];
    for (int i = 0; i < 17; i++)
      sum[i] = squares[i] = 1e9;
    TIMED("sums", "", k->sums(x.v, pixels, shifted ? shift.v : NULL, sum, squares));
    for (int c = 0; c < 16; c++) {
      double s = 0, q = 0;
      for (size_t p = 0; p < pixels; p++) {
        const double v = x.v[p * 16 + (size_t)c] - (shifted ? (double)shift.v[c] : 0);
        s += v, q += v * v;
      }
      /* runs of at most 64 are added in float */
      CHECK_NEAR(sum[c], s, 64 * 0x1p-24 * 2 * (double)pixels, "%s", k->name);
      CHECK_NEAR(squares[c], q, 64 * 0x1p-24 * 4 * (double)pixels, "%s", k->name);
    }
    CHECK(sum[16] == 1e9 && squares[16] == 1e9, "sums wrote past its end");
  }
  guarded_end(x, "x"), guarded_end(shift, "shift");
}

/* `out` grows by the products, summed in double from what it held. */
static void gradient(int side, int stride, int pad, int h, int w) {
  const int dh = (h + 2 * pad - side) / stride + 1, dw = (w + 2 * pad - side) / stride + 1;
  const int y0 = bench ? 0 : dh / 3, y1 = dh;
  const sm_correlation c = {side, stride, pad, h, w, dw};
  guarded x = random_floats((size_t)(h * w) * 16), d = random_floats((size_t)(dh * dw) * 16);
  guarded g = guarded_new((size_t)(side * side) * 256), expect = guarded_new(g.n);
  for (size_t i = 0; i < g.n; i++)
    g.v[i] = expect.v[i] = harness_float();
  for (int t = 0; t < side * side && !bench; t++)
    for (int i = 0; i < 256; i++) {
      double sum = expect.v[t * 256 + i];
      for (int y = y0; y < y1; y++)
        for (int u = 0; u < dw; u++) {
          const int a = y * stride + t / side - pad, b = u * stride + t % side - pad;
          if (a >= 0 && a < h && b >= 0 && b < w)
            sum += (double)x.v[(a * w + b) * 16 + i / 16] * d.v[(y * dw + u) * 16 + i % 16];
        }
      expect.v[t * 256 + i] = (float)sum;
    }
  TIMED("gradient", stride == 2 ? "stride 2" : "", k->gradient(&c, x.v, d.v, y0, y1, g.v));
  if (!bench)
    same("gradient", "", g.v, expect.v, g.n);
  guarded_end(x, "x"), guarded_end(d, "d"), guarded_end(g, "gradient"), guarded_end(expect, "reference");
}

static void correlate(int blocks, size_t pixels) {
  const size_t d_block = pixels * 16 + 32, g_block = 256 + 48;
  guarded x = random_floats(pixels * 16), d = random_floats(d_block * (size_t)blocks);
  guarded g = guarded_new(g_block * (size_t)blocks), expect = guarded_new(g.n);
  for (int b = 0; b < blocks; b++)
    for (size_t i = 0; i < 256; i++) {
      const size_t at = (size_t)b * g_block + i;
      double sum = g.v[at] = harness_float();
      for (size_t p = 0; p < pixels; p++)
        sum += (double)x.v[p * 16 + i / 16] * d.v[(size_t)b * d_block + p * 16 + i % 16];
      expect.v[at] = (float)sum;
    }
  TIMED("correlate", blocks == 2 ? "two" : "", k->correlate(x.v, d.v, d_block, blocks, pixels, g.v, g_block));
  if (!bench)
    same("correlate", "", g.v, expect.v, g.n);
  guarded_end(x, "x"), guarded_end(d, "d"), guarded_end(g, "correlate"), guarded_end(expect, "reference");
}

/* Taps that lie anywhere, a first output with an addend, a second without. */
static void line(int blocks, int depth, int pixels) {
  const size_t width = (size_t)blocks * 16;
  ptrdiff_t *offset = malloc(sizeof *offset * (size_t)depth);
  for (int i = 0; i < depth; i++)
    offset[i] = (ptrdiff_t)(harness_bits() % 5) * 16;
  guarded x = random_floats((size_t)(pixels + 4) * 16), u = random_floats((size_t)depth * 16 * width);
  guarded bias = random_floats(32), add = random_floats((size_t)pixels * 16);
  guarded y[2], expect = guarded_new((size_t)pixels * 16);
  sm_line l = {.x = x.v, .offset = offset, .depth = depth, .u = u.v, .slope = 0.2f};
  for (int b = 0; b < 2; b++)
    y[b] = guarded_new((size_t)pixels * 16), l.y[b] = y[b].v, l.bias[b] = bias.v + b * 16;
  l.add[0] = add.v;
  TIMED("line", blocks == 2 ? "two" : "", k->line(&l, pixels, blocks));
  for (int b = 0; b < blocks && !bench; b++) {
    for (size_t i = 0; i < expect.n; i++) {
      double sum = bias.v[(size_t)b * 16 + i % 16];
      for (size_t t = 0; t < (size_t)depth * 16; t++)
        sum += (double)x.v[(ptrdiff_t)(i / 16 * 16 + t % 16) + offset[t / 16]] *
               u.v[t * width + (size_t)b * 16 + i % 16];
      expect.v[i] = (float)((sum < 0 ? (double)0.2f * sum : sum) + (b ? 0 : (double)add.v[i]));
    }
    same("line", "", y[b].v, expect.v, expect.n);
  }
  for (int b = 0; b < 2; b++)
    guarded_end(y[b], "line");
  guarded_end(x, "x"), guarded_end(u, "u"), guarded_end(bias, "bias"), guarded_end(add, "add");
  guarded_end(expect, "reference");
  free(offset);
}

/* ------------------------------------------------------------------------------------------------ all */

static void all(layer s) {
  for (int i = 0; i < SM_METHODS; i++) {
    const sm_method m = (sm_method)i;
    const int same_size = m != SM_UP && !sm_goes_down(m);
    layer even = s;
    even.h += s.h % 2, even.w += s.w % 2;
    const layer fit = sm_goes_down(m) ? even : s;
    input(m, fit, 0);
    weights(m, fit, 0);
    output(m, fit, PLAIN, 0);
    if (bench)
      continue;
    weights(m, fit, 1);
    output(m, fit, PLAIN, 1);
    if (same_size && s.pictures == 1)
      input(m, fit, 1);
    if (m != SM_UP)
      output(m, fit, ADD, 0), output(m, fit, ADD, 1);
    if (m == SM_WINOGRAD || m == SM_WINOGRAD6)
      output(m, even, LOW, 0), output(m, even, LOW, 1);
    if (same_size && m != SM_WINOGRAD6)
      output(m, fit, MODULATED, 0), output(m, fit, MODULATED, 1);
    if (m == SM_WINOGRAD || m == SM_TAPS3)
      output(m, fit, SECOND, 0);
  }
  for (int standard = 0; standard < 2 && standard + bench < 2; standard++)
    resized(s, standard + bench);
  colours(s);
  modulations(s);
}

static void table(void) {
  fold(SM_WINOGRAD), fold(SM_DOWN);
  if (bench) {
    all((layer){8, 8, 64, 64, 1});
    product(k->rows, k->pair, 8, 6);
    sums(64 * 64);
    gradient(3, 1, 1, 64, 64), gradient(3, 2, 0, 65, 65);
    for (int blocks = 1; blocks <= k->pair; blocks++)
      correlate(blocks, 64 * 64), line(blocks, 72, 64);
    return;
  }
  static const layer layers[] = {{1, 1, 4, 4, 1}, {2, 3, 9, 7, 1}, {3, 2, 12, 14, 2}, {1, 5, 13, 22, 1}, {1, 1, 6, 4, 3}};
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
    all(layers[i]);
  static const int depths[] = {1, 3, SM_SEGMENT, SM_SEGMENT + 1};
  for (int rows = 1; rows <= k->rows; rows++)
    for (int blocks = 1; blocks <= k->pair; blocks++)
      for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
        product(rows, blocks, depths[d], 2);
  static const int pixels[] = {1, 2, 5, 13, 14, 15, 64, 65, 131};
  for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++) {
    sums((size_t)pixels[i]);
    for (int blocks = 1; blocks <= k->pair; blocks++) {
      correlate(blocks, (size_t)pixels[i]);
      line(blocks, 1, pixels[i]), line(blocks, 9, pixels[i]);
    }
  }
  gradient(3, 1, 1, 1, 1), gradient(3, 1, 1, 7, 5), gradient(1, 1, 0, 5, 6);
  gradient(3, 2, 0, 9, 13), gradient(3, 2, 0, 8, 12);
}

int main(int argc, char **argv) {
  bench = argc > 1 && !strcmp(argv[1], "--bench");
  harness_seed();
  int tables = 0;
  portable = sm_kernels_named("portable");
  for (const sm_kernels *const *each = sm_kernels_all(); *each; each++) {
    if (argc > 1 + bench && strcmp(argv[1 + bench], (*each)->name))
      continue;
    k = *each;
    for (int m = 0; m < SM_METHODS; m++) {
      CHECK(k->input[m] && k->weights[m] && k->output[m]);
      CHECK(!k->delta[m] == !portable->delta[m] && !k->fold[m] == !portable->fold[m]);
    }
    table();
    tables++;
  }
  CHECK(tables > 0);
  return harness_end();
}
