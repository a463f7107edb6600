/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the shell tests need beside the command: tensors cut out and compared, pictures made and compared. Each way
 * of comparing returns 0 (agrees), 1 (does not) or 2 (cannot be compared), and prints what it found.
 *
 *   slice FILE NAME ITEM OUT NEW_NAME        item ITEM of a batch, as a file of its own
 *   near FILE NAME FILE NAME [FACTOR]        the first within FACTOR (1e-4) x max(1, largest magnitude)
 *   same FILE NAME FILE NAME                 the same numbers, bit for bit
 *   fill SHAPE... VALUE NAME OUT             a tensor of one value
 *   paint WIDTH HEIGHT ENCODING SEED OUT     a smooth picture; ENCODING as babl names it, "R'G'B' u8"
 *   ellipse WIDTH HEIGHT CX CY RX RY OUT     a grey 8-bit mask
 *   soften MASK OUT                          an 8-bit mask's numbers, feathered by 6
 *   weights MASK OUT                         an 8-bit mask's numbers as the tensor mask, 1 x 1 x height x width
 *   clear WIDTH HEIGHT OUT                   fully transparent, 8 bits
 *   part PICTURE X Y WIDTH HEIGHT OUT        what of it lies there
 *   lay PICTURE ONTO X Y OUT                 the first over the second
 *   flip PICTURE OUT                         left and right exchanged
 *   outside A B MASK FEATHER                 the same encoding and, where the feathered mask is 0, the same bits; and
 *                                            not the same everywhere; FEATHER -1: by size
 *   steps A B LIMIT                          pictures whose colours differ by at most LIMIT / 255
 *   lit BEFORE A B MASK                      both are one picture laid over BEFORE by the mask's 8-bit numbers, in A as numbers
 *                                            are mixed, in B as light is; all are rounded to 8 bits
 *   flicker A B SOURCE_A SOURCE_B DX DY LIMIT  B is A moved by DX, DY, as their sources are: where neither is changed, to the
 *                                            bit; where one is, by at most LIMIT / 255 in the mean
 *   solid PICTURE MASK                       alpha is 1 where the mask is white
 *   shape PICTURE                            prints width, height and encoding
 *   exchange FILE A B                        until it is killed: FILE is A, then B, then A, renamed over it
 *   cut FILE                                 until it is killed: FILE is cut somewhere, then whole again */
#include <fcntl.h>
#include <unistd.h>
#include "harness.h"
#include "host/mask.h"
#include "host/layer.h"
#include "picture/picture.h"

static void die(const char *why) {
  fprintf(stderr, "tool: %s\n", why);
  exit(2);
}

/* ------------------------------------------------------------------------------------- tensors */

typedef struct { int rank; int64_t shape[8]; size_t count; float *values; } Tensor;

static Tensor read_tensor(const char *path, const char *name) {
  stylemap_error error;
  for (int rank = 1; rank <= 8; rank++) {
    Tensor t = {.rank = rank, .shape = {-1, -1, -1, -1, -1, -1, -1, -1}, .count = 1};
    if (stylemap_tensor_read(path, name, rank, t.shape, &t.values, &error) != STYLEMAP_OK) continue;
    for (int i = 0; i < rank; i++) t.count *= (size_t)t.shape[i];
    return t;
  }
  die(error.message);
  abort();
}

static void write_tensor(const char *path, const char *name, int rank, const int64_t *shape, const float *values) {
  stylemap_error error;
  if (stylemap_tensor_write(path, name, rank, shape, values, &error) != STYLEMAP_OK) die(error.message);
}

static int slice(char **a) {
  Tensor t = read_tensor(a[0], a[1]);
  int64_t item = atoll(a[2]);
  if (item < 0 || item >= t.shape[0]) die("no such item");
  size_t count = t.count / (size_t)t.shape[0];
  t.shape[0] = 1;
  write_tensor(a[3], a[4], t.rank, t.shape, t.values + (size_t)item * count);
  return 0;
}

static int near_(char **a, int n) {
  Tensor g = read_tensor(a[0], a[1]), t = read_tensor(a[2], a[3]);
  double factor = n > 4 ? atof(a[4]) : 1e-4, largest = 1, worst = 0;
  if (g.rank != t.rank || memcmp(g.shape, t.shape, (size_t)g.rank * sizeof *g.shape) != 0) {
    printf("other shapes\n");
    return 1;
  }
  for (size_t i = 0; i < g.count; i++) {
    largest = fmax(largest, fabs(g.values[i]));
    double d = fabs((double)g.values[i] - t.values[i]);
    if (!(d <= worst)) worst = d;
  }
  printf("difference %.3g, limit %.3g\n", worst, factor * largest);
  return !(worst <= factor * largest);
}

