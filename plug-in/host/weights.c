/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/weights.h"

#include <string.h>

#include "host/say.h"

/* A tensor begins with a line, "NAME SIZE SIZE ...", and goes on with its numbers as little-endian floats of 32 bits. */
static void add(void *data, const stylemap_weights *part) {
  GChecksum *sum = data;
  if (part->first == 0) {
    g_autoptr(GString) line = g_string_new(part->name);
    for (gint i = 0; i < part->rank; i++) g_string_append_printf(line, " %" G_GINT64_FORMAT, part->shape[i]);
    g_string_append_c(line, '\n');
    g_checksum_update(sum, (const guchar *)line->str, (gssize)line->len);
  }
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN) {
    g_checksum_update(sum, (const guchar *)part->values, (gssize)(part->count * sizeof *part->values));
    return;
  }
  for (gint64 i = 0; i < part->count; i++) {
    guint32 bits;
    memcpy(&bits, &part->values[i], sizeof bits);
    bits = GUINT32_TO_LE(bits);
    g_checksum_update(sum, (const guchar *)&bits, sizeof bits);
  }
}

static gchar *ended(GChecksum *sum, gboolean whole) {
  gchar *text = whole ? g_strdup(g_checksum_get_string(sum)) : NULL;
  g_checksum_free(sum);
  return text;
}

gchar *weights_sha256(const stylemap_model *model) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  return ended(sum, stylemap_model_weights(model, add, sum, NULL) == STYLEMAP_OK);
}

gboolean weights_examine(const gchar *path, stylemap_model **model, gchar **sha256, GError **error) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  stylemap_error core;
  *model = NULL;
  const gboolean ok = say_status(stylemap_examine_weights(path, add, sum, model, &core), &core, error);
  *sha256 = ended(sum, ok);
  return ok;
}
