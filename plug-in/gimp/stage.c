/* SPDX-License-Identifier: GPL-3.0-or-later
 * The frames of a film in the image remember what it hid, and which part that had in it: not the hidden layers themselves, since GIMP 2.10
 * complains where it undoes or redoes a parasite of a layer. The next film shows again what was in the picture, as long as all of that is
 * hidden still: where the user has shown some of it, he arranges himself what is seen. */
#include "gimp/stage.h"
#include "gimp/references.h"
#include "gimp/result.h"
#include "host/words.h"
#include <glib/gi18n-lib.h>

#define PARASITE "stylemap-film" /* a line "PART TATTOO NAME" for each layer or group, the name escaped */
typedef enum { PART_NONE, PART_PICTURE, PART_TARGET, PART_REFERENCE } Part;
static const gchar *const part_names[] = {"none", "picture", "target", "reference", NULL};

/* One of the image's layers and groups, which are listed from the top, but for the frames of films. */
typedef struct {
  ItemRef item;
  gchar *name;    /* escaped */
  gint position;
  Part before;    /* in the film that hid it; PART_NONE: none did */
  Part now;       /* in the next one */
  gboolean shown; /* there */
} Prop;

/* ----------------------------------------------------------------------------------------------- memory */

/* The lines of the newest film that is in the image still; NULL: there is none; g_strfreev. */
static gchar **read_film(const ItemRef *items, gint n_items) {
  GimpParasite *parasite = NULL;
  gchar **lines, *text;

  for (gint i = 0; i < n_items && !parasite; i++)
    if (result_is_frame(items[i]))
      parasite = gimp_item_get_parasite(items[i], PARASITE);
  if (!parasite)
    return NULL;
  text = compat_parasite_text(parasite);
  lines = g_strsplit(text, "\n", -1);
  g_free(text);
  gimp_parasite_free(parasite);
  return lines;
}

/* What a line may tell an item by: where an image was duplicated the tattoos are others (a line whose name another item has is not told by
 * its tattoo), where a layer was renamed the name is. `names` are those of all items, escaped. */
enum { BY_TATTOO = 1, BY_NAME = 2 };

static Part part_of(gchar **lines, gchar **names, gint n, ItemRef item) {
  static const gint ways[] = {BY_TATTOO | BY_NAME, BY_NAME, BY_TATTOO};
  const guint tattoo = gimp_item_get_tattoo(item);
  Part part = PART_NONE;

  for (gsize i = 0; i < G_N_ELEMENTS(ways) && part == PART_NONE; i++)
    for (gchar **line = lines; line && *line && part == PART_NONE; line++) {
      gchar **words = g_strsplit(*line, " ", 3);

      if (g_strv_length(words) == 3 && (!(ways[i] & BY_TATTOO) || g_ascii_strtoull(words[1], NULL, 10) == tattoo) &&
          (ways[i] & BY_NAME ? g_str_equal(words[2], names[n]) : !g_strv_contains((const gchar *const *)names, words[2])))
        part = MAX(words_find(part_names, words[0]), PART_NONE);
      g_strfreev(words);
    }
  return part;
}

/* ----------------------------------------------------------------------------------------------- props */

static gboolean is_reference(ItemRef item, const GArray *references) {
  for (guint i = 0; references && i < references->len; i++)
    if (references_nth(references, i)->layer != NO_ITEM && AS_ITEM(references_nth(references, i)->layer) == item)
      return TRUE;
  return FALSE;
}

static void prop_clear(gpointer data) { g_free(((Prop *)data)->name); }

static GArray *list_props(ImageRef image, DrawableRef target, const FlowOptions *options) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Prop)), *references = references_read(options, NULL);
  ItemRef around = result_outermost(AS_ITEM(target));
  gboolean arranged = FALSE, below = FALSE;
  gint n_items;
  ItemRef *items = compat_children(image, NO_ITEM, &n_items);
  gchar **lines = read_film(items, n_items), **names = g_new0(gchar *, n_items + 1);

  g_array_set_clear_func(all, prop_clear);
  for (gint i = 0; i < n_items; i++) {
    gchar *name = gimp_item_get_name(items[i]);

    names[i] = g_strescape(name, NULL);
    g_free(name);
  }
  for (gint i = 0; i < n_items; i++) {
    Prop prop = {.item = items[i], .position = i, .shown = gimp_item_get_visible(items[i])};

    if (result_is_frame(items[i]))
      continue;
    prop.name = g_strdup(names[i]);
    prop.before = part_of(lines, names, i, items[i]);
    prop.now = items[i] == AS_ITEM(target) ? PART_TARGET : is_reference(items[i], references) ? PART_REFERENCE : PART_PICTURE;
    arranged |= prop.before == PART_PICTURE && prop.shown && prop.now == PART_PICTURE;
    g_array_append_val(all, prop);
  }
  for (guint i = 0; i < all->len; i++) {
    Prop *prop = &g_array_index(all, Prop, i);
    /* an earlier film's target would hide this one from above; below it is what lies behind */
    gboolean was_shown = prop->before == PART_PICTURE || (prop->before == PART_TARGET && below);

    below |= prop->item == around;
    prop->shown = prop->item == around || (prop->now == PART_PICTURE && (prop->shown || (was_shown && !arranged)));
  }
  g_free(items);
  g_strfreev(lines);
  g_strfreev(names);
  g_clear_pointer(&references, g_array_unref);
  return all;
}

