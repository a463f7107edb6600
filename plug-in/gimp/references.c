/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/references.h"
#include "gimp/check.h"
#include "host/say.h"
#include "host/words.h"
#include <glib/gi18n-lib.h>

#define VISIBLE "visible"

const gchar *const references_regions[] = {N_("The selection"), N_("Its own outline"), N_("The eyes"), N_("The mouth"), N_("The hair"),
                                           N_("The face"), N_("The background"), NULL};

static void reference_clear(gpointer data) { g_free(((Reference *)data)->placement); }

/* -------------------------------------------------------------------------------------------- as a text */

static gboolean bad_entry(const gchar *entry, GError **error) {
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
              _("'%s' in the argument 'references' is no reference: it is a layer's number or the word visible, and perhaps "
                "region=..., placement=..., mirror=yes; a semicolon parts it from the next."),
              entry);
  return FALSE;
}

static gboolean read_pair(const gchar *pair, Reference *reference) {
  const gchar *equals = strchr(pair, '=');
  const gsize length = equals ? (gsize)(equals - pair) : 0;

  if (length == 6 && strncmp(pair, "region", length) == 0) {
    const gint region = words_find(options_regions, equals + 1);

    reference->region = (ReferenceRegion)region;
    return region >= 0;
  }
  if (length == 9 && strncmp(pair, "placement", length) == 0) {
    g_free(reference->placement);
    reference->placement = g_strdup(equals + 1);
    return TRUE;
  }
  if (length != 6 || strncmp(pair, "mirror", length) != 0)
    return FALSE;
  reference->mirror = g_ascii_strcasecmp(equals + 1, "yes") == 0 || g_str_equal(equals + 1, "1");
  return reference->mirror || g_ascii_strcasecmp(equals + 1, "no") == 0 || g_str_equal(equals + 1, "0");
}

static gboolean read_entry(const gchar *entry, Reference *reference, GError **error) {
  gchar **words = NULL, *end = NULL;
  gint64 number;
  gboolean ok;

  *reference = (Reference){.layer = NO_ITEM, .region = REGION_ALPHA, .placement = g_strdup("")};
  if (!g_shell_parse_argv(entry, NULL, &words, NULL))
    return bad_entry(entry, error);
  number = g_ascii_strtoll(words[0], &end, 10);
  ok = g_str_equal(words[0], VISIBLE) || (*end == '\0' && end != words[0]);
  for (gchar **pair = words + 1; ok && *pair; pair++)
    ok = read_pair(*pair, reference);
  if (!ok) {
    bad_entry(entry, error);
  } else if (!g_str_equal(words[0], VISIBLE)) {
    reference->layer = compat_layer_by_id((gint)number);
    ok = reference->layer != NO_ITEM;
    if (!ok)
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("There is no layer %s, which the argument 'references' names."),
                  words[0]);
  }
  g_strfreev(words);
  return ok;
}

/* Those of the text; where one makes no sense it is left out, and told by `error`. */
static void add_entries(const gchar *text, GArray *all, GError **error) {
  gchar **entries = g_strsplit(text ? text : "", ";", -1);

  for (gchar **entry = entries; *entry; entry++) {
    Reference reference;
    GError *fault = NULL;

    if (!*g_strstrip(*entry))
      continue;
    if (all->len == OPTIONS_REFERENCES)
      g_set_error(&fault, HOST_ERROR, HOST_ERROR_ARGUMENT, _("There may be %d references at most."), OPTIONS_REFERENCES);
    else if (read_entry(*entry, &reference, &fault))
      g_array_append_val(all, reference);
    else
      reference_clear(&reference);
    if (fault && error && !*error)
      g_propagate_error(error, g_steal_pointer(&fault));
    g_clear_error(&fault);
  }
  g_strfreev(entries);
}

static GArray *read_all(const FlowOptions *options, GError **error) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Reference));
  const Reference first = {.layer = options->visible ? NO_ITEM : options->reference,
                           .region = (ReferenceRegion)options->region,
                           .placement = g_strdup(options->reference_placement),
                           .mirror = options->mirror};

  g_array_set_clear_func(all, reference_clear);
  g_array_append_val(all, first);
  add_entries(options->references, all, error);
  return all;
}

GArray *references_read(const FlowOptions *options, GError **error) {
  GError *fault = NULL;
  GArray *all = read_all(options, &fault);

  if (!fault)
    return all;
  g_array_unref(all);
  g_propagate_error(error, fault);
  return NULL;
}

gchar *references_pairs(const Reference *reference) {
  gchar *placement = g_shell_quote(reference->placement);
  gchar *text = g_strdup_printf("region=%s placement=%s mirror=%s", options_regions[reference->region], placement,
                                reference->mirror ? "yes" : "no");

  g_free(placement);
  return text;
}

void references_append(GString *text, DrawableRef layer, const gchar *pairs) {
  const gchar *gap = text->len ? "; " : "";

  if (layer == NO_ITEM)
    g_string_append_printf(text, "%s" VISIBLE " %s", gap, pairs);
  else
    g_string_append_printf(text, "%s%d %s", gap, compat_item_id(layer), pairs);
}

gchar *references_text(const GArray *all) {
  GString *text = g_string_new(NULL);

  for (guint i = 1; i < all->len; i++) {
    const Reference *reference = references_nth(all, i);
    gchar *pairs = references_pairs(reference);

    references_append(text, reference->layer, pairs);
    g_free(pairs);
  }
  return g_string_free(text, FALSE);
}

void references_keep(FlowOptions *options, const GArray *all) {
  gchar *text = references_text(all);

  g_free(options->references);
  options->references = text;
}

void references_keep_usable(FlowOptions *options, DrawableRef target) {
  GArray *all = read_all(options, NULL);

  for (guint i = all->len - 1; i > 0; i--) {
    const Reference *reference = references_nth(all, i);

    if (reference->layer != NO_ITEM && !check_reference(target, reference->layer, NULL))
      g_array_remove_index(all, i);
  }
  references_keep(options, all);
  g_array_unref(all);
}

void references_forget_visible(FlowOptions *options) {
  GArray *all = read_all(options, NULL);

  options->visible = FALSE;
  for (guint i = all->len - 1; i > 0; i--)
    if (references_nth(all, i)->layer == NO_ITEM)
      g_array_remove_index(all, i);
  references_keep(options, all);
  g_array_unref(all);
}

/* ---------------------------------------------------------------------------------------------- layers */

gboolean references_check(const GArray *all, DrawableRef target, GError **error) {
  for (guint i = 1; i < all->len; i++) {
    const Reference *reference = references_nth(all, i);

    if (reference->layer != NO_ITEM && !check_reference(target, reference->layer, error))
      return FALSE;
  }
  return TRUE;
}

void references_bounds(const Reference *reference, ImageRef image, GeglRectangle *bounds) {
  if (reference->layer == NO_ITEM) {
    *bounds = *GEGL_RECTANGLE(0, 0, gimp_image_get_width(image), gimp_image_get_height(image));
    return;
  }
  gimp_drawable_get_offsets(reference->layer, &bounds->x, &bounds->y);
  bounds->width = gimp_drawable_get_width(reference->layer);
  bounds->height = gimp_drawable_get_height(reference->layer);
}
