/* SPDX-License-Identifier: GPL-3.0-or-later
 * Our feather against GIMP's: feather.sh lets GIMP write a selection before and after Select > Feather as the
 * alpha of two pictures. usage: test-feather BEFORE.png AFTER.png RADIUS */
#include "host/hosts.h"

static GeglBuffer *alpha_of(const char *path) {
  GeglBuffer *picture = test_load(path);
  if (!picture || !babl_format_has_alpha(gegl_buffer_get_format(picture))) return NULL;
  const GeglRectangle *extent = gegl_buffer_get_extent(picture);
  GeglBuffer *mask = gegl_buffer_new(extent, babl_format("Y float"));
  float *rgba = test_get(picture, extent, "R'G'B'A float"), *alpha = g_new(float, extent->width * extent->height);
  for (int n = 0; n < extent->width * extent->height; n++) alpha[n] = rgba[4 * n + 3];
  gegl_buffer_set(mask, extent, 0, babl_format("Y float"), alpha, GEGL_AUTO_ROWSTRIDE);
  g_free(rgba), g_free(alpha);
  g_object_unref(picture);
  return mask;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  gegl_init(NULL, NULL);
  GeglBuffer *before = alpha_of(argv[1]), *after = alpha_of(argv[2]);
  CHECK(before && after);
  if (before && after) {
    const GeglRectangle *extent = gegl_buffer_get_extent(after);
    GeglBuffer *ours = mask_feather(before, g_ascii_strtod(argv[3], NULL));
    float *v = test_get(ours, extent, "Y float"), *w = test_get(after, extent, "Y float"), *u = test_get(before, extent, "Y float");
    double worst = 0, changed = 0;
    for (int n = 0; n < extent->width * extent->height; n++) {
      worst = fmax(worst, fabs(v[n] - w[n]));
      changed = fmax(changed, fabs(u[n] - w[n]));
    }
    printf("largest difference %g of 1/255\n", 255 * worst);
    /* GIMP rounds to 8 bits, half a step; ours are cut below half a step. */
    CHECK(worst <= 1.0 / 255 + 1e-6, "%g", 255 * worst);
    CHECK(changed > 0.03, "GIMP feathered nothing");
    g_free(v), g_free(w), g_free(u);
    g_object_unref(ours), g_object_unref(before), g_object_unref(after);
  }
  gegl_exit();
  return harness_end();
}
