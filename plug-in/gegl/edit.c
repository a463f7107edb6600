/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gegl/edit.h"

#include "host/choose.h"
#include "host/layer.h"

GeglBuffer *edit_copy(GeglBuffer *from, const GeglRectangle *frame, const gchar *format) {
  const GeglRectangle corner = { 0, 0, frame->width, frame->height };
  GeglBuffer *made = gegl_buffer_new(&corner, babl_format(format));
  gegl_buffer_copy(from, frame, GEGL_ABYSS_NONE, made, &corner);
  return made;
}

void edit_node(const gchar *name, Engine **engine, const gchar *model, EditRequest *request, GeglBuffer *input,
               GeglBuffer *output) {
  const GeglRectangle *frame = gegl_buffer_get_extent(input);
  const GeglRectangle corner = { 0, 0, frame->width, frame->height };
  EditResult made = { 0 };
  GError *error = NULL;
  request->target.buffer = edit_copy(input, frame, "R'G'B'A float");
  if (edit_prepare(request, &made, &error) && choose_model(engine, model, request, 0, NULL, NULL, &error) &&
      edit_run(*engine, request, &made, &error)) {
    layer_composite(request->target.buffer, made.layers[0], made.mask.weights, &made.mask.bounds, FALSE);
    gegl_buffer_copy(request->target.buffer, &corner, GEGL_ABYSS_NONE, output, frame);
  } else {
    g_warning("%s: %s", name, error->message);
    gegl_buffer_copy(input, frame, GEGL_ABYSS_NONE, output, frame);
    g_clear_error(&error);
  }
  edit_result_clear(&made);
  g_clear_object(&request->target.buffer);
}
