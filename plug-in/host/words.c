/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/words.h"

const gchar *const words_methods[] = { "styles", "heal", NULL };
const gchar *const words_collages[] = { "copy", "clone", "mean", "auto", "match", "tone", NULL };
const gchar *const words_rules[] = { "soft", "any", "half", NULL };
const gchar *const words_spaces[] = { "w+", "w", NULL };
const gchar *const words_easings[] = { "linear", "smooth", NULL };
const gchar *const words_regions[] = { "eyes", "mouth", "hair", "face", "background", NULL };

gint words_find(const gchar *const *words, const gchar *text) {
  for (gint i = 0; words[i]; i++)
    if (g_ascii_strcasecmp(text, words[i]) == 0) return i;
  return -1;
}
