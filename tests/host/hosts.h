/* SPDX-License-Identifier: GPL-3.0-or-later
 * Buffers for the tests of plug-in/host. */
#pragma once
#include "harness.h"
#include "host/layer.h"
#include "host/say.h"
#include "host/worker.h"

/* A smooth picture of its own in `format`, 0.05..0.95, by `seed`; alpha from 0 to 1 across where it has one. */
static inline GeglBuffer *test_picture(int width, int height, const char *format, int seed) {
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format(format));
  float *row = g_new(float, 4 * (size_t)width);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      for (int c = 0; c < 3; c++)
        row[4 * x + c] = (float)(0.5 + 0.45 * sin(seed + c + 0.11 * (c + 1) * x + 0.07 * (seed + 1) * y));
      row[4 * x + 3] = (float)x / (float)(width - 1);
    }
    gegl_buffer_set(buffer, GEGL_RECTANGLE(0, y, width, 1), 0, babl_format("R'G'B'A float"), row, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(row);
  return buffer;
}

/* A picture file's pixels. */
static inline GeglBuffer *test_load(const char *path) {
  GeglBuffer *buffer = NULL;
  GeglNode *graph = gegl_node_new();
  GeglNode *source = gegl_node_new_child(graph, "operation", "gegl:load", "path", path, NULL);
  GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:buffer-sink", "buffer", &buffer, NULL);
  gegl_node_link(source, sink);
  gegl_node_process(sink);
  g_object_unref(graph);
  return buffer;
}

static inline float *test_get(GeglBuffer *buffer, const GeglRectangle *rectangle, const char *format) {
  const Babl *f = babl_format_with_space(format, babl_format_get_space(gegl_buffer_get_format(buffer)));
  float *values = g_new(float, (size_t)babl_format_get_n_components(f) * (size_t)rectangle->width * (size_t)rectangle->height);
  gegl_buffer_get(buffer, rectangle, 1.0, f, values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return values;
}

/* A mask ("Y u8", as GIMP's selections are) that is 255 in one rectangle. */
static inline GeglBuffer *test_selection(int width, int height, GeglRectangle on) {
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("Y u8"));
  const guint8 white = 255;
  gegl_buffer_set_color_from_pixel(buffer, &on, &white, babl_format("Y u8"));
  return buffer;
}