static int same(char **a) {
  Tensor g = read_tensor(a[0], a[1]), t = read_tensor(a[2], a[3]);
  int equal = g.rank == t.rank && memcmp(g.shape, t.shape, (size_t)g.rank * sizeof *g.shape) == 0 &&
              memcmp(g.values, t.values, g.count * sizeof(float)) == 0;
  printf("%zu numbers, %s\n", g.count, equal ? "the same" : "others");
  return !equal;
}

static int fill(char **a, int n) {
  int64_t shape[8];
  int rank = n - 3;
  size_t count = 1;
  if (rank < 1 || rank > 8) die("fill SHAPE... VALUE NAME OUT");
  for (int i = 0; i < rank; i++) count *= (size_t)(shape[i] = atoll(a[i]));
  float *values = g_new(float, count);
  for (size_t i = 0; i < count; i++) values[i] = (float)atof(a[rank]);
  write_tensor(a[n - 1], a[n - 2], rank, shape, values);
  g_free(values);
  return 0;
}

/* ------------------------------------------------------------------------------------ pictures */

static Picture *load(const char *path) {
  GError *error = NULL;
  Picture *p = picture_load(path, 0, &error);
  if (!p) die(error->message);
  return p;
}

static void save(GeglBuffer *buffer, const char *path) {
  GError *error = NULL;
  if (!picture_save(buffer, NULL, path, &error)) die(error->message);
}

static int paint(char **a) {
  int w = atoi(a[0]), h = atoi(a[1]);
  picture_init();
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, w, h), babl_format(a[2]));
  harness_state = strtoull(a[3], NULL, 0);
  double wave[4][3];
  for (int c = 0; c < 4; c++)
    for (int k = 0; k < 3; k++) wave[c][k] = 3 * harness_float();
  float *row = g_new(float, 4 * (size_t)w);
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++)
      for (int c = 0; c < 4; c++)
        row[4 * x + c] = (float)(0.5 + 0.45 * sin(wave[c][0] + 6.0 * wave[c][1] * x / w + 6.0 * wave[c][2] * y / h));
    gegl_buffer_set(buffer, GEGL_RECTANGLE(0, y, w, 1), 0, babl_format("R'G'B'A float"), row, GEGL_AUTO_ROWSTRIDE);
  }
  save(buffer, a[4]);
  return 0;
}

static int ellipse(char **a) {
  int w = atoi(a[0]), h = atoi(a[1]);
  double cx = atof(a[2]), cy = atof(a[3]), rx = atof(a[4]), ry = atof(a[5]);
  picture_init();
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, w, h), babl_format("Y' u8"));
  guint8 *row = g_new(guint8, w);
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++) row[x] = pow((x + 0.5 - cx) / rx, 2) + pow((y + 0.5 - cy) / ry, 2) <= 1 ? 255 : 0;
    gegl_buffer_set(buffer, GEGL_RECTANGLE(0, y, w, 1), 0, babl_format("Y' u8"), row, GEGL_AUTO_ROWSTRIDE);
  }
  save(buffer, a[6]);
  return 0;
}

