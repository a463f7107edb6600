/* SPDX-License-Identifier: GPL-3.0-or-later
 * How near refinement comes to pictures, and what it does to transplants between them: refine.sh gives the pictures and
 * draws the sheet.
 * usage: bench-refine MODEL STEPS SHEET.ppm < PICTURES, all S x S pixels of 3 bytes, one after the other.
 * Every picture is refined; transplants are those of neighbours, from picture k + 1 into k. The sheet has a row a pair:
 * target, reference, then for each mask the transplant from the styles as encoded and the one from refined ones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stylemap.h"

enum { MASKS = 3, SHEET_ROWS = 8, COLUMNS = 2 + 2 * MASKS };
static const char *const mask_name[MASKS] = {"hair", "eyes", "mouth"};
/* left, top, right, bottom of an upright toon portrait, as parts of its side */
static const double box[MASKS][4] = {{0.15, 0.0, 0.85, 0.38}, {0.25, 0.38, 0.75, 0.55}, {0.32, 0.58, 0.68, 0.76}};

static int size;
static size_t count;
static stylemap_error error;
static stylemap_model *model;
static stylemap_session *session;

static void need(stylemap_status status) {
  if (status == STYLEMAP_OK) return;
  fprintf(stderr, "%s\n", error.message);
  exit(1);
}

static float *room(size_t n) {
  float *p = calloc(n, sizeof *p);
  if (!p) exit(1);
  return p;
}

/* A box with a soft edge of a fortieth of the side. */
static void draw_mask(int kind, float *mask) {
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      double u = (x + 0.5) / size, v = (y + 0.5) / size;
      double in = fmin(fmin(u - box[kind][0], box[kind][2] - u), fmin(v - box[kind][1], box[kind][3] - v));
      mask[y * size + x] = (float)fmin(1, fmax(0, 0.5 + 20 * in));
    }
}

/* Mean squared difference from the picture that each pixel should look like, where the mask says so plainly. */
static double mixed_error(const float *image, const float *target, const float *reference, const float *mask) {
  double sum = 0;
  size_t n = 0, pixels = (size_t)size * (size_t)size;
  for (size_t i = 0; i < pixels; i++) {
    if (mask[i] > 0 && mask[i] < 1) continue;
    const float *like = mask[i] > 0 ? reference : target;
    for (int c = 0; c < 3; c++) {
      double d = fmax(-1, fmin(1, image[c * pixels + i])) - like[c * pixels + i];
      sum += d * d;
    }
    n += 3;
  }
  return sum / (double)n;
}

static unsigned char *sheet;
static int sheet_rows;

static void put(int row, int column, const float *image) {
  size_t pixels = (size_t)size * (size_t)size;
  if (row >= sheet_rows) return;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      for (int c = 0; c < 3; c++)
        sheet[3 * ((size_t)(row * size + y) * (size_t)(COLUMNS * size) + (size_t)(column * size + x)) + (size_t)c] =
            (unsigned char)(127.5f * (fmaxf(-1, fminf(1, image[c * pixels + (size_t)(y * size + x)])) + 1) + 0.5f);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: bench-refine MODEL STEPS SHEET.ppm < PICTURES\n");
    return 2;
  }
  stylemap_refine_options options = {.steps = atoi(argv[2]), .offsets = 1};
  need(stylemap_open(argv[1], 0, NULL, NULL, &model, &error));
  need(stylemap_session_new(model, 0, NULL, NULL, &session, &error));
  size = stylemap_model_info(model)->size;
  count = 3 * (size_t)size * (size_t)size;

  size_t n = 0;
  float **image = NULL;
  unsigned char *bytes = malloc(count);
  if (!bytes) return 1;
  while (fread(bytes, 1, count, stdin) == count) {
    image = realloc(image, (n + 1) * sizeof *image);
    if (!image) return 1;
    image[n] = room(count);
    for (size_t i = 0; i < count; i++) image[n][i % 3 * (count / 3) + i / 3] = (float)bytes[i] / 127.5f - 1;
    n++;
  }
  if (!n) return 1;
  sheet_rows = n - 1 < SHEET_ROWS ? (int)n - 1 : SHEET_ROWS;
  sheet = calloc((size_t)(sheet_rows * COLUMNS), count);
  float *out = room(count), *mask = room(count / 3), *w = room((size_t)1 << 20);
  stylemap_pyramid *last[2], *plain[2], *mixture;
  for (int i = 0; i < 2; i++) {
    need(stylemap_pyramid_new(model, &last[i], &error));
    need(stylemap_pyramid_new(model, &plain[i], &error));
  }
  need(stylemap_pyramid_new(model, &mixture, &error));
  int levels = stylemap_model_info(model)->levels;

  double before = 0, after = 0, steps = 0, worst = 0, changed[MASKS][2] = {{0}};
  clock_t start = clock();
  for (size_t k = 0; k < n; k++) {
    stylemap_refine_report report;
    need(stylemap_refine(session, image[k], &options, last[k & 1], &report, &error));
    need(stylemap_encode(session, image[k], w, &error));
    need(stylemap_resize(session, w, plain[k & 1], &error));
    before += report.before;
    after += report.after;
    steps += report.steps;
    worst = fmax(worst, report.after / report.before);
    fprintf(stderr, "%zu: %.5f -> %.5f in %d steps\n", k, report.before, report.after, report.steps);
    if (!k) continue;
    put((int)k - 1, 0, image[k - 1]);
    put((int)k - 1, 1, image[k]);
    const stylemap_pyramid *target[2] = {plain[(k - 1) & 1], last[(k - 1) & 1]};
    const stylemap_pyramid *reference[2] = {plain[k & 1], last[k & 1]};
    for (int m = 0; m < MASKS; m++) {
      draw_mask(m, mask);
      for (int refined = 0; refined < 2; refined++) {
        need(stylemap_mix(mixture, target[refined], 0, levels, &error));
        need(stylemap_blend(mixture, reference[refined], mask, STYLEMAP_MASK_SOFT, 1, &error));
        need(stylemap_synth(session, mixture, out, &error));
        changed[m][refined] += mixed_error(out, image[k - 1], image[k], mask);
        put((int)k - 1, 2 + 2 * m + refined, out);
      }
    }
  }
  printf("%zu pictures, %.0f steps each: mean MSE %.5f -> %.5f (x %.3f), worst x %.3f, %.1f s of processor each\n", n,
         steps / (double)n, before / (double)n, after / (double)n, after / before, worst,
         (double)(clock() - start) / CLOCKS_PER_SEC / (double)n);
  for (int m = 0; n > 1 && m < MASKS; m++)
    printf("transplanted %s: MSE against target and reference %.5f -> %.5f\n", mask_name[m],
           changed[m][0] / (double)(n - 1), changed[m][1] / (double)(n - 1));
  FILE *file = fopen(argv[3], "wb");
  if (!file || fprintf(file, "P6\n%d %d\n255\n", COLUMNS * size, sheet_rows * size) < 0 ||
      fwrite(sheet, count * (size_t)COLUMNS, (size_t)sheet_rows, file) != (size_t)sheet_rows || fclose(file))
    return 1;
  return 0;
}
