/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/path.h"
#include "host/edit.h"
#include "host/say.h"
#include <glib/gi18n-lib.h>

gboolean path_is_meant(const gchar *text) {
  gchar *word = g_strstrip(g_strdup(text ? text : ""));
  gboolean meant = g_ascii_strcasecmp(word, "path") == 0 || g_ascii_strncasecmp(word, "path:", 5) == 0;

  g_free(word);
  return meant;
}

/* A stroke's points lie between the two handles of each. */
static void add_points(const gdouble *numbers, gint count, gint left, gint top, GString *points, gint *n_points) {
  for (gint i = 0; i + 5 < count; i += 6) {
    gchar x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(points, "%s%s,%s", points->len ? " " : "",
                           g_ascii_formatd(x, sizeof x, "%.3f", numbers[i + 2] - left),
                           g_ascii_formatd(y, sizeof y, "%.3f", numbers[i + 3] - top));
    ++*n_points;
  }
}

gchar *path_points(const gchar *text, DrawableRef drawable, GError **error) {
  gchar *colon = strchr(text, ':'), *name = colon ? g_strstrip(g_strdup(colon + 1)) : NULL;
  GString *points = g_string_new(NULL);
  gint left, top, n_points = 0, n_strokes;
  PathRef path = compat_path(gimp_item_get_image(AS_ITEM(drawable)), name);
  gint *strokes = path == NO_ITEM ? NULL : compat_path_strokes(path, &n_strokes);

  gimp_drawable_get_offsets(drawable, &left, &top);
  for (gint i = 0; strokes && i < n_strokes; i++) {
    gint count;
    gdouble *numbers = compat_path_stroke(path, strokes[i], &count);

    add_points(numbers, count, left, top, points, &n_points);
    g_free(numbers);
  }
  g_free(strokes);
  if (n_points == 2 || n_points == PLACE_MOST_POINTS) {
    g_free(name);
    return g_string_free(points, FALSE);
  }
  g_string_free(points, TRUE);
  if (path == NO_ITEM)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                name ? _("The image of the layer has no path \"%s\".")
                     : _("The image of the layer has no active path. Draw one with the Paths tool, or name one: path:NAME."),
                name);
  else
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The path has %d points. It must have two, on the eyes, or four, on the eyes and the corners of the mouth, each "
                  "from the left to the right."),
                n_points);
  g_free(name);
  return NULL;
}
