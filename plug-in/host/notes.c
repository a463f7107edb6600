/* SPDX-License-Identifier: GPL-3.0-or-later
 * What users are told of an edit. */
#include <glib/gi18n-lib.h>

#include "host/edit.h"
#include "host/find.h"

#define FAINT 0.1 /* greatest weight below which the user is told */

gchar **edit_notes(const EditRequest *request, const EditResult *result) {
  GStrvBuilder *notes = g_strv_builder_new();
  const Mask *mask = &result->mask;
  gint width, height;
  GeglRectangle square;
  if (mask->cut) {
    edit_size(&request->target, &width, &height);
    stylemap_bounds(&result->placement, width, height, &square.x, &square.y, &square.width, &square.height);
    g_autofree gchar *text =
      g_strdup_printf(_("The selected region goes on beyond the model's square, the %d x %d pixels from (%d, %d) on: "
                        "outside it nothing changes."),
                      square.width, square.height, square.x, square.y);
    g_strv_builder_add(notes, text);
  }
  if (mask->weights && mask->most < FAINT) {
    g_autofree gchar *text =
      g_strdup_printf(_("The mask is faint: at most %.1f %% of the change can be seen."), 100 * mask->most);
    g_strv_builder_add(notes, text);
  }
  gchar **all = g_strv_builder_end(notes);
  g_strv_builder_unref(notes);
  return all;
}

gchar **edit_findings(const EditResult *result) {
  GStrvBuilder *notes = g_strv_builder_new();
  if (result->target_by == FIND_FACES || result->target_by == FIND_MODEL) {
    g_autofree gchar *text = find_words((Find)result->target_by, TRUE, &result->placement);
    g_strv_builder_add(notes, text);
  }
  for (gint i = 0; i < result->n_found; i++) {
    if (result->found_by[i] == FIND_POINTS) continue; /* the user knows */
    g_autofree gchar *text = find_words((Find)result->found_by[i], FALSE, &result->found[i]);
    g_strv_builder_add(notes, text);
  }
  gchar **all = g_strv_builder_end(notes);
  g_strv_builder_unref(notes);
  return all;
}