static int soften(char **a) {
  Picture *p = load(a[0]);
  GError *error = NULL;
  GeglBuffer *mask = picture_load_mask(a[0], 0, p->width, p->height, &error);
  if (!mask) die(error->message);
  GeglBuffer *soft = mask_feather(mask, 6), *out = gegl_buffer_new(gegl_buffer_get_extent(mask), babl_format("Y' u8"));
  float *weights = g_new(float, (size_t)p->width * (size_t)p->height);
  gegl_buffer_get(soft, gegl_buffer_get_extent(mask), 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  layer_set_numbers(out, gegl_buffer_get_extent(mask), weights);
  save(out, a[1]);
  return 0;
}

static int weights_(char **a) {
  Picture *p = load(a[0]);
  GError *error = NULL;
  GeglBuffer *mask = picture_load_mask(a[0], 0, p->width, p->height, &error);
  if (!mask) die(error->message);
  float *weights = g_new(float, (size_t)p->width * (size_t)p->height);
  gegl_buffer_get(mask, gegl_buffer_get_extent(mask), 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  write_tensor(a[1], "mask", 4, (const int64_t[]){1, 1, p->height, p->width}, weights);
  return 0;
}

static int clear(char **a) {
  picture_init();
  save(gegl_buffer_new(GEGL_RECTANGLE(0, 0, atoi(a[0]), atoi(a[1])), babl_format("R'G'B'A u8")), a[2]);
  return 0;
}

static int part(char **a) {
  Picture *p = load(a[0]);
  GeglRectangle from = {atoi(a[1]), atoi(a[2]), atoi(a[3]), atoi(a[4])}, to = {0, 0, from.width, from.height};
  GeglBuffer *buffer = gegl_buffer_new(&to, gegl_buffer_get_format(p->buffer));
  gegl_buffer_copy(p->buffer, &from, GEGL_ABYSS_NONE, buffer, &to);
  save(buffer, a[5]);
  return 0;
}

static int lay(char **a) {
  Picture *p = load(a[0]), *q = load(a[1]);
  gegl_buffer_copy(p->buffer, GEGL_RECTANGLE(0, 0, p->width, p->height), GEGL_ABYSS_NONE, q->buffer,
                   GEGL_RECTANGLE(atoi(a[2]), atoi(a[3]), p->width, p->height));
  save(q->buffer, a[4]);
  return 0;
}

static int flip(char **a) {
  Picture *p = load(a[0]);
  const Babl *format = gegl_buffer_get_format(p->buffer);
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, p->width, p->height), format);
  guint8 *column = g_malloc((size_t)p->height * (size_t)babl_format_get_bytes_per_pixel(format));
  for (int x = 0; x < p->width; x++) {
    gegl_buffer_get(p->buffer, GEGL_RECTANGLE(x, 0, 1, p->height), 1.0, format, column, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_set(buffer, GEGL_RECTANGLE(p->width - 1 - x, 0, 1, p->height), 0, format, column, GEGL_AUTO_ROWSTRIDE);
  }
  save(buffer, a[1]);
  return 0;
}

static int solid(char **a) {
  Picture *p = load(a[0]);
  size_t count = (size_t)p->width * (size_t)p->height, white = 0, open = 0;
  GError *error = NULL;
  GeglBuffer *mask = picture_load_mask(a[1], 0, p->width, p->height, &error);
  if (!mask) die(error->message);
  float *pixels = g_new(float, 4 * count), *weights = g_new(float, count);
  gegl_buffer_get(p->buffer, NULL, 1.0, babl_format("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get(mask, NULL, 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (size_t i = 0; i < count; i++) {
    white += weights[i] == 1;
    open += weights[i] == 1 && pixels[4 * i + 3] != 1;
  }
  printf("%zu pixels of %zu are not opaque\n", open, white);
  return !(white > 0 && open == 0);
}

static int outside(char **a) {
  Picture *p = load(a[0]), *q = load(a[1]);
  const Babl *format = gegl_buffer_get_format(p->buffer);
  GError *error = NULL;
  if (p->width != q->width || p->height != q->height || format != gegl_buffer_get_format(q->buffer)) {
    printf("other sizes or encodings: %s, %s\n", babl_get_name(format), babl_get_name(gegl_buffer_get_format(q->buffer)));
    return 1;
  }
  GeglBuffer *mask = picture_load_mask(a[2], 0, p->width, p->height, &error);
  if (!mask) die(error->message);
  const MaskSource source = {.selection = mask, .feather = atof(a[3])};
  stylemap_placement placement;
  stylemap_fit(p->width, p->height, &placement);
  Mask part;
  if (!mask_make(&source, &placement, p->width, p->height, &part, &error)) die(error->message);
  size_t bytes = (size_t)babl_format_get_bytes_per_pixel(format), w = (size_t)p->width, out = 0, changed_out = 0, changed_in = 0;
  guint8 *one = g_malloc(w * bytes), *two = g_malloc(w * bytes);
  float *weight = g_new(float, w);
  for (int y = 0; y < p->height; y++) {
    GeglRectangle row = {0, y, p->width, 1};
    gegl_buffer_get(p->buffer, &row, 1.0, format, one, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(q->buffer, &row, 1.0, format, two, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(part.weights, &row, 1.0, babl_format("Y float"), weight, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (size_t x = 0; x < w; x++) {
      int changed = memcmp(one + x * bytes, two + x * bytes, bytes) != 0;
      out += weight[x] <= 0;
      changed_out += changed && weight[x] <= 0;
      changed_in += changed && weight[x] > 0;
    }
  }
  printf("%zu pixels outside, %zu of them changed; %zu inside changed\n", out, changed_out, changed_in);
  return !(out > 0 && changed_out == 0 && changed_in > 0);
}

static int steps(char **a) {
  Picture *p = load(a[0]), *q = load(a[1]);
  if (p->width != q->width || p->height != q->height) {
    printf("other sizes\n");
    return 1;
  }
  size_t count = 4 * (size_t)p->width * (size_t)p->height;
  float *one = g_new(float, count), *two = g_new(float, count);
  gegl_buffer_get(p->buffer, NULL, 1.0, babl_format("R'G'B'A float"), one, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get(q->buffer, NULL, 1.0, babl_format("R'G'B'A float"), two, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  double worst = 0;
  for (size_t i = 0; i < count; i++) {
    double d = 255 * fabs((double)one[i] - two[i]);
    if (!(d <= worst)) worst = d;
  }
  printf("%.4f steps\n", worst);
  return !(worst <= atof(a[2]));
}

/* The pixel's colours, 0..255. */
static const float *pixel(const Picture *p, int x, int y, float *three) {
  gegl_buffer_get(p->buffer, GEGL_RECTANGLE(x, y, 1, 1), 1.0, babl_format("R'G'B' float"), three, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int c = 0; c < 3; c++) three[c] *= 255;
  return three;
}

/* 0..255 <-> 0..1 of light (IEC 61966-2-1). */
static double light(double v) { return (v /= 255) <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4); }
static double number(double l) { return 255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * pow(l, 1 / 2.4) - 0.055); }

static int lit(char **a) {
  const double half = 0.5, slack = 0.05; /* what is laid over, and results, are rounded; babl's tables are this good */
  Picture *before = load(a[0]), *one = load(a[1]), *two = load(a[2]);
  GError *error = NULL;
  GeglBuffer *mask = picture_load_mask(a[3], 0, before->width, before->height, &error);
  if (!mask) die(error->message);
  size_t soft = 0, wrong = 0, told = 0;
  for (int y = 0; y < before->height; y++)
    for (int x = 0; x < before->width; x++) {
      float b[3], p[3], q[3], m;
      gegl_buffer_get(mask, GEGL_RECTANGLE(x, y, 1, 1), 1.0, babl_format("Y float"), &m, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      pixel(before, x, y, b), pixel(one, x, y, p), pixel(two, x, y, q);
      const double w = round(255.0 * (double)m) / 255;
      soft += w > 0 && w < 1;
      for (int c = 0; c < 3; c++) {
        double low = q[c], high = low; /* without weight there is nothing but what was there, to the bit */
        if (w > 0) {
          const double over = (p[c] - (1 - w) * b[c]) / w, round_off = half / w + half;
          low = number((1 - w) * light(b[c]) + w * light(CLAMP(over - round_off, 0, 255))) - half - slack;
          high = number((1 - w) * light(b[c]) + w * light(CLAMP(over + round_off, 0, 255))) + half + slack;
        }
        const int off = w > 0 ? q[c] < low || q[c] > high : q[c] != b[c] || p[c] != b[c];
        if (off && told++ < 5) printf("%d,%d: weight %.4f, %g, %g and %g, not %.2f to %.2f\n", x, y, w, b[c], p[c], q[c], low, high);
        wrong += off;
      }
    }
  printf("%zu soft pixels, %zu numbers wrong\n", soft, wrong);
  return !(soft > 0 && wrong == 0);
}

static int flicker(char **a) {
  Picture *p[4];
  int dx = atoi(a[4]), dy = atoi(a[5]);
  double sum = 0, outside = 0;
  size_t changed = 0;
  float of[4][3];
  for (int i = 0; i < 4; i++) p[i] = load(a[i]);
  for (int y = MAX(0, dy); y < p[1]->height + MIN(0, dy); y++)
    for (int x = MAX(0, dx); x < p[1]->width + MIN(0, dx); x++) {
      for (int i = 0; i < 4; i++) pixel(p[i], i % 2 ? x : x - dx, i % 2 ? y : y - dy, of[i]);
      double d = 0;
      for (int c = 0; c < 3; c++) d += fabs((double)of[0][c] - (double)of[1][c]) / 3;
      if (memcmp(of[0], of[2], sizeof of[0]) == 0 && memcmp(of[1], of[3], sizeof of[1]) == 0) outside = fmax(outside, d);
      else sum += d, changed++;
    }
  printf("%.4f in the mean of %zu changed pixels, %.4f elsewhere at most\n", sum / fmax((double)changed, 1), changed, outside);
  return !(changed > 0 && outside == 0 && sum / (double)changed <= atof(a[6]));
}

static int shape(char **a) {
  Picture *p = load(a[0]);
  printf("%d %d %s\n", p->width, p->height, babl_format_get_encoding(gegl_buffer_get_format(p->buffer)));
  return 0;
}

/* ------------------------------------------------------------------- files that change while others read them */

enum { MOST_SECONDS = 600 }; /* should nobody kill it */

static GString *bytes_of(const char *path) {
  gchar *bytes;
  gsize size;
  if (!g_file_get_contents(path, &bytes, &size, NULL)) die(path);
  GString *all = g_string_new_len(bytes, (gssize)size);
  g_free(bytes);
  return all;
}

static void put(const char *path, const GString *bytes) {
  FILE *file = fopen(path, "we");
  if (!file || fwrite(bytes->str, 1, bytes->len, file) != bytes->len || fclose(file) != 0) die(path);
}

static _Noreturn void exchange(char **a) {
  GString *of[2] = {bytes_of(a[1]), bytes_of(a[2])};
  char *next = g_strconcat(a[0], ".next", NULL);
  alarm(MOST_SECONDS);
  for (int i = 0;; i = !i) {
    put(next, of[i]);
    if (rename(next, a[0]) != 0) die(a[0]);
  }
}

/* In place: whoever has it open sees it. Whole as long as it is cut. */
static _Noreturn void cut(char **a) {
  GString *whole = bytes_of(a[0]);
  const int file = open(a[0], O_WRONLY | O_CLOEXEC);
  alarm(MOST_SECONDS);
  for (;;) {
    const off_t length = (off_t)(g_random_double() * (double)whole->len);
    if (ftruncate(file, length) != 0) die(a[0]);
    g_usleep((gulong)g_random_int_range(0, 3000));
    if (pwrite(file, whole->str + length, whole->len - (size_t)length, length) != (ssize_t)(whole->len - (size_t)length)) die(a[0]);
    g_usleep((gulong)g_random_int_range(0, 3000));
  }
}

int main(int argc, char **argv) {
  const char *verb = argc > 1 ? argv[1] : "";
  char **a = argv + 2;
  int n = argc - 2;
  if (strcmp(verb, "slice") == 0 && n == 5) return slice(a);
  if (strcmp(verb, "near") == 0 && (n == 4 || n == 5)) return near_(a, n);
  if (strcmp(verb, "same") == 0 && n == 4) return same(a);
  if (strcmp(verb, "fill") == 0 && n >= 4) return fill(a, n);
  if (strcmp(verb, "paint") == 0 && n == 5) return paint(a);
  if (strcmp(verb, "ellipse") == 0 && n == 7) return ellipse(a);
  if (strcmp(verb, "soften") == 0 && n == 2) return soften(a);
  if (strcmp(verb, "weights") == 0 && n == 2) return weights_(a);
  if (strcmp(verb, "clear") == 0 && n == 3) return clear(a);
  if (strcmp(verb, "part") == 0 && n == 6) return part(a);
  if (strcmp(verb, "lay") == 0 && n == 5) return lay(a);
  if (strcmp(verb, "flip") == 0 && n == 2) return flip(a);
  if (strcmp(verb, "lit") == 0 && n == 4) return lit(a);
  if (strcmp(verb, "flicker") == 0 && n == 7) return flicker(a);
  if (strcmp(verb, "solid") == 0 && n == 2) return solid(a);
  if (strcmp(verb, "outside") == 0 && n == 4) return outside(a);
  if (strcmp(verb, "steps") == 0 && n == 3) return steps(a);
  if (strcmp(verb, "shape") == 0 && n == 1) return shape(a);
  if (strcmp(verb, "exchange") == 0 && n == 3) exchange(a);
  if (strcmp(verb, "cut") == 0 && n == 1) cut(a);
  die("wrong usage; see the head of tool.c");
}
