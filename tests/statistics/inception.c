/* SPDX-License-Identifier: GPL-3.0-or-later
 * The FID's network against PyTorch's numbers (inception.py), and files that are none. usage: inception FOLDER MODEL */
#include "harness.h"
#include "stylemap-measure.h"

int main(int argc, char **argv) {
  char path[512];
  stylemap_error error;
  stylemap_inception *net = NULL;
  int64_t images_shape[] = {-1, 3, -1, -1}, features_shape[] = {-1, -1};
  float *images = NULL, *golden = NULL;
  CHECK(argc == 3);
  snprintf(path, sizeof path, "%s/inception-golden.safetensors", argv[1]);
  CHECK(stylemap_tensor_read(path, "images", 4, images_shape, &images, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_tensor_read(path, "features", 2, features_shape, &golden, &error) == STYLEMAP_OK, "%s", error.message);
  snprintf(path, sizeof path, "%s/inception-legacy.pth", argv[1]);
  CHECK(stylemap_inception_open(path, 2, &net, &error) == STYLEMAP_OK, "%s", error.message);
  const int count = (int)images_shape[0], width = stylemap_inception_width(net);
  CHECK(count == 2 && width == features_shape[1]);
  float *made = malloc(sizeof(float) * (size_t)(count * width));
  CHECK(stylemap_inception_features(net, images, count, (int)images_shape[2], made, &error) == STYLEMAP_OK);
  double most = 0, apart = 0;
  for (int i = 0; i < count * width; i++) {
    most = fmax(most, fabs((double)made[i] - golden[i]) / fmax(1, fabs(golden[i])));
    apart = fmax(apart, fabs(golden[i % width] - golden[width + i % width]));
  }
  CHECK(most < 2e-5, "%g", most); /* seen: 2.4e-7 */
  CHECK(apart > 1e-3, "two pictures have the same features: this test sees no difference");
  printf("largest difference %.3g\n", most);
  stylemap_inception_free(net);
  free(made);
  stylemap_tensor_free(images);
  stylemap_tensor_free(golden);

  net = NULL;
  CHECK(stylemap_inception_open(argv[2], 1, &net, &error) == STYLEMAP_REFUSED && !net);
  CHECK_TEXT(error.rule, "M3");
  CHECK(stylemap_inception_open("no such file", 1, &net, &error) == STYLEMAP_FILE_ERROR && !net);
  return harness_end();
}