gchar *stage_note(ImageRef image, DrawableRef target, const FlowOptions *options) {
  GArray *all = list_props(image, target, options);
  GString *names = g_string_new(NULL);
  gchar *note = NULL;

  for (guint i = 0; i < all->len; i++) {
    const Prop *prop = &g_array_index(all, Prop, i);
    gchar *name = g_strcompress(prop->name);

    if (prop->before != PART_NONE && prop->now == PART_PICTURE && !prop->shown)
      g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
    g_free(name);
  }
  if (names->len)
    note = g_strdup_printf(_("An earlier animation hid layers that are not in these frames: %s. Show them first to have them there."),
                           names->str);
  g_string_free(names, TRUE);
  g_array_unref(all);
  return note;
}

/* What a film leaves hidden, and which part that has in it: what it hides itself, and what was hidden and told by the film before, but
 * for what the user left out. */
static gchar *film_text(ImageRef image, DrawableRef target, const FlowOptions *options) {
  GArray *all = list_props(image, target, options);
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < all->len; i++) {
    const Prop *prop = &g_array_index(all, Prop, i);
    gboolean takes_part = gimp_item_get_visible(prop->item) || (prop->before != PART_NONE && prop->shown);

    if (takes_part || (prop->before != PART_NONE && (prop->before != PART_PICTURE || prop->now != PART_PICTURE)))
      g_string_append_printf(text, "%s %u %s\n", part_names[takes_part ? prop->now : prop->before], gimp_item_get_tattoo(prop->item),
                             prop->name);
  }
  g_array_unref(all);
  return g_string_free(text, FALSE);
}

void stage_remember(ImageRef image, DrawableRef target, const FlowOptions *options, const LayerRef *frames, gint count) {
  gchar *text = film_text(image, target, options);
  GimpParasite *parasite = gimp_parasite_new(PARASITE, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE, strlen(text) + 1, text);

  for (gint n = 0; n < count; n++) {
    result_remember_frame(frames[n], AS_LAYER(target));
    gimp_item_attach_parasite(AS_ITEM(frames[n]), parasite);
  }
  gimp_parasite_free(parasite);
  g_free(text);
}

/* ----------------------------------------------------------------------------------------------- stage */

/* What lies in a copy of the image where the item lies in the image. */
static ItemRef twin_of(ImageRef image, ItemRef item, ImageRef copy) {
  ItemRef parent = gimp_item_get_parent(item), twin;
  gint n_items;
  ItemRef *items = compat_children(copy, parent == NO_ITEM ? NO_ITEM : twin_of(image, parent, copy), &n_items);

  twin = items[gimp_image_get_item_position(image, item)];
  g_free(items);
  return twin;
}

static void hide_references(ImageRef image, const FlowOptions *options, ImageRef copy) {
  GArray *all = references_read(options, NULL);

  for (guint i = 0; all && i < all->len; i++) {
    DrawableRef layer = references_nth(all, i)->layer;

    /* one that was deleted meanwhile is in the history still, and at no place */
    if (layer != NO_ITEM && gimp_item_is_valid(AS_ITEM(layer)) && gimp_item_get_image(AS_ITEM(layer)) == image &&
        gimp_image_get_item_position(image, AS_ITEM(layer)) >= 0)
      compat_set_visible(twin_of(image, AS_ITEM(layer), copy), FALSE);
  }
  g_clear_pointer(&all, g_array_unref);
}

ImageRef stage_new(ImageRef image, DrawableRef target, const FlowOptions *options, LayerRef *twin) {
  ImageRef copy = gimp_image_duplicate(image);
  GArray *all;
  gint n_items;
  ItemRef *items;

  if (copy == NO_ITEM)
    return NO_ITEM;
  gimp_image_undo_disable(copy);
  all = list_props(image, target, options);
  items = compat_children(copy, NO_ITEM, &n_items);
  for (gint i = 0; i < n_items; i++)
    if (result_is_frame(items[i]))
      compat_set_visible(items[i], FALSE);
  for (guint i = 0; i < all->len; i++) {
    const Prop *prop = &g_array_index(all, Prop, i);

    if (prop->shown && prop->now == PART_PICTURE)
      compat_set_visible(items[prop->position], TRUE);
  }
  g_free(items);
  g_array_unref(all);
  hide_references(image, options, copy);
  *twin = AS_LAYER(twin_of(image, AS_ITEM(target), copy));
  for (ItemRef item = gimp_item_get_parent(AS_ITEM(*twin)); item != NO_ITEM; item = gimp_item_get_parent(item))
    compat_set_visible(item, TRUE);
  return copy;
}
