/* SPDX-License-Identifier: GPL-3.0-or-later
 * For the tests only, loaded into a GIMP without a window by LD_PRELOAD: no script can ask how many steps an image's undo
 * history got, nor undo one. The file undo-ID in GIMP's working folder has their number since the image ID was made; where
 * there is none it is 0. Where there is a file undo-now, it is removed, and gimp-image-undo-thaw undoes a step. */
#include <dlfcn.h>
#include <glib-object.h>
#include <stdio.h>
#include <stdlib.h>

enum { PUSHED = 0, THAW = 7 }; /* GIMP's own GimpUndoEvent; a group of steps is pushed as one */

static void count(GObject *image) {
  gint id, steps = GPOINTER_TO_INT(g_object_get_data(image, "test-undo-steps")) + 1;
  gchar *name;
  FILE *file;

  g_object_set_data(image, "test-undo-steps", GINT_TO_POINTER(steps));
  g_object_get(image, "id", &id, NULL);
  name = g_strdup_printf("undo-%d", id);
  if ((file = fopen(name, "w"))) {
    fprintf(file, "%d\n", steps);
    fclose(file);
  }
  g_free(name);
}

static gboolean on_undo_event(GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer unused) {
  GObject *image = g_value_get_object(values);
  gint event = g_value_get_enum(values + 1);

  if (event == PUSHED) {
    count(image);
  } else if (event == THAW && remove("undo-now") == 0) {
    gboolean (*undo)(GObject *) = (gboolean(*)(GObject *))dlsym(RTLD_DEFAULT, "gimp_image_undo");

    undo(image);
  }
  return TRUE;
}

/* GIMP's types are there when its main loop runs. */
static gboolean begin(gpointer unused) {
  GType type = g_type_from_name("GimpImage");

  if (!type)
    return TRUE;
  g_type_class_unref(g_type_class_ref(type)); /* which makes its signals */
  g_signal_add_emission_hook(g_signal_lookup("undo-event", type), 0, on_undo_event, NULL, NULL);
  return FALSE;
}

__attribute__((constructor)) static void when_loaded(void) {
  unsetenv("LD_PRELOAD"); /* GIMP's plug-ins need none of it */
  g_idle_add_full(G_PRIORITY_HIGH, begin, NULL, NULL);
}
