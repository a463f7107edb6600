/* SPDX-License-Identifier: GPL-3.0-or-later
 * The part of an operation's class that the two share, compiled with each, for GEGL's own header names everything by the
 * file that includes it: a model sees all of a picture at once, and one thread at a time sees a node. */

static void prepare(GeglOperation *operation) {
  for (const gchar *const *pad = (const gchar *const[]){ "input", "aux", "output", NULL }; *pad; pad++)
    if (gegl_operation_get_source_format(operation, *pad) || g_str_equal(*pad, "output"))
      gegl_operation_set_format(operation, *pad, babl_format("R'G'B'A float"));
}

static GeglRectangle all_of(GeglOperation *operation, const gchar *pad) {
  const GeglRectangle *box = gegl_operation_source_get_bounding_box(operation, pad);
  return box ? *box : (GeglRectangle){ 0, 0, 0, 0 };
}

static GeglRectangle get_bounding_box(GeglOperation *operation) { return all_of(operation, "input"); }

static GeglRectangle get_required_for_output(GeglOperation *operation, const gchar *pad, const GeglRectangle *region) {
  return all_of(operation, pad);
}

static GeglRectangle get_cached_region(GeglOperation *operation, const GeglRectangle *region) {
  return all_of(operation, "input");
}

static void finalize(GObject *object) {
  GeglProperties *o = GEGL_PROPERTIES(object);
  engine_free(o->user_data);
  o->user_data = NULL;
  G_OBJECT_CLASS(gegl_op_parent_class)->finalize(object);
}

static void whole_class_init(GeglOpClass *klass) {
  GeglOperationClass *operation = GEGL_OPERATION_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = finalize;
  operation->prepare = prepare;
  operation->get_bounding_box = get_bounding_box;
  operation->get_required_for_output = get_required_for_output;
  operation->get_cached_region = get_cached_region;
  operation->threaded = FALSE;
}
