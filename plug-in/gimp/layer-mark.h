/* SPDX-License-Identifier: GPL-3.0-or-later
 * What tells a layer when it is looked for again. GIMP's own number of it, the tattoo, is kept in files, but an image that is
 * duplicated numbers its layers anew, and a layer that is copied into another image remembers numbers of the one it was in. Main
 * thread. */
#pragma once
#include "gimp/compat.h"

#define RESULT_PARASITE "stylemap-result" /* on what an edit left: result.h */

typedef struct {
  guint tattoo;
  gchar *name;
  gchar *mark; /* layer_mark's; NULL: an older version kept the tattoo alone */
} LayerTrace;

/* A layer's size and a digest of pixels all over it; to be freed. */
gchar *layer_mark(LayerRef layer);

void layer_trace_clear(LayerTrace *trace);

/* The layer of the image that has the tattoo, the name and the mark; else the one that has the mark, that of the name before others,
 * which are no results; else, where `changed` is given, which is TRUE then, the one that has the tattoo, the name and the size: it was
 * painted on. NO_ITEM: there is none. `but` is none. Without a mark the tattoo is trusted. */
LayerRef layer_trace_find(const LayerTrace *trace, ImageRef image, LayerRef but, gboolean *changed);
