/* SPDX-License-Identifier: GPL-3.0-or-later
 * LPIPS of two pictures against PyTorch's numbers (lpips.py). usage: lpips FOLDER PERCEPTUAL_FOLDER */
#include "harness.h"
#include "stylemap-measure.h"

int main(int argc, char **argv) {
  static const struct {
    int size;
    double golden;
  } cases[] = {{40, 1.2746723213387567}, {33, 1.4346503186283015}}; /* 33: the poolings leave a row out */
  char path[512], heads[512];
  stylemap_error error;
  stylemap_lpips *lpips = NULL;
  int64_t shape[] = {-1, 3, -1, -1};
  float *images = NULL;
  CHECK(argc == 3);
  snprintf(path, sizeof path, "%s/inception-golden.safetensors", argv[1]);
  CHECK(stylemap_tensor_read(path, "images", 4, shape, &images, &error) == STYLEMAP_OK, "%s", error.message);
  snprintf(path, sizeof path, "%s/vgg16-legacy.pth", argv[2]);
  snprintf(heads, sizeof heads, "%s/lpips-legacy.pth", argv[2]);
  CHECK(stylemap_lpips_open(path, NULL, 1, &lpips, &error) == STYLEMAP_REFUSED && !lpips); /* no heads in it */
  CHECK(stylemap_lpips_open(path, heads, 2, &lpips, &error) == STYLEMAP_OK, "%s", error.message);
  const int side = (int)shape[2];
  for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
    const int size = cases[n].size;
    const size_t plane = (size_t)size * (size_t)size;
    float *parts = malloc(sizeof(float) * 6 * plane);
    double distance = -1, back = -1, none = -1;
    for (size_t i = 0; i < 6 * plane; i++)
      parts[i] = images[i / plane * (size_t)(side * side) + i % plane / (size_t)size * (size_t)side + i % (size_t)size];
    CHECK(stylemap_lpips_distance(lpips, parts, parts + 3 * plane, size, &distance, &error) == STYLEMAP_OK);
    CHECK(fabs(distance - cases[n].golden) < 2e-5 * cases[n].golden, "%d: %.9g", size, distance);
    CHECK(stylemap_lpips_distance(lpips, parts + 3 * plane, parts, size, &back, &error) == STYLEMAP_OK);
    CHECK(fabs(distance - back) < 1e-6 * distance, "%d: there %.9g, back %.9g", size, distance, back);
    CHECK(stylemap_lpips_distance(lpips, parts, parts, size, &none, &error) == STYLEMAP_OK && none == 0);
    printf("%d: off by %.3g\n", size, distance / cases[n].golden - 1);
    free(parts);
  }
  CHECK(stylemap_lpips_distance(lpips, images, images, 15, &(double){0}, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_lpips_free(lpips);
  stylemap_lpips_free(NULL);
  stylemap_tensor_free(images);
  return harness_end();
}
