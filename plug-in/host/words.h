/* SPDX-License-Identifier: GPL-3.0-or-later
 * The words that users of every host choose by, in the order of the enums; each list is closed by NULL. */
#pragma once
#include <glib.h>

extern const gchar *const words_methods[];  /* EditMethod */
extern const gchar *const words_collages[]; /* stylemap_start */
extern const gchar *const words_rules[];    /* stylemap_mask_rule */
extern const gchar *const words_spaces[];   /* stylemap_space */
extern const gchar *const words_easings[];  /* Easing */
extern const gchar *const words_regions[];  /* stylemap_region */
#define WORDS_ALPHA "alpha"                 /* in a region's place: a reference's own */

/* The place of `text` in `words`, in any case; -1: it is none of them. */
gint words_find (const gchar *const *words, const gchar *text);
