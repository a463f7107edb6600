/* SPDX-License-Identifier: GPL-3.0-or-later
 * The detector of generated pictures against PyTorch's numbers, and average precision against scikit-learn's (detector.py); files
 * that are none. usage: detector FOLDER MODEL */
#include "harness.h"
#include "stylemap-measure.h"

static void test_scores(stylemap_detector *net, const char *path, const char *name, float *first) {
  char of_scores[64];
  int64_t shape[] = {-1, 3, -1, -1}, wide[] = {-1};
  float *images = NULL, *golden = NULL, made[4] = {0};
  stylemap_error error;
  snprintf(of_scores, sizeof of_scores, "%s-scores", name);
  CHECK(stylemap_tensor_read(path, name, 4, shape, &images, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_tensor_read(path, of_scores, 1, wide, &golden, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(shape[0] == wide[0] && wide[0] <= 4);
  CHECK(stylemap_detector_scores(net, images, (int)shape[0], (int)shape[2], made, &error) == STYLEMAP_OK);
  for (int i = 0; i < wide[0]; i++)
    CHECK(fabs((double)made[i] - golden[i]) < 2e-5 * fabs(golden[i]), "%s %d: %.9g, not %.9g", name, i, made[i], golden[i]); /* seen: 2e-7 */
  *first = made[0];
  CHECK(stylemap_detector_scores(net, images, 0, (int)shape[2], made, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_tensor_free(images);
  stylemap_tensor_free(golden);
}

/* As detector.py makes them. */
static void test_precision(void) {
  static const struct { int count, levels; double golden; } cases[] = {{20, 1000, 0.566420211732712}, {50, 7, 0.807966992374898}, {200, 40, 0.698476402103793}};
  float scores[200];
  uint8_t classes[200];
  uint32_t state = 1;
  for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
    for (int i = 0; i < cases[n].count; i++) {
      state = state * 1664525u + 1013904223u;
      classes[i] = (uint8_t)(state >> 31);
      state = state * 1664525u + 1013904223u;
      scores[i] = (float)((int)((state >> 8) % (uint32_t)cases[n].levels) + 3 * classes[i] * cases[n].levels / 20);
    }
    CHECK_NEAR(stylemap_average_precision(scores, classes, cases[n].count), cases[n].golden, 1e-12);
  }
  CHECK(stylemap_average_precision((float[]){1, 2, 3, 4}, (uint8_t[]){0, 0, 1, 1}, 4) == 1);
  CHECK_NEAR(stylemap_average_precision((float[]){1, 2, 3, 4}, (uint8_t[]){1, 1, 0, 0}, 4), (1.0 / 3 + 2.0 / 4) / 2, 1e-12);
  CHECK_NEAR(stylemap_average_precision((float[]){5, 5, 5, 5}, (uint8_t[]){1, 0, 0, 0}, 4), 0.25, 1e-12);
  CHECK(isnan(stylemap_average_precision((float[]){1, 2}, (uint8_t[]){0, 0}, 2)));
  CHECK(isnan(stylemap_average_precision((float[]){1, NAN}, (uint8_t[]){0, 1}, 2)));
  CHECK(isnan(stylemap_average_precision((float[]){1}, (uint8_t[]){1}, 0)));
}

int main(int argc, char **argv) {
  char path[512];
  stylemap_error error;
  stylemap_detector *net = NULL;
  float small = 0, large = 0;
  CHECK(argc == 3);
  snprintf(path, sizeof path, "%s/detector-legacy.pth", argv[1]);
  CHECK(stylemap_detector_open(path, 2, &net, &error) == STYLEMAP_OK, "%s", error.message);
  snprintf(path, sizeof path, "%s/detector-golden.safetensors", argv[1]);
  test_scores(net, path, "small", &small);
  test_scores(net, path, "large", &large);
  CHECK(fabsf(small - large) > 0.01f, "two pictures have one score: this test sees no difference");
  stylemap_detector_free(net);
  stylemap_detector_free(NULL);
  test_precision();

  net = NULL;
  CHECK(stylemap_detector_open(argv[2], 1, &net, &error) == STYLEMAP_REFUSED && !net);
  CHECK_TEXT(error.rule, "M3");
  snprintf(path, sizeof path, "%s/inception-legacy.pth", argv[1]);
  CHECK(stylemap_detector_open(path, 1, &net, &error) == STYLEMAP_REFUSED && !net);
  CHECK_TEXT(error.rule, "M3");
  CHECK(strstr(error.message, "conv1.weight"), "%s", error.message);
  CHECK(stylemap_detector_open("no such file", 1, &net, &error) == STYLEMAP_FILE_ERROR && !net);
  return harness_end();
}
