/* SPDX-License-Identifier: GPL-3.0-or-later
 * Directions in files, and edits by them against the same done by hand, one public box at a time.
 * usage: direction MODEL FOLDER */
#include <unistd.h>

#include "edits.h"

enum { S = 32 /* the model's */, W = S + 8, H = S + 4 };
#include "frame/array-layer.h"

static stylemap_error error;
static char path[512], other[512];

/* ------------------------------------------------------------------------------------------------------ files */

static void test_files(stylemap_model *model, const char *file, const char *folder) {
  const stylemap_info *info = stylemap_model_info(model);
  const size_t codes = (size_t)(info->latent_channel_size * info->latent_spatial_size * info->latent_spatial_size);
  float *a = new_floats(codes), *b = new_floats(codes);
  int count = -1;
  snprintf(path, sizeof path, "%s/model.safetensors", folder);
  snprintf(other, sizeof other, "%s/directions.safetensors", folder);
  CHECK(stylemap_direction_count(model) == 0 && !stylemap_direction_name(model, 0) && !stylemap_direction_values(model, -1));
  CHECK(stylemap_direction_add(model, "Lächeln 1", "means of 20", b, &error) == STYLEMAP_OK);
  CHECK(stylemap_direction_add(model, "beard", NULL, a, &error) == STYLEMAP_OK);
  CHECK(stylemap_direction_add(model, "Lächeln 1", "svm of 20", a, &error) == STYLEMAP_OK);
  CHECK(stylemap_direction_count(model) == 2);
  CHECK_TEXT(stylemap_direction_name(model, 0), "beard");
  CHECK_TEXT(stylemap_direction_text(model, 0), "");
  CHECK_TEXT(stylemap_direction_text(model, 1), "svm of 20");
  CHECK(stylemap_save(model, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_directions_write(model, 1, other, &error) == STYLEMAP_OK, "%s", error.message);

  stylemap_model *again = NULL;
  CHECK(stylemap_open(path, 0, NULL, NULL, &again, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_direction_count(again) == 2 && memcmp(stylemap_direction_values(again, 0), a, codes * sizeof *a) == 0);
  CHECK_TEXT(stylemap_direction_name(again, 1), "Lächeln 1");
  CHECK_TEXT(stylemap_direction_text(again, 1), "svm of 20");
  /* written once more, and with other words: no key comes twice */
  CHECK(stylemap_direction_add(again, "Lächeln 1", "ridge of 20", b, &error) == STYLEMAP_OK);
  CHECK(stylemap_save(again, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_close(again);
  CHECK(stylemap_inspect(path, &again, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK_TEXT(stylemap_direction_text(again, 1), "ridge of 20");
  stylemap_close(again);

  CHECK(stylemap_open(file, 0, NULL, NULL, &again, &error) == STYLEMAP_OK);
  CHECK(stylemap_directions_read(again, other, &count, &error) == STYLEMAP_OK && count == 1, "%s", error.message);
  CHECK(stylemap_directions_read(again, path, &count, &error) == STYLEMAP_OK && count == 2, "%s", error.message);
  CHECK(stylemap_direction_count(again) == 2);
  CHECK_TEXT(stylemap_direction_text(again, 1), "ridge of 20");

  /* refused: none there, another shape, no number, bad names */
  CHECK(stylemap_directions_read(again, file, NULL, &error) == STYLEMAP_REFUSED);
  CHECK_TEXT(error.rule, "M3");
  const int64_t shape[] = {info->latent_channel_size, info->latent_spatial_size, info->latent_spatial_size + 1};
  float *large = calloc(codes * 2, sizeof *large);
  CHECK(stylemap_tensor_write(other, "directions.wide", 3, shape, large, &error) == STYLEMAP_OK);
  CHECK(stylemap_directions_read(again, other, NULL, &error) == STYLEMAP_REFUSED);
  CHECK_TEXT(error.rule, "M4");
  const int64_t right[] = {shape[0], shape[1], shape[1]};
  large[3] = NAN;
  CHECK(stylemap_tensor_write(other, "directions.nan", 3, right, large, &error) == STYLEMAP_OK);
  CHECK(stylemap_directions_read(again, other, NULL, &error) == STYLEMAP_REFUSED);
  CHECK_TEXT(error.rule, "M5");
  CHECK(stylemap_direction_add(again, "nan", NULL, large, &error) == STYLEMAP_BAD_ARGUMENT);
  static const char *const bad[] = {"", "a=b", "a,b", "a/b", "a\nb", "\xff",
                                    "12345678901234567890123456789012345678901234567890123456789012345"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(stylemap_direction_add(again, bad[i], NULL, a, &error) == STYLEMAP_BAD_ARGUMENT, "%s", bad[i]);
  CHECK(stylemap_tensor_write(other, "directions.a=b", 3, right, a, &error) == STYLEMAP_OK);
  CHECK(stylemap_directions_read(again, other, NULL, &error) == STYLEMAP_REFUSED);
  CHECK_TEXT(error.rule, "S6");
  CHECK(stylemap_direction_count(again) == 2);
  CHECK(stylemap_directions_write(again, 3, other, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_close(again);
  unlink(path);
  unlink(other);
  free(large);
  free(a);
  free(b);
}

/* ------------------------------------------------------------------------------------------------------ edits */

typedef struct scene {
  stylemap_model *model;
  stylemap_session *session;
  picture target, mask, result;
  stylemap_layer layers[3];
  stylemap_placement placement;
} scene;

static stylemap_status adjust(scene *s, int masked, const stylemap_amount *amounts, int count, double detail,
                              stylemap_adjust_report *report) {
  for (int i = 0; i < 4 * W * H; i++) s->result.pixels[i] = NAN;
  return stylemap_adjust(s->session, &s->layers[0], &s->placement, masked ? &s->layers[1] : NULL, amounts, count, detail, 0, 0,
                         W, H, &s->layers[2], report, &error);
}

/* Largest difference of the result's colours from `wanted`, and its alpha is the target's. */
static double off(const scene *s, const float *wanted) {
  double most = 0;
  for (int i = 0; i < 4 * W * H; i++) {
    const double d = fabs((double)s->result.pixels[i] - (i % 4 == 3 ? s->target.pixels[i] : wanted[i]));
    if (!(d <= most)) most = isnan(d) ? INFINITY : d;
  }
  return most;
}

/* The edit by hand: encode, move, draw, paste. */
static void by_boxes(scene *s, by_hand *h, int masked, const stylemap_amount *amounts, int count, float *wanted) {
  const int P = h->info->latent_spatial_size, cell = S / P;
  float *image = malloc(sizeof(float) * h->image), *weights = malloc(sizeof(float) * S * S);
  CHECK(stylemap_sample(&s->layers[0], &s->placement, S, image, &error) == STYLEMAP_OK);
  CHECK(stylemap_sample_mask(&s->layers[1], &s->placement, S, weights, &error) == STYLEMAP_OK);
  CHECK(stylemap_encode(h->session, image, h->w, &error) == STYLEMAP_OK);
  for (size_t i = 0; i < h->codes; i++) {
    const int y = (int)i / P % P, x = (int)i % P;
    double weight = 0;
    for (int v = 0; v < cell; v++)
      for (int u = 0; u < cell; u++) weight += weights[(y * cell + v) * S + x * cell + u] / (double)(cell * cell);
    for (int k = 0; k < count; k++) h->w[i] += (float)((masked ? weight : 1) * amounts[k].amount * amounts[k].direction[i]);
  }
  CHECK(stylemap_resize(h->session, h->w, h->target, &error) == STYLEMAP_OK);
  CHECK(stylemap_synth(h->session, h->target, image, &error) == STYLEMAP_OK);
  picture pasted = make(4);
  stylemap_layer layer = layer_of(&pasted);
  CHECK(stylemap_paste(image, S, &s->placement, &s->layers[0], 0, 0, W, H, &layer, &error) == STYLEMAP_OK);
  memcpy(wanted, pasted.pixels, sizeof(float) * 4 * W * H);
  free(pasted.pixels);
  free(weights);
  free(image);
}

static void test_edits(stylemap_model *model) {
  scene s = {.model = model, .target = make(4), .mask = make(1), .result = make(4)};
  by_hand h = by_hand_open(model);
  float *a = new_floats(h.codes), *b = new_floats(h.codes), *wanted = malloc(sizeof(float) * 4 * W * H);
  const stylemap_amount amounts[] = {{a, 0.7}, {b, -0.4}};
  stylemap_adjust_report report = {-1};
  CHECK(h.info->size == S);
  for (int i = 0; i < 4 * W * H; i++) s.target.pixels[i] = i % 4 == 3 ? 1 : 0.5f + 0.5f * harness_float();
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++) s.mask.pixels[y * W + x] = x < W / 2 ? 1 : x == W / 2 ? 0.4f : 0;
  s.layers[0] = layer_of(&s.target), s.layers[1] = layer_of(&s.mask), s.layers[2] = layer_of(&s.result);
  s.placement = (stylemap_placement){.x = W / 2, .y = H / 2, .side = S};
  CHECK(stylemap_session_new(model, 1, NULL, NULL, &s.session, &error) == STYLEMAP_OK);

  for (int masked = 0; masked < 2; masked++) {
    by_boxes(&s, &h, masked, amounts, 2, wanted);
    CHECK(adjust(&s, masked, amounts, 2, 0, &report) == STYLEMAP_OK, "%s", error.message);
    double most = 0;
    for (int y = 2; y < H - 2; y++) /* inside the square: beyond it paste writes the target, and this the square's edge */
      for (int x = 4; x < W - 4; x++)
        for (int p = 0; p < 3; p++) {
          const double d = fabs((double)s.result.pixels[4 * (y * W + x) + p] - wanted[4 * (y * W + x) + p]);
          most = d <= most ? most : isnan(d) ? INFINITY : d;
        }
    CHECK(most < 1e-5, "%g", most);
    CHECK(report.change > 0.001 && report.change < 2);
  }
  /* all of the detail: what the model changes is added to the target */
  CHECK(adjust(&s, 0, amounts, 2, 1, NULL) == STYLEMAP_OK);
  CHECK(off(&s, s.target.pixels) > 0.01, "nothing changes");
  /* nothing is changed: the target, to the last bit but for rounding; whatever the detail */
  for (double detail = 0.25; detail <= 1; detail += 0.25) {
    const stylemap_amount none[] = {{a, 0}};
    CHECK(adjust(&s, 0, none, 1, detail, &report) == STYLEMAP_OK);
    CHECK(off(&s, s.target.pixels) < 1e-6 && report.change == 0, "detail %g: %g", detail, off(&s, s.target.pixels));
  }
  /* a mask that is nowhere */
  memset(s.mask.pixels, 0, sizeof(float) * W * H);
  CHECK(adjust(&s, 1, amounts, 2, 0.5, &report) == STYLEMAP_OK && off(&s, s.target.pixels) < 1e-6 && report.change == 0);

  const stylemap_amount broken[] = {{a, NAN}}, missing[] = {{NULL, 1}};
  CHECK(adjust(&s, 0, broken, 1, 0.5, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(adjust(&s, 0, missing, 1, 0.5, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(adjust(&s, 0, amounts, 0, 0.5, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(adjust(&s, 0, amounts, 1, 1.5, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_adjust(s.session, &s.layers[0], &s.placement, NULL, amounts, 1, 0.5, 0, 0, W + 1, H, &s.layers[2], NULL,
                        &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_session_free(s.session);
  by_hand_close(&h);
  free(s.target.pixels);
  free(s.mask.pixels);
  free(s.result.pixels);
  free(wanted);
  free(a);
  free(b);
}

int main(int argc, char **argv) {
  stylemap_model *model = NULL;
  CHECK(argc == 3 && stylemap_open(argv[1], 0, NULL, NULL, &model, &error) == STYLEMAP_OK);
  harness_seed();
  test_files(model, argv[1], argv[2]);
  test_edits(model);
  stylemap_close(model);
  return harness_end();
}
