/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a transplant takes from: the reference that everybody chooses, and those above it, which a text names. */
#pragma once
#include "gimp/options.h"

typedef struct {
  DrawableRef layer;    /* NO_ITEM: what its image shows */
  ReferenceRegion region;
  gchar *placement;     /* as place_parse takes it */
  gboolean mirror;
} Reference;

/* What each ReferenceRegion is called, to be translated; closed by NULL. */
extern const gchar *const references_regions[];

/* All of them, the first by its own arguments; g_array_unref. The text has one or more, with semicolons between them: the
 * layer's number, or "visible", and pairs of region, placement and mirror, as in "12 region=alpha; visible placement=centre".
 * NULL and a sentence where that makes no sense. */
GArray *references_read(const FlowOptions *options, GError **error);
#define references_nth(all, n) (&g_array_index(all, Reference, n))
/* Those after the first as such a text; to be freed. */
gchar *references_text(const GArray *all);
/* One more of them to such a text: a layer, or NO_ITEM, what the image shows; and its pairs. */
void references_append(GString *text, DrawableRef layer, const gchar *pairs);
/* The pairs of one; to be freed. */
gchar *references_pairs(const Reference *reference);

/* The options' text becomes that of `all`. */
void references_keep(FlowOptions *options, const GArray *all);
/* Of those after the first only the ones that can be used with `target` stay. */
void references_keep_usable(FlowOptions *options, DrawableRef target);
/* What an image showed is none of them, nor the first. */
void references_forget_visible(FlowOptions *options);

/* FALSE and a sentence where one cannot be used. */
gboolean references_check(const GArray *all, DrawableRef target, GError **error);

/* Of a layer, or of what `image` shows: its size, and where it lies on its canvas. */
void references_bounds(const Reference *reference, ImageRef image, GeglRectangle *bounds);
